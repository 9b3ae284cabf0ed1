"""The flows, run as plain functions on a workbench that keeps what they do."""

from datetime import date

import pytest
from ksbb.program import AidType, Custody, FollowUpPlan, HandedOver, Role, TargetKind, Text
from ksbb.testing import RecordingBench, commitment_view, line_like

from ksbb_urban_farming import PROGRAM
from ksbb_urban_farming.aid import FISH_SET, SEED, TRAINING
from ksbb_urban_farming.settings import Settings

DAY = date(2026, 6, 15)


async def test_the_assessment_keeps_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, Settings())
    good = bench.add(commitment_view(PROGRAM, line_like(SEED, 10)))
    blocked = bench.add(commitment_view(PROGRAM, line_like(FISH_SET, 10, "water_source")))

    await bench.run("urban_farming-assess")

    assert good.assessments == [[]]
    assert [[finding.code for finding in found] for found in blocked.assessments] == [["water_source_missing"]]


async def follow_ups(aid_type: AidType, accepted: int) -> list[FollowUpPlan]:
    """What is opened after a handover with so many accepted units."""
    bench = RecordingBench(PROGRAM, Settings(survival_days=60))
    handover = HandedOver(handed_over_on=DAY, target_kind=TargetKind.RW, accepted={aid_type.id: accepted})
    case = bench.add(commitment_view(PROGRAM, line_like(aid_type, 10)), handover)
    await bench.run("urban_farming-survival")
    return case.plans


async def test_harvest_and_survival_are_reported() -> None:
    assert await follow_ups(SEED, 3) == [
        FollowUpPlan(
            kind="survival_90_days",
            due_on=date(2026, 8, 14),
            owner=Role.AGGREGATOR,
            title=Text(
                "Laporkan harvested_kg dan alive: kilogram yang dipanen dan set yang masih terawat 60 hari sesudah "
                "serah terima 2026-06-15, komitmen URBAN_FARMING-2026-000001",
                "Report harvested_kg and alive: kilograms harvested and sets still in use 60 days after the handover "
                "of 2026-06-15, commitment URBAN_FARMING-2026-000001",
            ),
        )
    ]


@pytest.mark.parametrize(("aid_type", "accepted"), [(SEED, 0), (TRAINING, 20)])
async def test_nothing_is_owed_after_other_handovers(aid_type: AidType, accepted: int) -> None:
    assert await follow_ups(aid_type, accepted) == []


async def test_a_report_follows_a_handover() -> None:
    bench = RecordingBench(PROGRAM, Settings())
    bench.add(commitment_view(PROGRAM, line_like(SEED, 1)))

    with pytest.raises(ValueError, match="commitment URBAN_FARMING-2026-000001: a report follows a handover"):
        await bench.run("urban_farming-survival")


def held(number: int, expires_on: date | None) -> Custody:
    """Ten packets in custody."""
    return Custody(
        commitment_id=f"id-{number}",
        commitment_number=f"URBAN_FARMING-2026-{number:06}",
        aggregator_name="Agregator Contoh",
        aid_type="seed",
        quantity=10,
        expires_on=expires_on,
    )


async def test_seed_that_expires_soon_is_followed_up_once() -> None:
    goods = [held(1, date(2026, 7, 15)), held(2, date(2026, 7, 16)), held(3, None)]
    bench = RecordingBench(PROGRAM, Settings(), DAY, goods)

    await bench.run("urban_farming-seed-watch")
    await bench.run("urban_farming-seed-watch")

    assert bench.opened == [
        (
            "id-1",
            FollowUpPlan(
                kind="seed_expires",
                due_on=date(2026, 7, 15),
                owner=Role.AGGREGATOR,
                title=Text(
                    "URBAN_FARMING-2026-000001: 10 bungkus benih kedaluwarsa 2026-07-15; salurkan sebelumnya",
                    "URBAN_FARMING-2026-000001: 10 packets of seed expire on 2026-07-15; hand them over before",
                ),
            ),
        )
    ]
