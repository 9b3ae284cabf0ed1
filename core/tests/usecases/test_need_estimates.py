"""Estimates of needs: a program's formula for all its targets at once, held against published totals. It is August 2026."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ksbb.domain.errors import Forbidden, InvalidInput
from ksbb.domain.text import Text
from ksbb.program import ControlSum, NeedFigure, NeedPlan, Period, TargetFacts
from ksbb.programs.host import host_of
from ksbb.programs.isolated import ProgramFailed
from ksbb.testing import Step, World
from ksbb.testing.world import SUBDISTRICT
from ksbb.usecases import needs
from ksbb.usecases.need_estimates import Control, Estimated, LeftOut, compute_estimates, estimate_needs
from ksbb.usecases.read.needs import NeedView, find_needs
from ksbb.usecases.read.paging import Asked

TITLE = Text("Dua per rumah tangga", "Two for each household")
UNKNOWN = Text("rumus tidak dapat menghitung dari data yang ada", "the formula can't tell from what is known")


def two_each(facts: TargetFacts, _: Any) -> int | None:
    return None if facts.households is None else facts.households * 2 + facts.figures.get("people", 0)


def with_plan(world: World, estimate: Callable[[TargetFacts, Any], Any] | None, **more: Any) -> World:
    """The world with one plan in its program."""
    program = world.platform.programs.require("pangan").program
    plan = NeedPlan(aid_type="staple_food", title=TITLE, source="Uji", estimate=estimate, **more)
    host = host_of((replace(program, needs=(plan,)),), {})
    return replace(world, platform=replace(world.platform, programs=host))


async def estimated(world: World, figures: bytes | None = None, *, dry_run: bool = False) -> Estimated:
    async with world.platform.reading_desk(world.secretariat) as desk:
        computed = await compute_estimates(desk, "pangan", "staple_food", figures)
    if dry_run:
        async with world.platform.reading_desk(world.secretariat) as desk:
            return await estimate_needs(desk, computed, dry_run=True)
    return await world.act(world.secretariat, estimate_needs, computed)


async def stored(world: World) -> dict[str, NeedView]:
    async with world.platform.reading_desk(world.auditor) as desk:
        page = await find_needs(desk, Asked(limit=50), program_id="pangan", aid_type="staple_food")
    return {one.target_code: one for one in page.items}


async def test_all_targets_at_once_beside_the_published_total(world: World) -> None:
    control = ControlSum(total=900, source="Pengumuman", as_of=date(2026, 1, 1))
    calls = []

    def counted(facts: TargetFacts, settings: Any) -> int | None:
        calls.append((facts.code, type(settings).__name__))
        return two_each(facts, settings)

    here = with_plan(world, counted, period=Period.WEEK, controls=(control,))
    told = await estimated(here, dry_run=True)
    assert (told.changed, told.sum, told.dry_run, [row.key for row in told.rows]) == (
        2,
        1000,
        True,
        [f"{target.code}/pangan/staple_food" for target in world.targets["pangan"]],
    )
    assert {one.quantity for one in (await stored(here)).values()} == {100}
    done = await estimated(here)
    assert done == Estimated(
        new=0,
        changed=2,
        unchanged=0,
        sum=1000,
        controls=(Control(900, "Pengumuman", date(2026, 1, 1), 100),),
        left_out=(),
        dry_run=False,
        rows=(),
    )
    for one in (await stored(here)).values():
        assert (one.quantity, one.source, one.as_of, one.period, one.tier) == (
            500,
            "Perkiraan: Dua per rumah tangga",
            date(2026, 8, 3),
            "2026-W32",
            "normal",
        )
    assert (await estimated(here)).unchanged == 2
    assert calls[:2] == [(target.code, "PanganSettings") for target in world.targets["pangan"]]


async def test_figures_of_a_table(world: World) -> None:
    first, second = world.targets["pangan"]
    here = with_plan(world, two_each, figures=(NeedFigure(id="people", title=Text("Orang", "People")),))
    table = f"target_code,people,households\n{first.code},7,10\n{second.code},,\n".encode()
    await estimated(here, table)
    assert {code: one.quantity for code, one in (await stored(here)).items()} == {first.code: 27, second.code: 500}
    wrong = f"target_code,people\n{first.code},x\n{first.code},1\nRW9,2\n".encode()
    with pytest.raises(InvalidInput) as caught:
        await estimated(here, wrong)
    assert [problem.message.en for problem in caught.value.problems] == [
        "row 1, column people: must be 0, 1, 2 …, given 'x'",
        "row 2, column target_code: this target stands twice",
        "row 3, column target_code: isn't a known target of this program",
    ]


async def test_who_is_left_out(world: World) -> None:
    await world.drive(Step.ALLOCATED)
    first, second = world.targets["pangan"]
    here = with_plan(world, lambda facts, _: 9 if facts.code == first.code else None)
    done = await estimated(here)
    below = Text(
        "kebutuhan paling sedikit 10: sebanyak itu sudah dijanjikan atau diterima",
        "the need is at least 10: that much is promised or accepted already",
    )
    assert (done.new, done.changed, done.unchanged, done.sum) == (0, 0, 0, 9)
    assert done.left_out == (LeftOut(second.code, UNKNOWN), LeftOut(first.code, below))
    assert {one.quantity for one in (await stored(here)).values()} == {100}


async def test_a_need_whose_period_lies_ahead_is_left_out(world: World) -> None:
    first, second = world.targets["pangan"]
    ahead = needs.NeedInput(
        target_id=first.id,
        program_id="pangan",
        aid_type="staple_food",
        quantity=1,
        source="Uji",
        as_of=date(2026, 8, 1),
        period="2026-W32",
    )
    await world.act(world.assessor, needs.set_need, ahead, expected_version=1)
    done = await estimated(with_plan(world, two_each, period=Period.YEAR))
    reason = Text(
        "periode 2026 mulai sebelum periode kebutuhan yang berlaku, 2026-W32",
        "the period 2026 begins before the need's present one, 2026-W32",
    )
    assert (done.changed, done.left_out) == (1, (LeftOut(first.code, reason),))
    assert (await stored(world))[second.code].quantity == 500


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (1.5, "an estimate is whole units or None, for {code} it is 1.5"),
        (True, "an estimate is whole units or None, for {code} it is True"),
        (-1, "an estimate is from 0 to 1000000000000, for {code} it is -1"),
    ],
)
async def test_a_formula_that_answers_with_rubbish(world: World, answer: Any, said: str) -> None:
    here = with_plan(world, lambda *_: answer)
    with pytest.raises(ProgramFailed) as caught:
        await estimated(here)
    assert said.format(code=world.targets["pangan"][0].code) in caught.value.reason.en
    assert {one.quantity for one in (await stored(here)).values()} == {100}


async def test_a_formula_that_fails(world: World) -> None:
    with pytest.raises(ProgramFailed) as caught:
        await estimated(with_plan(world, lambda facts, _: (facts.households or 0) / 0))
    assert str(caught.value) == "program pangan, needs of staple_food: failed: ZeroDivisionError: division by zero"


async def test_an_aid_type_without_a_formula(world: World) -> None:
    with pytest.raises(InvalidInput) as caught:
        await estimated(with_plan(world, None))
    (problem,) = caught.value.problems
    assert (problem.code, problem.message.en) == (
        "no_formula",
        "program pangan has no formula for needs of staple_food; it has: none",
    )


async def test_estimates_are_for_those_who_manage_needs_and_where_they_do(world: World) -> None:
    here = with_plan(world, two_each)
    for actor in (world.recipient, world.collaborator, world.admin):
        async with here.platform.reading_desk(actor) as desk:
            with pytest.raises(Forbidden):
                await compute_estimates(desk, "pangan", "staple_food", None)
    for area, count in ((SUBDISTRICT, 2), ("31.72", 0)):
        local = await world.account(world.assessor.grants[0].role, area_code=area)
        async with here.platform.reading_desk(local) as desk:
            computed = await compute_estimates(desk, "pangan", "staple_food", None)
        assert len(computed.quantities) == count
        assert (await here.act(local, estimate_needs, computed)).sum == 500 * count
