"""The unit of work on both databases: all or nothing, numbers without gaps, sums that add up, events in a chain."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select

from ksbb.domain.errors import StaleVersion
from ksbb.domain.events import GENESIS, Event, broken_at
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.storage.rows import fetch_all
from ksbb.storage.unit import StatisticKey, Unit, open_unit

AT = datetime(2026, 8, 3, 2, tzinfo=UTC)
KEY = StatisticKey(
    program_id="pangan",
    day=date(2026, 8, 3),
    measure="accepted",
    city="31.71",
    donor_class="individuals",
    target_kind="rw",
    aid_type="staple_food",
    synthetic=True,
)


async def append(unit: Unit, after: int, at: datetime = AT) -> Event:
    return await unit.append(
        "test:1", "tested", after=after, at=at, account_id="a", role="admin", payload={"n": after}, reason="why"
    )


async def events_of(database: Database) -> list[Event]:
    table = tables.events
    async with database.read() as connection:
        query = select(table).where(table.c.stream == "test:1").order_by(table.c.sequence)
        return await fetch_all(connection, query, Event)


async def test_events_come_back_as_they_went(database: Database) -> None:
    async with open_unit(database) as unit:
        first = await append(unit, 0)
        second = await append(unit, 1, datetime(2026, 8, 3, 9, 0, 0, 123456, timezone(timedelta(hours=0))))
    stored = await events_of(database)
    assert stored == [first, second]
    assert (first.previous, second.previous) == (GENESIS, first.hash)
    assert broken_at(stored) is None
    assert broken_at([stored[0], replace(stored[1], reason="other")]) == 2
    assert broken_at(stored[1:]) == 1


async def test_a_stream_that_has_moved_on(database: Database) -> None:
    async with open_unit(database) as unit:
        await append(unit, 0)
    with pytest.raises(StaleVersion) as caught:
        async with open_unit(database) as unit:
            await append(unit, 0)
    assert caught.value.current == 1
    assert len(await events_of(database)) == 1


async def test_a_unit_that_raises_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with open_unit(database) as unit:
            await append(unit, 0)
            unit.count(KEY, count=1)
            assert await unit.next_number("test") == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await events_of(database) == []
    async with open_unit(database) as unit:
        assert [await unit.next_number("test"), await unit.next_number("test")] == [1, 2]


async def test_numbers_without_gaps_under_competition(database: Database) -> None:
    async def take(position: int) -> int:
        async with open_unit(database) as unit:
            number = await unit.next_number("test")
            if position % 3 == 0:
                raise RuntimeError
            return number

    taken = await asyncio.gather(*map(take, range(12)), return_exceptions=True)
    assert sorted(number for number in taken if isinstance(number, int)) == list(range(1, 9))


async def test_sums_add_up_under_competition(database: Database) -> None:
    async def add(quantity: int) -> None:
        async with open_unit(database) as unit:
            unit.count(KEY, count=1, quantity=quantity, value=quantity * 10)
            unit.count(KEY, quantity=1)
            unit.count(replace(KEY, measure="rejected"), quantity=-1)
            unit.cover("pangan", "staple_food", "31.71.06.1002", need=quantity, promised=-1)

    await asyncio.gather(*map(add, range(1, 6)))
    table, coverage = tables.statistics_daily, tables.coverage
    async with database.read() as connection:
        figures = (func.sum(table.c[name]) for name in ("count", "quantity", "value"))
        sums = (await connection.execute(select(table.c.measure, *figures).group_by(table.c.measure))).all()
        covered = (await connection.execute(select(coverage.c.need, coverage.c.promised))).all()
    assert sorted(map(tuple, sums)) == [("accepted", 5, 20, 150), ("rejected", 0, -5, 0)]
    assert list(map(tuple, covered)) == [(15, -5)]


async def test_participants_and_reached_keep_their_first_day(database: Database, party_id: str) -> None:
    for day in (date(2026, 8, 3), date(2026, 8, 4)):
        async with open_unit(database) as unit:
            unit.took_part("pangan", "collaborator", party_id, day)
    async with database.read() as connection:
        found = (await connection.execute(select(tables.participants))).all()
    assert list(map(tuple, found)) == [("pangan", "collaborator", party_id, date(2026, 8, 3))]


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="a stored time must be aware"):
        async with open_unit(database) as unit:
            await append(unit, 0, datetime(2026, 8, 3))  # noqa: DTZ001 - that is the point


@pytest.fixture
async def party_id(database: Database) -> str:
    """A party to refer to."""
    async with database.write() as connection:
        await connection.execute(tables.parties.insert().values(id="p", name="Contoh", created_at=AT))
    return "p"
