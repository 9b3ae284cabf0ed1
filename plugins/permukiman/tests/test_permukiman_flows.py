"""The flows of the settlement program and the photo rounds that they open."""

from datetime import date

from ksbb.program import CommitmentView, FollowUpPlan, LineView, Role, Text
from ksbb.testing import RecordingBench, commitment_view, line_like
from ksbb_permukiman import PROGRAM
from ksbb_permukiman.aid import HOUSE_REPAIR, MATERIAL, WORKS
from ksbb_permukiman.plans import photo_rounds
from ksbb_permukiman.settings import PermukimanSettings

DRAIN = line_like(WORKS, 72)
CEMENT = line_like(MATERIAL, 200, position=1)


def commitment(*lines: LineView) -> CommitmentView:
    return commitment_view(PROGRAM, *lines, planned_handover_on=date(2026, 8, 15))


def plan(kind: str, due_on: date, indonesian: str, english: str) -> FollowUpPlan:
    return FollowUpPlan(kind=kind, due_on=due_on, owner=Role.AGGREGATOR, title=Text(indonesian, english))


ROUNDS = (
    plan(
        "photos_0",
        date(2026, 6, 1),
        "Foto pekerjaan 0 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan)",
        "Photos of works at 0 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works)",
    ),
    plan(
        "photos_50",
        date(2026, 7, 1),
        "Foto pekerjaan 50 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan)",
        "Photos of works at 50 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works)",
    ),
    plan(
        "photos_100",
        date(2026, 7, 31),
        "Foto pekerjaan 100 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan); laporkan "
        "indicators_improved: banyaknya indikator kumuh yang membaik, tiap indikator sekali per komitmen",
        "Photos of works at 100 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works); report "
        "indicators_improved: how many slum indicators improved, each once per commitment",
    ),
)


def test_rounds_at_start_middle_and_end() -> None:
    assert photo_rounds(commitment(DRAIN, CEMENT)) == ROUNDS


def test_material_alone_needs_no_photos() -> None:
    assert photo_rounds(commitment(CEMENT)) == ()


def test_lines_of_the_same_days_share_their_rounds() -> None:
    house = line_like(HOUSE_REPAIR, 4, position=2)
    rounds = photo_rounds(commitment(DRAIN, house))
    assert [(each.kind, each.due_on) for each in rounds] == [(each.kind, each.due_on) for each in ROUNDS]
    assert rounds[0].title == Text(
        "Foto pekerjaan 0 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan, baris 3 Perbaikan rumah)",
        "Photos of works at 0 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works, line 3 House repair)",
    )


def test_lines_of_other_days_have_rounds_of_their_own() -> None:
    house = line_like(HOUSE_REPAIR, 4, position=1, planned_start_on="2026-07-01", planned_end_on="2026-07-31")
    assert [(each.kind, each.due_on) for each in photo_rounds(commitment(DRAIN, house))] == [
        ("photos_0", date(2026, 6, 1)),
        ("photos_0", date(2026, 7, 1)),
        ("photos_50", date(2026, 7, 1)),
        ("photos_50", date(2026, 7, 16)),
        ("photos_100", date(2026, 7, 31)),
    ]


def test_works_of_one_day_have_three_rounds_on_it() -> None:
    line = line_like(WORKS, 72, planned_end_on="2026-06-01")
    assert [(each.kind, each.due_on) for each in photo_rounds(commitment(line))] == [
        ("photos_0", date(2026, 6, 1)),
        ("photos_50", date(2026, 6, 1)),
        ("photos_100", date(2026, 6, 1)),
    ]


# Flows


async def test_assess_records_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, PermukimanSettings())
    case = bench.add(commitment(line_like(WORKS, 72, "budget_rupiah", "consent")))
    await bench.run("assess")
    assert [[finding.code for finding in found] for found in case.assessments] == [
        ["budget_missing", "consent_missing"]
    ]
    assert case.plans == []


async def test_milestones_opens_the_rounds() -> None:
    bench = RecordingBench(PROGRAM, PermukimanSettings())
    case = bench.add(commitment(DRAIN))
    await bench.run("milestones")
    assert tuple(case.plans) == ROUNDS
    assert case.assessments == []
