"""The flows of the waste program and the monthly reports that they open."""

from dataclasses import replace
from datetime import date

import pytest

from ksbb.program import FollowUpPlan, HandedOver, Role, TargetKind, Text
from ksbb.testing import RecordingBench, commitment_view, line_like
from ksbb_persampahan import PROGRAM
from ksbb_persampahan.aid import BIN, RECYCLABLE_OFFTAKE
from ksbb_persampahan.plans import offtake_months
from ksbb_persampahan.settings import PersampahanSettings

OFFTAKE = line_like(RECYCLABLE_OFFTAKE, 500)
COMMITMENT = commitment_view(PROGRAM, OFFTAKE)


def handover(accepted: dict[str, int], day: date = date(2026, 5, 15)) -> HandedOver:
    return HandedOver(handed_over_on=day, target_kind=TargetKind.WASTE_BANK, accepted=accepted)


REPORTS = (
    FollowUpPlan(
        kind="offtake_month",
        due_on=date(2026, 6, 15),
        owner=Role.AGGREGATOR,
        title=Text(
            "Laporkan kg: sampah daur ulang yang diserap pada bulan ke-1 dari 2, komitmen PERSAMPAHAN-2026-000001, "
            "serah terima 2026-05-15 (500 kg/bulan)",
            "Report kg: recyclables taken in month 1 of 2, commitment PERSAMPAHAN-2026-000001, "
            "handover of 2026-05-15 (500 kg/month)",
        ),
    ),
    FollowUpPlan(
        kind="offtake_month",
        due_on=date(2026, 7, 15),
        owner=Role.AGGREGATOR,
        title=Text(
            "Laporkan kg: sampah daur ulang yang diserap pada bulan ke-2 dari 2, komitmen PERSAMPAHAN-2026-000001, "
            "serah terima 2026-05-15 (500 kg/bulan)",
            "Report kg: recyclables taken in month 2 of 2, commitment PERSAMPAHAN-2026-000001, "
            "handover of 2026-05-15 (500 kg/month)",
        ),
    ),
)


def test_one_report_a_month() -> None:
    assert offtake_months(COMMITMENT, handover({"recyclable_offtake": 500}), 2) == REPORTS


def test_short_months_end_the_count_and_long_ones_resume_it() -> None:
    reports = offtake_months(COMMITMENT, handover({"recyclable_offtake": 1}, date(2027, 12, 31)), 4)
    assert [report.due_on for report in reports] == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


@pytest.mark.parametrize("accepted", [{"bin": 240}, {"recyclable_offtake": 0}, {}])
def test_no_offtake_no_reports(accepted: dict[str, int]) -> None:
    assert offtake_months(COMMITMENT, handover(accepted), 12) == ()


# Flows


async def test_assess_records_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, PersampahanSettings())
    case = bench.add(replace(COMMITMENT, lines=(OFFTAKE, line_like(BIN, 1, position=1))))
    await bench.run("assess")
    assert [[finding.code for finding in found] for found in case.assessments] == [["bins_too_few"]]
    assert case.plans == []


async def test_offtake_records_opens_as_many_months_as_the_settings_say() -> None:
    bench = RecordingBench(PROGRAM, PersampahanSettings(offtake_months=2))
    case = bench.add(COMMITMENT, handover({"recyclable_offtake": 500}))
    await bench.run("offtake_records")
    assert tuple(case.plans) == REPORTS
    assert case.assessments == []


async def test_offtake_records_needs_a_handover() -> None:
    bench = RecordingBench(PROGRAM, PersampahanSettings())
    bench.add(COMMITMENT)
    with pytest.raises(ValueError, match="no handover given") as raised:
        await bench.run("offtake_records")
    assert str(raised.value) == (
        "commitment PERSAMPAHAN-2026-000001: offtake_records runs at stage handed_over only, no handover given"
    )
