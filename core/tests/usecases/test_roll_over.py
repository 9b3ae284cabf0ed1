"""Needs pass into their next period: by rule or by plan, never below a promise, each period once. It is August 2026."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from ksbb.domain.errors import Forbidden
from ksbb.domain.periods import Period, first_day, is_over
from ksbb.domain.rights import SYSTEM
from ksbb.domain.targets import Need, NeedPeriod, PeriodState
from ksbb.flows.catalog import load_flow
from ksbb.program import NeedPlan, Text, Unmet
from ksbb.programs.host import host_of
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Step, World
from ksbb.usecases import needs, roll_over
from ksbb.usecases.read.needs import show_periods
from ksbb.usecases.roll_over import next_turn

NOVEMBER = datetime(2026, 11, 2, 3, tzinfo=UTC)
QUANTITIES = st.integers(0, 1000)


def need_of(**changes: Any) -> Need:
    stands: dict[str, Any] = {
        "id": "n1",
        "target_id": "t1",
        "program_id": "pangan",
        "aid_type": "staple_food",
        "quantity": 100,
        "promised": 10,
        "accepted": 60,
        "source": "Pendataan",
        "as_of": date(2026, 8, 1),
        "version": 3,
        "tier": "high",
        "period": "2026-10",
    }
    return Need(**{**stands, **changes})


def plan_of(period: str, quantity: int = 5) -> NeedPeriod:
    return NeedPeriod(
        id=f"plan {period}",
        need_id="n1",
        period=period,
        state=PeriodState.PLANNED,
        quantity=quantity,
        accepted=0,
        tier="extreme",
        source="Rencana",
        as_of=date(2026, 9, 1),
    )


@pytest.mark.parametrize(
    ("rule", "changes", "quantity", "carried"),
    [
        (Unmet.LAPSES, {}, 100, 0),
        (Unmet.CARRIES, {}, 140, 40),
        (Unmet.REMAINS, {}, 40, 0),
        (Unmet.LAPSES, {"quantity": 140, "carried": 40}, 100, 0),
        (Unmet.CARRIES, {"quantity": 140, "carried": 40, "accepted": 0}, 240, 140),
        (Unmet.LAPSES, {"quantity": 140, "carried": 40, "promised": 120, "accepted": 20}, 120, 20),
        (Unmet.REMAINS, {"promised": 40}, 40, 0),
    ],
)
def test_the_rules(rule: Unmet, changes: dict[str, int], quantity: int, carried: int) -> None:
    need = need_of(**changes)
    expected = replace(need, quantity=quantity, carried=carried, accepted=0, period="2026-11", version=4)
    assert next_turn(need, [], rule, NOVEMBER.date()).next == expected


def test_what_is_planned_is_taken_when_it_begins() -> None:
    need = need_of()
    plans = [plan_of("2026-12"), plan_of("2026-11", 7), plan_of("2026-09")]
    turn = next_turn(need, plans, Unmet.CARRIES, NOVEMBER.date())
    assert (turn.used, turn.stale) == (plans[1], (plans[2],))
    assert turn.next == replace(
        need,
        quantity=10,
        carried=3,
        accepted=0,
        period="2026-11",
        version=4,
        tier="extreme",
        source="Rencana",
        as_of=date(2026, 9, 1),
    )


def test_a_need_without_end_ends_where_a_plan_begins() -> None:
    need = need_of(period="")
    assert next_turn(need, [plan_of("2027")], Unmet.LAPSES, NOVEMBER.date()).next is None
    turn = next_turn(need, [plan_of("2026-W45", 20)], Unmet.LAPSES, NOVEMBER.date())
    assert turn.next is not None
    assert (turn.next.period, turn.next.quantity) == ("2026-W45", 20)


def test_a_present_period_stays() -> None:
    turn = next_turn(need_of(period="2026-11"), [plan_of("2026-12")], Unmet.CARRIES, NOVEMBER.date())
    assert (turn.next, turn.used, turn.stale) == (None, None, ())


@given(
    promised=QUANTITIES,
    accepted=QUANTITIES,
    open_=QUANTITIES,
    carried=QUANTITIES,
    rule=st.sampled_from(Unmet),
    kind=st.sampled_from(Period),
    days=st.integers(0, 800),
    planned=st.lists(st.integers(-100, 400), max_size=3),
)
def test_whatever_stands_the_next_period_keeps_the_law(**drawn: Any) -> None:
    today = NOVEMBER.date()
    quantity = drawn["promised"] + drawn["accepted"] + drawn["open_"]
    began = date.fromordinal(today.toordinal() - drawn["days"])
    need = need_of(
        quantity=quantity,
        promised=drawn["promised"],
        accepted=drawn["accepted"],
        carried=min(drawn["carried"], quantity),
        period=drawn["kind"].at(began),
    )
    days = {date.fromordinal(today.toordinal() + offset) for offset in drawn["planned"]}
    plans = [plan_of(period) for period in {Period.MONTH.at(day) for day in days}]
    steps = 0
    while (turn := next_turn(need, plans, drawn["rule"], today)).next is not None:
        assert first_day(turn.next.period) > first_day(need.period)
        assert turn.next.promised == need.promised <= turn.next.quantity
        assert 0 <= turn.next.carried <= turn.next.quantity
        assert turn.next.accepted == 0
        assert turn.next.balance.open >= 0
        plans = [one for one in plans if one not in {turn.used, *turn.stale}]
        need = turn.next
        steps += 1
    assert not is_over(need.period, today)
    assert first_day(need.period) <= today
    assert steps <= 130


async def stored(world: World) -> Need:
    async with world.platform.database.read() as connection:
        table = tables.needs
        where = (table.c.target_id == world.targets["pangan"][0].id) & (table.c.aid_type == "staple_food")
        return (await fetch_all(connection, select(table).where(where), Need))[0]


async def coverage(world: World) -> tuple[int, ...]:
    async with world.platform.database.read() as connection:
        table = tables.coverage
        row = (await connection.execute(select(table).where(table.c.aid_type == "staple_food"))).mappings().one()
        return tuple(row[name] for name in ("targets", "need", "promised", "accepted"))


async def roll_all(world: World, **size: int) -> list[int]:
    rounds = []
    while done := await world.act(SYSTEM, roll_over.roll_over, **size):
        rounds.append(done)
    return rounds


async def served_in_august(world: World) -> Need:
    """The first target's need of staple food: 100 in August, of which 10 were accepted and 10 are promised."""
    await world.drive(Step.CONFIRMED)
    need = await stored(world)
    august = needs.NeedInput(
        target_id=need.target_id,
        program_id="pangan",
        aid_type="staple_food",
        quantity=100,
        source="Pendataan",
        as_of=date(2026, 8, 1),
        period="2026-08",
    )
    await world.act(world.assessor, needs.set_need, august, expected_version=need.version)
    await world.drive(Step.ALLOCATED)
    return await stored(world)


async def test_nights_after_months_without_one(world: World) -> None:
    before = await served_in_august(world)
    assert (before.promised, before.accepted) == (10, 10)
    assert await coverage(world) == (2, 200, 10, 10)
    assert await roll_all(world) == []
    world.clock.set(NOVEMBER)
    assert await roll_all(world) == [1, 1, 1]
    after = await stored(world)
    assert after == replace(before, accepted=0, period="2026-11", version=before.version + 3)
    assert await coverage(world) == (2, 200, 10, 0)
    assert await roll_all(world) == []
    async with world.platform.reading_desk(world.auditor) as desk:
        shown = await show_periods(desk, before.target_id, "pangan", "staple_food")
    assert [(one.period, one.state, one.quantity, one.accepted) for one in shown] == [
        ("2026-10", "past", 100, 0),
        ("2026-09", "past", 100, 0),
        ("2026-08", "past", 100, 10),
    ]
    async with world.platform.database.read() as connection:
        events = tables.events
        query = select(events.c.kind, events.c.role, events.c.payload).where(events.c.stream == f"need:{before.id}")
        (*_, last) = (await connection.execute(query.order_by(events.c.sequence))).all()
    assert (last.kind, last.role, last.payload["period"], last.payload["ended"]["period"]) == (
        "need_rolled",
        "system",
        "2026-11",
        "2026-10",
    )


async def test_in_batches_and_by_the_flow(world: World) -> None:
    async with world.platform.database.write() as connection:
        await connection.execute(update(tables.needs).values(period="2026-07"))
        count = len((await connection.execute(select(tables.needs.c.id))).all())
    assert count == 8
    assert await roll_all(world, at_once=3) == [3, 3, 2]
    load_flow("ksbb.flows.core_flows:needs_roll")


async def test_by_the_programs_rule_and_not_while_it_is_away(world: World) -> None:
    before = await served_in_august(world)
    world.clock.set(NOVEMBER)
    program = world.platform.programs.require("pangan").program
    plan = NeedPlan(aid_type="staple_food", title=Text("a", "b"), source="Uji", unmet=Unmet.CARRIES)
    away = replace(world.platform, programs=host_of((), {}))
    here = replace(world.platform, programs=host_of((replace(program, needs=(plan,)),), {}))
    async with away.desk(SYSTEM) as desk:
        assert await roll_over.roll_over(desk) == 0
    async with here.desk(SYSTEM) as desk:
        assert await roll_over.roll_over(desk) == 1
    assert await stored(world) == replace(
        before, quantity=190, carried=90, accepted=0, period="2026-09", version=before.version + 1
    )


async def test_a_plan_set_before_is_taken(world: World) -> None:
    before = await served_in_august(world)
    september = needs.NeedInput(
        target_id=before.target_id,
        program_id="pangan",
        aid_type="staple_food",
        quantity=3,
        source="Rencana",
        as_of=date(2026, 8, 2),
        period="2026-09",
        tier="extreme",
    )
    await world.act(world.assessor, needs.set_need, september, expected_version=before.version)
    world.clock.set(NOVEMBER)
    await roll_all(world)
    after = await stored(world)
    assert (after.quantity, after.carried, after.tier, after.source, after.period) == (
        10,
        7,
        "extreme",
        "Rencana",
        "2026-11",
    )
    async with world.platform.database.read() as connection:
        states = (await connection.execute(select(tables.need_periods.c.state).distinct())).scalars().all()
    assert states == ["past"]


async def test_only_the_platform_rolls(world: World) -> None:
    for actor in (world.admin, world.secretariat, world.assessor):
        with pytest.raises(Forbidden):
            await world.act(actor, roll_over.roll_over)
