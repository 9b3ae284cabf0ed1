"""Folding changes what is read, never what is said: all statistics before and after, also for days that grow again."""

import asyncio
from datetime import date, timedelta
from itertools import combinations

import pytest
from sqlalchemy import func, select

from ksbb.domain.rights import Actor
from ksbb.statistics.figures import Statistics, statistics
from ksbb.statistics.folding import DAY, FOLDED, MONTH, YEAR, fold
from ksbb.statistics.sums import Dimension, Period, split
from ksbb.storage import tables
from ksbb.storage.unit import StatisticKey
from ksbb.testing import Step, World
from ksbb.usecases.platform import Platform

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("since", "until", "parts"),
    [
        (None, None, ["year …"]),
        (None, "2026-11-22", ["year … 2026-11-22"]),
        (None, "2027-03-03", ["year … 2027-03-03"]),
        (
            None,
            "2026-11-21",
            ["year … 2025-12-31", "month 2026-01-01 … 2026-10-31", "day 2026-11-01 … 2026-11-21"],
        ),
        (None, "2026-09-30", ["year … 2025-12-31", "month 2026-01-01 … 2026-09-30"]),
        (None, "2025-12-31", ["year … 2025-12-31"]),
        ("2025-01-01", None, ["year 2025-01-01 …"]),
        ("2026-03-01", None, ["month 2026-03-01 …"]),
        ("2026-03-01", "2026-04-30", ["month 2026-03-01 … 2026-04-30"]),
        (
            "2026-03-15",
            "2026-05-02",
            ["month 2026-04-01 … 2026-04-30", "day 2026-03-15 … 2026-03-31", "day 2026-05-01 … 2026-05-02"],
        ),
        (
            "2023-11-30",
            "2025-02-01",
            [
                "year 2024-01-01 … 2024-12-31",
                "month 2023-12-01 … 2023-12-31",
                "day 2023-11-30 … 2023-11-30",
                "month 2025-01-01 … 2025-01-31",
                "day 2025-02-01 … 2025-02-01",
            ],
        ),
        ("2026-12-31", None, ["day 2026-12-31 …"]),
        ("2026-03-15", "2026-04-02", ["day 2026-03-15 … 2026-04-02"]),
        ("2026-03-03", "2026-03-03", ["day 2026-03-03 … 2026-03-03"]),
    ],
)
def test_whole_years_and_months_and_the_days_at_the_ends(
    since: str | None, until: str | None, parts: list[str]
) -> None:
    given = Period(since=since and date.fromisoformat(since), until=until and date.fromisoformat(until))  # type: ignore[arg-type]  # None or a date
    found = [
        f"{span} {part.since or ''} … {part.until or ''}".replace("  ", " ").strip()
        for span, part in split(given, TODAY, (YEAR, MONTH, DAY))
    ]
    assert found == parts


async def test_folding_changes_no_statistic(world: World) -> None:
    days: list[date] = []
    for forward in (1, 40, 30):
        world.clock.forward(timedelta(days=forward))
        days.append(world.clock.now().date())
        await world.drive(Step.CONFIRMED, planned_handover_on=world.clock.now().date() + timedelta(days=9))
    periods = [
        Period(since=since, until=until)
        for since in (None, days[1])
        for until in (None, *days)
        if since is None or until is None or since <= until
    ]
    before = await _all(world, periods)
    assert await fold(world.platform) == 2
    assert await _all(world, periods) == before
    assert await fold(world.platform) == 0
    assert await _slots(world, days[0]) == {FOLDED}
    assert FOLDED not in await _slots(world, days[-1])


async def _all(world: World, periods: list[Period]) -> list[Statistics]:
    groups = [list(chosen) for size in (0, 1, 7) for chosen in combinations(Dimension, size)]
    groups += [
        [Dimension.PROGRAM, Dimension.MONTH],
        [Dimension.CITY, Dimension.MEASURE],
        *(list(pair) for pair in combinations((Dimension.CITY, Dimension.AID_TYPE, Dimension.TARGET_KIND), 2)),
        [Dimension.DONOR_CLASS, Dimension.CITY, Dimension.AID_TYPE],
    ]
    async with world.platform.reading_desk(world.auditor) as desk:
        return [await statistics(desk, group, period) for period in periods for group in groups] + [
            await statistics(desk, [Dimension.MONTH], period, program_id=program, measure=measure)
            for period in periods
            for program, measure in (("pangan", None), ("umkm", None), (None, "accepted"), ("pangan", "accepted"))
        ]


async def _slots(world: World, day: date) -> set[int]:
    table = tables.statistics_daily
    async with world.platform.database.read() as connection:
        return set((await connection.execute(select(table.c.slot).where(table.c.day == day))).scalars())


async def test_a_folded_day_may_grow(world: World) -> None:
    """A clock that is behind, or an act that began before midnight: what it adds to a folded day is counted, then folded."""
    day = world.clock.now().date()
    world.clock.forward(timedelta(days=3))
    for times in (1, 2, 3):
        await _add(world.platform, world.auditor, day)
        assert await _total(world) == (times, 10 * times, 100 * times)
        assert await fold(world.platform) == 1
        assert await _total(world) == (times, 10 * times, 100 * times)
    assert await _slots(world, day) == {FOLDED}


async def test_acts_and_folds_at_the_same_time_lose_and_double_nothing(world: World) -> None:
    day = world.clock.now().date()
    world.clock.forward(timedelta(days=3))

    async def add() -> None:
        for _ in range(20):
            await _add(world.platform, world.auditor, day)

    async def fold_often() -> None:
        for _ in range(10):
            await fold(world.platform)

    await asyncio.gather(add(), add(), fold_often(), fold_often())
    assert await _total(world) == (40, 400, 4000)
    await fold(world.platform)
    assert await _total(world) == (40, 400, 4000)
    table = tables.statistics_folded
    async with world.platform.database.read() as connection:
        query = select(table.c.breakdown, table.c.span, func.sum(table.c.count)).group_by(
            table.c.breakdown, table.c.span
        )
        folded = {(row[0], row[1]): int(row[2]) for row in await connection.execute(query)}
    assert set(folded.values()) == {40}
    assert len(folded) == 5 * 3 + 7 * 2


async def _add(platform: Platform, actor: Actor, day: date) -> None:
    key = StatisticKey(
        program_id="pangan",
        day=day,
        measure="commitment",
        city="31.71",
        donor_class="enterprises",
        target_kind="rw",
        aid_type="",
        synthetic=True,
    )
    async with platform.desk(actor) as desk:
        desk.unit.count(key, count=1, quantity=10, value=100)


async def _total(world: World) -> tuple[int | None, int | None, int | None]:
    async with world.platform.reading_desk(world.auditor) as desk:
        (figure,) = (await statistics(desk, [], Period())).figures
    return figure.count, figure.quantity, figure.value
