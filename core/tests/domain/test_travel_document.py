"""What a travel document refuses."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ksbb.domain.handover_report import ReportParty
from ksbb.domain.travel_document import TravelDocument, TravelLine

PERSON = ReportParty(name="Joko Santoso", office="Pengemudi", organisation="Lembaga Contoh")
LINE = TravelLine(description="Beras", quantity=3, unit="karung")
DOCUMENT = TravelDocument(
    number="0001/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026",
    program_name="Pangan",
    agency="Pokja KSBB",
    dispatched_at=datetime(2026, 11, 22, 7, 30, tzinfo=UTC),
    origin="Gudang",
    destination="Balai RW 003",
    commitment_number="PANGAN-2026-000123",
    sender=PERSON,
    carrier=PERSON,
    recipient=PERSON,
    lines=(LINE,),
    synthetic=True,
    verify_url="https://ksbb.example/verify/1",
)


def exactly(message: str) -> str:
    """A pattern for the whole message."""
    return f"^{re.escape(message)}$"


def test_a_document_without_lines_is_refused() -> None:
    with pytest.raises(ValueError, match=exactly("lines: expected at least one, got none")):
        replace(DOCUMENT, lines=())


def test_a_document_without_destination_is_refused() -> None:
    with pytest.raises(ValueError, match=exactly("destination: expected text, got nothing")):
        replace(DOCUMENT, destination=" ")


@pytest.mark.parametrize(
    ("quantity", "message"),
    [
        (0, "quantity of 'Beras': expected a whole number from 1, got 0"),
        (-1, "quantity of 'Beras': expected a whole number from 1, got -1"),
    ],
)
def test_nothing_is_no_line(quantity: int, message: str) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        replace(LINE, quantity=quantity)
