"""What the education program brings beyond its aid: the check of an IMEI, school lists, and what reports say of devices."""

from datetime import date
from typing import Any

import pytest

from ksbb.program import HandedOver, ReportView, RouteRequest, TargetKind, Text
from ksbb.testing import commitment_view, line_like
from ksbb_pendidikan import PROGRAM
from ksbb_pendidikan.aid import SIM_CARD, STUDENT_DEVICE, TEACHER_COMPUTER
from ksbb_pendidikan.imports import area_code, day, school_code
from ksbb_pendidikan.settings import PendidikanSettings


def check(imei: str) -> Any:
    (route,) = PROGRAM.routes
    return route.answer(RouteRequest(parameters={"imei": imei}, settings=PendidikanSettings(), today=date(2026, 1, 1)))


def test_a_right_imei() -> None:
    assert check(" 490154203237518 ") == {"imei": "***********7518", "well_formed": True, "reason": None}


@pytest.mark.parametrize(
    ("imei", "reason"),
    [
        (
            "490154203237519",
            "its check digit is wrong: a digit was mistyped; dial *#06# on the device to read it",
        ),
        ("49015420", "an IMEI has 15 digits, this has 8 characters; dial *#06# on the device to read it"),
        ("49015420323751x", "an IMEI has 15 digits, this has 15 characters; dial *#06# on the device to read it"),
    ],
)
def test_a_wrong_imei_says_why(imei: str, reason: str) -> None:
    answer = check(imei)
    assert (answer["well_formed"], answer["reason"].en) == (False, reason)
    assert imei not in str(answer)


@pytest.mark.parametrize(
    ("convert", "given", "made"),
    [
        (school_code, "20100001", "NPSN-20100001"),
        (school_code, "'20100001", "NPSN-20100001"),
        (area_code, "3171061002", "31.71.06.1002"),
        (area_code, "31.71.06.1002", "31.71.06.1002"),
        (day, "1/8/2026", "2026-08-01"),
        (day, "01-08-2026", "2026-08-01"),
        (day, "2026-08-01", "2026-08-01"),
    ],
)
def test_cells_of_school_lists(convert: Any, given: str, made: str) -> None:
    assert convert(given) == made


@pytest.mark.parametrize(
    ("convert", "given", "said"),
    [
        (school_code, "2010001", "an NPSN has 8 digits, given '2010001'"),
        (
            area_code,
            "Pegangsaan",
            "a sub-district's code (Kemendagri) is like 31.71.06.1002 / 3171061002, given 'Pegangsaan'",
        ),
        (day, "31/2/2026", "a day is written 31/12/2026 or 2026-12-31, given '31/2/2026'"),
        (day, "Agustus", "a day is written 31/12/2026 or 2026-12-31, given 'Agustus'"),
    ],
)
def test_cells_that_cant_be_read_say_what_was_expected(convert: Any, given: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        convert(given)
    (text,) = caught.value.args
    assert isinstance(text, Text)
    assert text.en == said


def told(view: ReportView) -> list[tuple[str, str]]:
    (section,) = PROGRAM.report_sections
    return [(what.en, value.en) for what, value in section.content(view)]


def view_of(*lines: Any, **accepted: int) -> ReportView:
    handover = HandedOver(handed_over_on=date(2026, 6, 15), target_kind=TargetKind.SCHOOL, accepted=accepted)
    commitment = commitment_view(PROGRAM, *lines)
    return ReportView(commitment=commitment, handover=handover, settings=PendidikanSettings())


def test_the_report_tells_how_devices_are_registered_and_whose_they_are() -> None:
    view = view_of(
        line_like(STUDENT_DEVICE, 3),
        line_like(TEACHER_COMPUTER, 1, position=1, condition="used", data_wiped=True),
        student_device=2,
        teacher_computer=1,
    )
    assert told(view) == [
        ("IMEI, student device", "2 recorded of the 3 committed"),
        ("Serial numbers, student device", "2 recorded of the 3 committed"),
        ("Serial numbers, teacher computer", "1 recorded of the 1 committed"),
        (
            "Ownership of the teacher computers",
            "the receiving school's, kept in its inventory, and lent to the teachers",
        ),
        ("Data of former owners", "declared wiped by the giver"),
    ]


def test_a_report_without_devices_has_no_such_section() -> None:
    assert told(view_of(line_like(SIM_CARD, 10), line_like(STUDENT_DEVICE, 3, position=1), sim_card=10)) == []
