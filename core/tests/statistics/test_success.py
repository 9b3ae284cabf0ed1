"""Success figures: each program by its own measures, with base and day."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import InvalidInput, Unavailable
from ksbb.domain.follow_ups import FollowUp
from ksbb.domain.rights import SYSTEM, Actor, Role
from ksbb.domain.text import Text
from ksbb.program import FollowUpPlan, Measure
from ksbb.programs.host import host_of
from ksbb.statistics.success import SuccessFigure, success_figures
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Driven, Step, World
from ksbb.usecases import commit, follow_ups
from ksbb.usecases.platform import Platform


async def figures(world: World, program_id: str, actor: Actor | None = None) -> list[SuccessFigure]:
    program = world.platform.programs.require(program_id).program
    async with world.platform.reading_desk(actor or world.auditor) as desk:
        return list(await success_figures(desk, program))


def plain(figure: SuccessFigure) -> tuple[Any, ...]:
    return figure.metric.id, figure.value, figure.base, figure.share, figure.suppressed, figure.contains_synthetic


async def report(world: World, driven: Driven, kind: str, result: dict[str, Any], day: date = date(2026, 9, 1)) -> None:
    """The aggregator completes a follow-up of a commitment."""
    plan = FollowUpPlan(kind=kind, due_on=day, owner=Role.AGGREGATOR, title=Text("Laporan", "Report"))
    given = {"program_id": driven.commitment.program_id, "subject_id": driven.commitment.id}
    await world.act(SYSTEM, follow_ups.open_follow_up, plan, commitment=driven.commitment, **given)
    async with world.platform.database.read() as connection:
        (found,) = await fetch_all(
            connection, select(tables.follow_ups).where(tables.follow_ups.c.due_on == day), FollowUp
        )
    await world.act(world.aggregator, follow_ups.complete, found.id, result=result, expected_version=1)


async def test_accepted_over_need(world: World) -> None:
    (before,) = await figures(world, "pangan")
    assert plain(before) == ("households_covered", 0, before.base, 0.0, False, True)
    await world.drive(Step.CONFIRMED)
    (after,) = await figures(world, "pangan")
    assert before.base is not None
    assert plain(after) == ("households_covered", 10, before.base, round(10 / before.base, 4), False, True)
    assert (after.as_of, after.base_name) == (date(2026, 8, 3), Text("kebutuhan tercatat", "recorded need"))


async def test_targets_reached_and_sums_of_reports(world: World) -> None:
    driven = await world.drive(Step.CONFIRMED, program_id="umkm")
    await report(world, driven, "enterprise_six_months", {"training_hours": 48, "note": "baik"})
    served, hours = await figures(world, "umkm")
    assert plain(served)[:3] == ("enterprises_served", 1, served.base)
    assert served.base_name == Text("sasaran dengan kebutuhan tercatat", "targets with a recorded need")
    assert plain(hours) == ("training_hours", 48, 1, None, False, True)
    async with world.platform.database.read() as connection:
        payloads = [
            row.payload
            for row in await connection.execute(
                select(tables.events.c.payload).where(tables.events.c.kind == "follow_up_completed")
            )
        ]
    assert [payload["counted"] for payload in payloads] == [{"training_hours": 48}]


async def test_small_counts_are_suppressed_for_the_public(world: World) -> None:
    lines = world.lines("ketenagakerjaan", quantity=50)
    driven = await world.drive(Step.CONFIRMED, program_id="ketenagakerjaan", lines=lines)
    for day in range(1, 5):
        await report(world, driven, "placement_90_days", {"completed": 10, "certified": 8}, date(2026, 9, day))
    public = Actor(account_id="anonymous", name="")
    assert [plain(one)[1:5] for one in await figures(world, "ketenagakerjaan", public)] == [
        (None, None, None, True),
        (None, None, None, True),
        (0, 0, None, False),
    ]
    assert [one.value for one in await figures(world, "ketenagakerjaan")] == [40, 32, 0]
    await report(world, driven, "placement_90_days", {"completed": 10, "certified": 8}, date(2026, 9, 5))
    assert [one.value for one in await figures(world, "ketenagakerjaan", public)] == [50, 40, 0]


@pytest.mark.parametrize("value", [-1, 2.5, True, "48", None, 10**13])
async def test_a_reported_figure_is_a_whole_number(world: World, value: Any) -> None:
    driven = await world.drive(Step.APPROVED, program_id="umkm")
    with pytest.raises(InvalidInput) as caught:
        await report(world, driven, "enterprise_six_months", {"training_hours": value})
    (problem,) = caught.value.problems
    assert (problem.pointer, problem.given) == ("/result/training_hours", value)
    assert problem.message.en == f"training_hours (Training hours) must be a whole number from 0, given {value!r}"


async def test_other_results_stay_as_they_are(world: World) -> None:
    driven = await world.drive(Step.APPROVED, program_id="umkm")
    await report(world, driven, "another_kind", {"training_hours": "many"})
    _, hours = await figures(world, "umkm")
    assert hours.value == 0


async def test_what_a_program_counts_waits_for_the_program(world: World) -> None:
    driven = await world.drive(Step.APPROVED, program_id="umkm")
    world.platform = Platform(world.platform.database, host_of((), {}), world.clock)
    with pytest.raises(Unavailable):
        await report(world, driven, "enterprise_six_months", {"training_hours": 1})


async def test_every_program_tells_its_success(world: World) -> None:
    found = {
        program: [(one.metric.measure, one.as_of) for one in await figures(world, program)]
        for program in ("pangan", "pendidikan", "umkm", "permukiman", "persampahan", "ketenagakerjaan")
    }
    today = date(2026, 8, 3)
    assert found == {
        "pangan": [(Measure.ACCEPTED_OVER_NEED, today)],
        "pendidikan": [(Measure.ACCEPTED_OVER_NEED, today)] * 2,
        "umkm": [(Measure.TARGETS_REACHED, today), (Measure.FOLLOW_UP_SUM, today)],
        "permukiman": [(Measure.ACCEPTED, today), (Measure.FOLLOW_UP_SUM, today)],
        "persampahan": [(Measure.FOLLOW_UP_SUM, today)],
        "ketenagakerjaan": [(Measure.FOLLOW_UP_SUM, today)] * 3,
    }


async def test_accepted_counts_the_aid_types_of_the_metric_alone(world: World) -> None:
    program = world.platform.programs.require("permukiman").program
    for aid_type in program.aid_types[-2:]:
        line = commit.LineInput(aid_type=aid_type.id, quantity=2, attributes=dict(aid_type.examples[0]))
        await world.drive(Step.CONFIRMED, program_id="permukiman", lines=[line])
    houses, _ = await figures(world, "permukiman")
    assert plain(houses) == ("houses_repaired", 2, 1, None, False, True)
