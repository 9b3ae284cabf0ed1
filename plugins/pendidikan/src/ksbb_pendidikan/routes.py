"""What the education program tells on addresses of its own: whether an IMEI is well formed, before a donor types a hundred."""

from typing import Any

from ksbb.program import Route, RouteRequest, Text, described
from ksbb_pendidikan.imei import is_valid, masked

_DIGITS = 15


def imei_check(request: RouteRequest) -> dict[str, Any]:
    """Whether an IMEI is well formed. Nothing is looked up: nobody learns here which devices were given."""
    given = request.parameters["imei"].strip()
    return {"imei": masked(given), "well_formed": is_valid(given), "reason": _reason(given)}


def _reason(imei: str) -> Text | None:
    if is_valid(imei):
        return None
    if not (imei.isascii() and imei.isdigit() and len(imei) == _DIGITS):
        return Text(
            f"IMEI terdiri dari {_DIGITS} angka, ini {len(imei)} karakter; tekan *#06# pada gawai untuk membacanya",
            f"an IMEI has {_DIGITS} digits, this has {len(imei)} characters; dial *#06# on the device to read it",
        )
    return Text(
        "angka pemeriksanya salah: sebuah angka salah ketik; tekan *#06# pada gawai untuk membacanya",
        "its check digit is wrong: a digit was mistyped; dial *#06# on the device to read it",
    )


ROUTES = (
    Route(
        path="imei-check",
        title=Text("Pemeriksaan IMEI", "Check of an IMEI"),
        description=Text(
            "Apakah sebuah IMEI ditulis dengan benar (15 angka, angka pemeriksa Luhn). Tidak memeriksa apakah IMEI itu "
            "terdaftar, dan tidak menyimpannya.",
            "Whether an IMEI is well formed (15 digits, Luhn check digit). It neither looks the IMEI up nor keeps it.",
        ),
        answer=imei_check,
        parameters={
            "imei": described(
                {"type": "string", "minLength": 1, "maxLength": 40},
                Text("IMEI", "IMEI"),
                Text("IMEI seperti tertulis pada gawai.", "The IMEI as the device shows it."),
            )
        },
        required=("imei",),
    ),
)
