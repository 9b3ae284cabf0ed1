"""Documents as PDF/A-2b, set by Typst from data alone.

The data reaches the templates as JSON, so no text in it is ever read as Typst markup. The fonts are those inside the
`typst` package, none of the machine's: the same document gives the same bytes on every machine with the same version
of `typst`.
"""

import json
import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from ksbb.documents.report_content import image_name, report_content
from ksbb.documents.travel_content import travel_content
from ksbb.documents.words import Language
from ksbb.domain.handover_report import WIB, HandoverReport
from ksbb.domain.travel_document import TravelDocument

FONTS = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")
"""The fonts of the templates, first to last resort; together they cover Latin, Greek, Cyrillic and Arabic script."""

_TEMPLATES = ("frame.typ", "handover_report.typ", "travel_document.typ")
_UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
# What has no shape of its own, and bidirectional controls: they make a name read differently from what is stored
_INVISIBLE_CATEGORIES = {"Cc", "Cn", "Co", "Cs"}
_BIDI_CONTROLS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class RenderError(Exception):
    """A document that can't be printed; the message says the reason and what to do."""


def render_report(report: HandoverReport, language: Language = "id") -> bytes:
    """The handover report as PDF/A-2b: A4, for printing and archiving.

    Indonesian (`id`) is the version to sign, `en` a reading version. Equal reports give equal bytes. Images are
    embedded with whatever metadata they carry: give copies without EXIF data where the PDF leaves the platform.
    A character that the fonts don't have (emoji, Chinese) appears as its code, such as [U+1F600]: a sealed report can
    always be printed, and nothing in it vanishes.
    Raises RenderError for images that can't be printed, ValueError for another language.
    """
    images = {image_name(number, item): item.image for number, item in enumerate(report.evidence, 1) if item.image}
    images.pop("", None)
    return _compile("handover_report.typ", report_content(report, language), images, report.handed_over_at)


def render_travel_document(document: TravelDocument, language: Language = "id") -> bytes:
    """The travel document (surat jalan) as PDF/A-2b; language, bytes and errors as in `render_report`."""
    return _compile("travel_document.typ", travel_content(document, language), {}, document.dispatched_at)


def check_fonts() -> None:
    """Raise RenderError unless the installed `typst` package carries all `FONTS`."""
    missing = set(FONTS) - set(_fonts().families())
    if missing:
        raise RenderError(
            f"fonts: expected {', '.join(FONTS)} inside the typst package, missing {', '.join(sorted(missing))}; "
            "install the wheel of typst from PyPI, which embeds them"
        )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


@cache
def _template(name: str) -> bytes:
    return (files(__package__) / "templates" / name).read_bytes()


def _compile(template: str, content: dict[str, Any], images: dict[str, bytes], moment: datetime) -> bytes:
    # Typst reads files below its root only: a fresh folder with the templates and this document's own images
    with TemporaryDirectory(prefix="ksbb-document-") as folder:
        root = Path(folder)
        for name in _TEMPLATES:
            (root / name).write_bytes(_template(name))
        for name, image in images.items():
            (root / name).write_bytes(image)
        unshown: set[str] = set()
        while True:
            try:
                return typst.compile(
                    root / template,
                    root=root,
                    font_paths=_fonts(),
                    ignore_system_fonts=True,
                    sys_inputs={"data": json.dumps(_printable(content, unshown), ensure_ascii=False)},
                    pdf_standards=["a-2b"],
                    timestamp=moment.astimezone(WIB).replace(microsecond=0),
                )
            except typst.TypstError as error:
                # PDF/A forbids characters without a glyph; Typst names them, so they are known only after a first try
                newly = {character for text in _UNSHOWN.findall(error.diagnostic) for character in text} - unshown
                if not newly:
                    raise _explained(error, content) from error
                unshown |= newly


def _printable(value: Any, unshown: Collection[str]) -> Any:
    """The content in Unicode normal form C, white space as single spaces, unshowable characters as codes: [U+1F600]."""
    if isinstance(value, dict):
        return {key: _printable(item, unshown) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item, unshown) for item in value]
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", " ".join(value.split()))
    return "".join(f"[U+{ord(c):04X}]" if c in unshown or _hidden(c) else c for c in text)


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in _INVISIBLE_CATEGORIES or character in _BIDI_CONTROLS


def _explained(error: typst.TypstError, content: dict[str, Any]) -> RenderError:
    printed = [item["file_name"] for item in content.get("evidence", []) if item["image"]]
    if printed and ("image" in error.message or "CMYK" in error.message):
        return RenderError(
            "evidence: expected RGB or grey JPEG or PNG images, got one that can't be printed among "
            f"{', '.join(printed)} ({error.message}); convert it, "
            "or give its image as None to list the file without printing it"
        )
    return RenderError(f"the template failed: {error.message}")
