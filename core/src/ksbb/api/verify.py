"""Is this document genuine? The public page behind the QR code of a report or travel document, and the same as JSON."""

import base64
import hashlib
from datetime import date
from html import escape
from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath, QueryParameter
from msgspec import Meta

from ksbb.api.chain_values import Number, Synthetic, TextOut, Units
from ksbb.api.context import ANONYMOUS, ApiRequest, context
from ksbb.api.phrases import language_of
from ksbb.documents.words import date_in_figures, number_in_figures
from ksbb.domain.text import Language, Text
from ksbb.usecases.read.verification import DocumentKind, Verdict, Verification, VerifiedDocument, verify

_LONGEST_CODE = 64


class VerifiedItemOut(msgspec.Struct, kw_only=True):
    """One kind of aid on the document. `quantity` went out; the others are null on a travel document."""

    name: TextOut
    unit: TextOut
    quantity: Units
    accepted: int | None
    rejected: int | None
    lost: int | None


class VerifiedDocumentOut(msgspec.Struct, kw_only=True):
    """What the record says of the document, to compare with the paper. Names no persons."""

    kind: DocumentKind
    number: Annotated[str, Meta(examples=["0001/BAST/KSBB-PANGAN/31.71.06.1002/XI/2026"])]
    on: Annotated[date, Meta(description="Day (Asia/Jakarta) of the handover, or of the dispatch.")]
    area_code: str
    area_name: str
    target_name: str
    commitment_number: Number
    collaborator: TextOut
    aggregator: str
    executor: str
    items: list[VerifiedItemOut]
    synthetic: Synthetic
    content_sha256: Annotated[
        str | None, Meta(description="SHA-256 that is printed on a handover report, once it is made.")
    ]
    file_sha256: Annotated[str | None, Meta(description="SHA-256 of the report's PDF file, once it is made.")]


class VerificationOut(msgspec.Struct, kw_only=True):
    """`genuine`: issued and in force; `void`: issued and voided since; `unknown`: never issued by this platform."""

    verdict: Verdict
    document: VerifiedDocumentOut | None


_STYLE = """
:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem}
.verdict{padding:.75rem 1rem;border-radius:.4rem;border:2px solid;font-size:1.25rem;font-weight:700;margin:1rem 0}
.genuine{border-color:#18794e}.void,.unknown{border-color:#c2410c}.synthetic{font-weight:700}
dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.3rem 1rem}dt{opacity:.75}
dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem;border-top:1px solid #8886}
td.n,th.n{text-align:right}code{overflow-wrap:anywhere}
"""
_CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'"
)

_TITLE = Text("Periksa keaslian dokumen KSBB", "Verify a KSBB document")
_VERDICTS = {
    Verdict.GENUINE: Text("Asli: tercatat di KSBB dan berlaku", "Genuine: on KSBB's record and in force"),
    Verdict.VOID: Text("Batal: pernah terbit, lalu dibatalkan", "Void: it was issued and has been voided"),
    Verdict.UNKNOWN: Text(
        "Tidak dikenal: KSBB tidak menerbitkan dokumen ini", "Unknown: KSBB didn't issue this document"
    ),
}
_ADVICE = {
    Verdict.GENUINE: Text(
        "Bandingkan isi berikut dengan dokumen yang Anda pegang. Jika berbeda, dokumen itu telah diubah: laporkan.",
        "Compare what follows with the document in your hands. If they differ, that document was altered: report it.",
    ),
    Verdict.VOID: Text("Jangan dipakai sebagai bukti.", "Don't use it as evidence."),
    Verdict.UNKNOWN: Text(
        "Periksa kembali alamat pada kode QR. Jika sama, dokumen itu bukan dari KSBB: laporkan.",
        "Check the address in the QR code again. If it is the same, the document isn't KSBB's: report it.",
    ),
}
_KINDS = {
    DocumentKind.HANDOVER_REPORT: Text("Berita acara serah terima", "Handover report"),
    DocumentKind.TRAVEL_DOCUMENT: Text("Surat jalan", "Travel document"),
}
_LABELS = {
    "kind": Text("Dokumen", "Document"),
    "number": Text("Nomor", "Number"),
    "on": Text("Tanggal", "Date"),
    "target": Text("Sasaran", "Target"),
    "area": Text("Kelurahan", "Sub-district"),
    "commitment": Text("Komitmen", "Commitment"),
    "collaborator": Text("Kolaborator", "Collaborator"),
    "aggregator": Text("Agregator", "Aggregator"),
    "executor": Text("Pelaksana", "Executor"),
    "content": Text("Sidik isi (SHA-256)", "Content digest (SHA-256)"),
    "file": Text("Sidik berkas PDF (SHA-256)", "PDF file digest (SHA-256)"),
}
_COLUMNS = (
    Text("Barang", "Item"),
    Text("Jumlah", "Quantity"),
    Text("Diterima", "Accepted"),
    Text("Ditolak", "Rejected"),
    Text("Hilang", "Lost"),
    Text("Satuan", "Unit"),
)
_SYNTHETIC = Text(
    "Data contoh: dokumen ini dibuat untuk peragaan.", "Made-up data: this document is for demonstration."
)


@get("/verify/{code:str}", operation_id="verify_document", summary="Is it genuine", tags=["verify"])
async def verify_json(request: ApiRequest, code: FromPath[str]) -> VerificationOut:
    """Whether the platform issued the document with this code, and what its record says of it. Public."""
    return msgspec.convert(await _verify(request, code), VerificationOut, from_attributes=True)


@get("/verify/{code:str}", include_in_schema=False, media_type="text/html")
async def verify_page(
    request: ApiRequest, code: FromPath[str], lang: Annotated[Literal["id", "en"] | None, QueryParameter()] = None
) -> Response[str]:
    """The same for people: one small page without scripts, in the language of `lang`, else of the browser."""
    language = lang or language_of(request.headers.get("accept-language", ""))
    headers = {
        "Content-Security-Policy": _CSP,
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-cache",
        "X-Robots-Tag": "noindex",
    }
    return Response(_page(await _verify(request, code), language), media_type="text/html", headers=headers)


async def _verify(request: ApiRequest, code: str) -> Verification:
    if len(code) > _LONGEST_CODE or not (code.isascii() and code.isprintable()):
        return Verification(verdict=Verdict.UNKNOWN)
    found = context(request.app)
    async with found.platform.reading_desk(ANONYMOUS) as desk:
        return await verify(desk, code, found.settings.public_url)


def _page(found: Verification, language: Language) -> str:
    def say(text: Text) -> str:
        return escape(text.in_language(language))

    other = "en" if language == "id" else "id"
    switch = "English" if language == "id" else "Bahasa Indonesia"
    body = "" if found.document is None else _document(found.document, language)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{say(_TITLE)}</title><style>{_STYLE}</style></head><body><main><h1>{say(_TITLE)}</h1>"
        f'<p class="verdict {found.verdict}">{say(_VERDICTS[found.verdict])}</p><p>{say(_ADVICE[found.verdict])}</p>'
        f'{body}<p><a href="?lang={other}" hreflang="{other}" lang="{other}">{switch}</a></p></main></body></html>'
    )


def _document(found: VerifiedDocument, language: Language) -> str:
    facts = {
        "kind": _KINDS[found.kind].in_language(language),
        "number": found.number,
        "on": date_in_figures(found.on, language),
        "target": found.target_name,
        "area": f"{found.area_name} ({found.area_code})",
        "commitment": found.commitment_number,
        "collaborator": found.collaborator.in_language(language),
        "aggregator": found.aggregator,
        "executor": found.executor,
        "content": found.content_sha256,
        "file": found.file_sha256,
    }
    rows = "".join(
        f"<dt>{escape(_LABELS[name].in_language(language))}</dt><dd>{escape(value)}</dd>"
        for name, value in facts.items()
        if value
    )
    synthetic = f'<p class="synthetic">{escape(_SYNTHETIC.in_language(language))}</p>' if found.synthetic else ""
    return f"{synthetic}<dl>{rows}</dl>{_items(found, language)}"


def _items(found: VerifiedDocument, language: Language) -> str:
    name, quantity, *outcome, unit = (escape(column.in_language(language)) for column in _COLUMNS)
    if found.kind is DocumentKind.TRAVEL_DOCUMENT:
        outcome = []
    head = "".join(f'<th class="n" scope="col">{column}</th>' for column in (quantity, *outcome))
    rows = []
    for item in found.items:
        figures = [item.quantity] if not outcome else [item.quantity, item.accepted, item.rejected, item.lost]
        cells = "".join(f'<td class="n">{number_in_figures(figure or 0, language)}</td>' for figure in figures)
        rows.append(
            f"<tr><td>{escape(item.name.in_language(language))}</td>{cells}<td>{escape(item.unit.in_language(language))}</td></tr>"
        )
    columns = f'<th scope="col">{name}</th>{head}<th scope="col">{unit}</th>'
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def router() -> Router:
    """The verification as JSON, under the API's prefix."""
    return Router("/", route_handlers=[verify_json])
