"""The parts that all documents share, as plain JSON values for the Typst templates."""

import io
from datetime import datetime
from typing import Any

import segno

from ksbb.documents.wording import load
from ksbb.documents.words import Language, date_in_figures
from ksbb.domain.handover_report import WIB, HandoverReport, ReportParty
from ksbb.domain.travel_document import TravelDocument


def frame(document: HandoverReport | TravelDocument, language: Language) -> dict[str, Any]:
    """Letterhead, number, footer and marks of a document."""
    text = load(language)["common"]
    return {
        "language": language,
        "text": text,
        "letterhead": {
            "government": document.government,
            "agency": document.agency,
            "initiative": text["initiative"].format(program=document.program_name),
            "address": document.agency_address,
        },
        "number": document.number,
        "number_line": text["number"].format(number=document.number),
        "synthetic": document.synthetic,
        "verify_url": document.verify_url,
        "qr": qr_code(document.verify_url),
    }


def party(person: ReportParty) -> dict[str, str]:
    """A party as the templates expect it."""
    return {
        "name": person.name,
        "office": person.office,
        "organisation": person.organisation,
        "address": person.address,
    }


def clock_time(moment: datetime) -> str:
    """Hours and minutes in Jakarta, with a full stop as Indonesian writes it: 14.30."""
    return f"{moment.astimezone(WIB):%H.%M}"


def date_and_time(moment: datetime, language: Language) -> str:
    """Date and time in Jakarta: 22 November 2026, 14.30 WIB."""
    local = moment.astimezone(WIB)
    return f"{date_in_figures(local.date(), language)}, {clock_time(local)} WIB"


def qr_code(url: str) -> str:
    """A QR code of the address as SVG text: error correction level M (15 % may be soiled), two modules around."""
    target = io.BytesIO()
    segno.make_qr(url, error="m").save(target, kind="svg", border=2, xmldecl=False)
    return target.getvalue().decode()
