"""What a travel document says, as plain JSON values for its template."""

from typing import Any

from ksbb.documents.layout import clock_time, frame, party
from ksbb.documents.wording import load
from ksbb.documents.words import Language, date_in_figures, number_in_figures, weekday
from ksbb.domain.handover_report import WIB
from ksbb.domain.travel_document import TravelDocument


def travel_content(document: TravelDocument, language: Language) -> dict[str, Any]:
    """The travel document in words of the language, ready for the template `travel_document.typ`."""
    text = load(language)["travel"]
    day = document.dispatched_at.astimezone(WIB).date()
    departure = text["departure_value"].format(
        weekday=weekday(day, language),
        date=date_in_figures(day, language),
        time=clock_time(document.dispatched_at),
    )
    return frame(document, language) | {
        "title": text["title"],
        "travel_text": text,
        "facts": [
            [text["commitment"], document.commitment_number],
            [text["origin"], document.origin],
            [text["destination"], document.destination],
            [text["departure"], departure],
            [text["vehicle"], document.vehicle or text["no_vehicle"]],
        ],
        "people": [
            [text["from"], party(document.sender)],
            [text["carrier"], party(document.carrier)],
            [text["to"], party(document.recipient)],
        ],
        "intro": text["intro"].format(program=document.program_name),
        "lines": [
            {
                "number": str(number),
                "description": line.description,
                "specification": line.specification,
                "quantity": number_in_figures(line.quantity, language),
                "unit": line.unit,
                "remark": line.remark,
            }
            for number, line in enumerate(document.lines, 1)
        ],
    }
