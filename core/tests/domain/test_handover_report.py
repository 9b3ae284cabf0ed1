"""The handover report's own rules: its number, its sums, its digest, and what it refuses."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from ksbb.domain.handover_report import (
    HandoverReport,
    ReportEvidence,
    ReportLine,
    ReportParty,
    ReportSection,
    report_number,
    travel_document_number,
)
from ksbb.domain.text import Text

KEBON_SIRIH = "31.71.06.1002"
RICE = ReportLine(description="Beras", delivered=10, accepted=7, rejected=2, lost=1, unit="karung", unit_value=65_000)
SOAP = ReportLine(description="Sabun", delivered=4, accepted=4, unit="dus")
PERSON = ReportParty(name="Siti Aminah", office="Ketua RW 003", organisation="Kelurahan Kebon Sirih")


def exactly(message: str) -> str:
    """A pattern for the whole message."""
    return f"^{re.escape(message)}$"


def a_report(**changes: Any) -> HandoverReport:
    fields: dict[str, Any] = {
        "number": report_number(1, "pangan", KEBON_SIRIH, date(2026, 11, 22)),
        "program_name": "Pangan",
        "agency": "Pokja KSBB",
        "handed_over_at": datetime(2026, 11, 22, 7, 30, tzinfo=UTC),
        "place": "Balai RW 003",
        "commitment_number": "PANGAN-2026-000123",
        "travel_document_number": travel_document_number(1, "pangan", KEBON_SIRIH, date(2026, 11, 22)),
        "first_party": PERSON,
        "second_party": PERSON,
        "witnesses": (PERSON,),
        "acknowledged_by": PERSON,
        "lines": (RICE, SOAP),
        "synthetic": True,
        "verify_url": "https://ksbb.example/verify/1",
    }
    return HandoverReport(**(fields | changes))


@pytest.mark.parametrize(
    ("sequence", "program_id", "on", "expected"),
    [
        (1, "pangan", date(2026, 11, 22), "0001/BAST/KSBB-PANGAN/31.71.06.1002/XI/2026"),
        (9999, "urban_farming", date(2026, 1, 1), "9999/BAST/KSBB-URBAN-FARMING/31.71.06.1002/I/2026"),
        (12345, "umkm", date(2027, 9, 30), "12345/BAST/KSBB-UMKM/31.71.06.1002/IX/2027"),
    ],
)
def test_a_report_number_names_program_area_month_and_year(
    sequence: int, program_id: str, on: date, expected: str
) -> None:
    assert report_number(sequence, program_id, KEBON_SIRIH, on) == expected


def test_a_travel_document_is_numbered_like_a_report() -> None:
    assert (
        travel_document_number(7, "pangan", KEBON_SIRIH, date(2026, 4, 1))
        == "0007/SJ/KSBB-PANGAN/31.71.06.1002/IV/2026"
    )


@pytest.mark.parametrize(
    ("sequence", "program_id", "code", "message"),
    [
        (0, "pangan", KEBON_SIRIH, "sequence: expected a whole number from 1, got 0"),
        (
            1,
            "Urban Farming",
            KEBON_SIRIH,
            "program_id: expected lower-case words joined by '_', such as 'urban_farming', got 'Urban Farming'",
        ),
        (
            1,
            "pangan",
            "3171061002",
            "subdistrict_code: expected a Kemendagri code such as '31.71.06.1002', got '3171061002'",
        ),
    ],
)
def test_a_number_is_refused_with_the_part_that_is_wrong(
    sequence: int, program_id: str, code: str, message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        report_number(sequence, program_id, code, date(2026, 11, 22))


def test_the_value_counts_what_was_accepted() -> None:
    assert RICE.value == 7 * 65_000
    assert SOAP.value is None


def test_the_total_leaves_out_lines_without_a_value_and_counts_them() -> None:
    report = a_report()
    assert (report.total_value, report.unvalued_lines) == (455_000, 1)
    unvalued = a_report(lines=(SOAP,))
    assert (unvalued.total_value, unvalued.unvalued_lines) == (None, 1)
    worthless = a_report(lines=(replace(SOAP, unit_value=0),))
    assert (worthless.total_value, worthless.unvalued_lines) == (0, 0)


def test_the_day_of_the_handover_is_that_of_jakarta() -> None:
    report = a_report(handed_over_at=datetime(2026, 12, 31, 17, 0, tzinfo=UTC))
    assert report.handed_over_on == date(2027, 1, 1)


def test_the_digest_is_the_same_for_the_same_content() -> None:
    evidence = ReportEvidence(file_name="a.jpg", sha256="ab" * 32, media_type="image/jpeg", image=b"large")
    report = a_report(evidence=(evidence,))
    same = replace(
        report,
        handed_over_at=report.handed_over_at.astimezone(timezone(timedelta(hours=7))),
        verify_url=f"https://ksbb.example/verify/{report.content_sha256}",
        evidence=(replace(evidence, image=None),),
    )
    assert same.content_sha256 == report.content_sha256
    assert len(report.content_sha256) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"place": "Balai RW 004"},
        {"synthetic": False},
        {"lines": (SOAP, RICE)},
        {"lines": (replace(RICE, remark="basah"), SOAP)},
        {"witnesses": (PERSON, PERSON)},
        {"evidence": (ReportEvidence(file_name="a.jpg", sha256="cd" * 32, media_type="image/jpeg"),)},
        {"handed_over_at": datetime(2026, 11, 22, 7, 31, tzinfo=UTC)},
        {"sections": (ReportSection(title=Text("Judul", "Title"), pairs=((Text("a", "b"), Text("c", "d")),)),)},
    ],
)
def test_the_digest_changes_with_any_content(changes: dict[str, Any]) -> None:
    assert a_report(**changes).content_sha256 != a_report().content_sha256


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"handed_over_at": datetime(2026, 11, 22, 7, 30)},  # noqa: DTZ001 - a time without zone is what is tested
            "handed_over_at: expected a time with a time zone, got 2026-11-22T07:30:00",
        ),
        ({"witnesses": ()}, "witnesses: expected one or two, got 0"),
        ({"witnesses": (PERSON,) * 3}, "witnesses: expected one or two, got 3"),
        ({"lines": ()}, "lines: expected at least one, got none"),
        ({"place": "  "}, "place: expected text, got nothing"),
        (
            {"verify_url": "ksbb.example"},
            "verify_url: expected an address that starts with http:// or https://, got 'ksbb.example'",
        ),
    ],
)
def test_a_report_is_refused_with_the_field_that_is_wrong(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        a_report(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lost": 2}, "delivered of 'Beras': expected accepted + rejected + lost = 11, got 10"),
        ({"rejected": -2, "accepted": 11}, "rejected of 'Beras': expected a whole number from 0, got -2"),
        ({"unit_value": -1}, "unit_value of 'Beras': expected whole rupiah from 0 or None, got -1"),
        ({"unit": ""}, "unit: expected text, got nothing"),
    ],
)
def test_a_line_is_refused_when_its_quantities_do_not_add_up(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        replace(RICE, **changes)


def test_evidence_is_refused_without_a_proper_digest() -> None:
    with pytest.raises(
        ValueError, match=exactly(f"sha256 of 'a.jpg': expected 64 lower-case hexadecimal digits, got '{'AB' * 32}'")
    ):
        ReportEvidence(file_name="a.jpg", sha256="AB" * 32, media_type="image/jpeg")


def test_a_party_has_a_name() -> None:
    with pytest.raises(ValueError, match=exactly("name: expected text, got nothing")):
        ReportParty(name="", office="Lurah", organisation="Kelurahan Kebon Sirih")


def test_evidence_is_taken_at_an_instant() -> None:
    taken: dict[str, Any] = {"file_name": "a.jpg", "sha256": "ab" * 32, "media_type": "image/jpeg"}
    with pytest.raises(
        ValueError, match=exactly("taken_at of 'a.jpg': expected a time with a time zone, got 2026-11-22T07:30:00")
    ):
        ReportEvidence(**taken, taken_at=datetime(2026, 11, 22, 7, 30))  # noqa: DTZ001 - a time without zone is tested
    assert ReportEvidence(**taken, taken_at=datetime(2026, 11, 22, 7, 30, tzinfo=UTC)).image is None
