"""The flows, run as plain functions on a workbench that keeps what they do."""

from datetime import date

import pytest
from ksbb.program import AidType, FollowUpPlan, HandedOver, Role, TargetKind, Text
from ksbb.testing import RecordingBench, commitment_view, line_like

from ksbb_seni_budaya import PROGRAM
from ksbb_seni_budaya.aid import EQUIPMENT, FEE, STAGE_SLOT, STUDIO_HOURS
from ksbb_seni_budaya.settings import Settings

DAY = date(2026, 6, 15)


async def test_the_assessment_keeps_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, Settings())
    good = bench.add(commitment_view(PROGRAM, line_like(FEE, 10)))
    blocked = bench.add(commitment_view(PROGRAM, line_like(FEE, 10, "register_number")))

    await bench.run("seni_budaya-assess")

    assert good.assessments == [[]]
    assert [[finding.code for finding in found] for found in blocked.assessments] == [["register_number_missing"]]


async def follow_ups(aid_type: AidType, accepted: int) -> list[FollowUpPlan]:
    """What is opened after a handover with so many accepted units."""
    bench = RecordingBench(PROGRAM, Settings(report_days=7))
    handover = HandedOver(handed_over_on=DAY, target_kind=TargetKind.STUDIO, accepted={aid_type.id: accepted})
    case = bench.add(commitment_view(PROGRAM, line_like(aid_type, 10)), handover)
    await bench.run("seni_budaya-events")
    return case.plans


@pytest.mark.parametrize("aid_type", [FEE, STAGE_SLOT], ids=lambda aid_type: aid_type.id)
async def test_a_report_is_owed_after_events(aid_type: AidType) -> None:
    assert await follow_ups(aid_type, 3) == [
        FollowUpPlan(
            kind="event_report",
            due_on=date(2026, 6, 22),
            owner=Role.AGGREGATOR,
            title=Text(
                "Laporkan artists_paid dan events_held: banyaknya seniman yang dibayar dan acara yang berlangsung, "
                "komitmen SENI_BUDAYA-2026-000001, serah terima 2026-06-15; hanya jumlah, tanpa nama",
                "Report artists_paid and events_held: how many artists were paid and how many events were held, "
                "commitment SENI_BUDAYA-2026-000001, handover of 2026-06-15; counts only, no names",
            ),
        )
    ]


@pytest.mark.parametrize(("aid_type", "accepted"), [(FEE, 0), (EQUIPMENT, 3), (STUDIO_HOURS, 3)])
async def test_nothing_is_owed_after_other_aid(aid_type: AidType, accepted: int) -> None:
    assert await follow_ups(aid_type, accepted) == []


async def test_a_report_follows_a_handover() -> None:
    bench = RecordingBench(PROGRAM, Settings())
    bench.add(commitment_view(PROGRAM, line_like(FEE, 1)))

    with pytest.raises(ValueError, match="commitment SENI_BUDAYA-2026-000001: a report follows a handover"):
        await bench.run("seni_budaya-events")
