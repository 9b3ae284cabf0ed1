"""Titles and general sentences of problems, and the choice of their language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ksbb.domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a status is called: `slug` in the problem's type, `title`, and `detail` where no single problem says more."""

    slug: str
    title: Text
    detail: Text


PHRASES: Mapping[int, Phrase] = {
    400: Phrase(
        "malformed_request",
        Text("Permintaan tidak terbaca", "Malformed request"),
        Text(
            "permintaan tidak dapat dibaca; periksa parameter dan isi",
            "the request can't be read; check parameters and body",
        ),
    ),
    401: Phrase(
        "not_signed_in",
        Text("Belum masuk", "Not signed in"),
        Text("masuk dahulu untuk melakukan ini", "sign in first to do this"),
    ),
    403: Phrase(
        "not_allowed",
        Text("Tidak berwenang", "Not allowed"),
        Text("Anda tidak berwenang", "you aren't allowed to do this"),
    ),
    404: Phrase(
        "not_found",
        Text("Tidak ditemukan", "Not found"),
        Text("alamat ini tidak ada; lihat /api/v1/docs", "there is nothing at this address; see /api/v1/docs"),
    ),
    405: Phrase(
        "method_not_allowed",
        Text("Metode tidak diizinkan", "Method not allowed"),
        Text(
            "alamat ini hanya menerima metode pada header Allow",
            "this address takes only the methods in the Allow header",
        ),
    ),
    409: Phrase(
        "conflict",
        Text("Bertentangan dengan keadaan", "Conflict with the present state"),
        Text("tindakan tidak sesuai dengan keadaan data", "the act doesn't fit the state of the record"),
    ),
    412: Phrase(
        "stale_version",
        Text("Versi usang", "Stale version"),
        Text("data ini sudah berubah; baca ulang lalu ulangi", "the record has changed; read it again and retry"),
    ),
    413: Phrase(
        "too_large",
        Text("Permintaan terlalu besar", "Request too large"),
        Text("isi permintaan melebihi batas ukuran", "the request body exceeds the size limit"),
    ),
    415: Phrase(
        "media_type",
        Text("Jenis isi tidak didukung", "Unsupported media type"),
        Text("kirim isi dengan Content-Type yang benar", "send the body with the right Content-Type"),
    ),
    422: Phrase(
        "invalid_input",
        Text("Masukan tidak sah", "Invalid input"),
        Text("masukan melanggar aturan", "the input breaks a rule"),
    ),
    428: Phrase(
        "version_required",
        Text("Versi wajib disebut", "Version required"),
        Text(
            "sebut versi yang Anda ubah pada header If-Match", "name the version that you change in the If-Match header"
        ),
    ),
    429: Phrase(
        "too_many_requests",
        Text("Terlalu banyak permintaan", "Too many requests"),
        Text("terlalu banyak percobaan; tunggu sebentar lalu ulangi", "too many attempts; wait a little, then retry"),
    ),
    500: Phrase(
        "internal_error",
        Text("Kesalahan pada server", "Server error"),
        Text(
            "terjadi kesalahan pada server; sebutkan X-Request-Id saat melapor",
            "something went wrong on the server; name the X-Request-Id when you report it",
        ),
    ),
    502: Phrase(
        "program_failed",
        Text("Program gagal", "A program failed"),
        Text("sebuah program gagal menjawab", "a program failed to answer"),
    ),
    503: Phrase(
        "unavailable",
        Text("Tidak tersedia", "Unavailable"),
        Text(
            "layanan sedang tidak tersedia; ulangi setelah Retry-After",
            "the service is away just now; retry after Retry-After",
        ),
    ),
}
"""By HTTP status, every status that the API answers a problem with."""


def language_of(accept_language: str) -> Language:
    """The language to answer in by an Accept-Language header: the better weighted of `id` and `en`, `id` when equal."""
    best: Language = "id"
    best_weight = 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        name, _, given = parameter.strip().partition("=")
        try:
            weight = float(given) if name == "q" else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().partition("-")[0]
        if weight > best_weight and primary in ("id", "en"):
            best, best_weight = ("en" if primary == "en" else "id"), weight
    return best


_TOLD = (
    (r"Expected `(\w+)` <= (\S+)", Text("paling besar {1}", "must be at most {1}")),
    (r"Expected `(\w+)` >= (\S+)", Text("paling kecil {1}", "must be at least {1}")),
    (r"Expected `str` of length <= (\d+)", Text("paling banyak {0} karakter", "must have at most {0} characters")),
    (r"Expected `str` of length >= (\d+)", Text("paling sedikit {0} karakter", "must have at least {0} characters")),
    (r"Expected `array` of length <= (\d+)", Text("paling banyak {0} isi", "must have at most {0} items")),
    (r"Expected `str` matching regex '(.+)'", Text("harus sesuai pola {0}", "must match the pattern {0}")),
    (r"Expected `([^`]+)`, got `([^`]+)`", Text("harus bertipe {0}", "must be of type {0}")),
    (r"Invalid enum value (.+)", Text("nilai {0} tidak dikenal", "the value {0} isn't known")),
    (r"Invalid RFC3339 encoded (\w+)", Text("harus berformat {0}", "must have the format {0}")),
)


def told_by_msgspec(message: str) -> Text:
    """A message of msgspec in both languages; one that isn't known is told as it is."""
    for pattern, text in _TOLD:
        found = re.match(pattern, message)
        if found:
            parts = found.groups()
            return Text(text.id.format(*parts), text.en.format(*parts))
    return Text(f"tidak sah: {message}", f"isn't valid: {message}")
