"""Connections to a real PostgreSQL: kept, bounded, and replaced when they are lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ksbb.storage import connections
from ksbb.storage.database import Database, Pool, is_passing

SELF = text("SELECT pg_backend_pid()")
END = text("SELECT pg_terminate_backend(:pid)")


@pytest_asyncio.fixture
async def pair(database_url: str) -> AsyncIterator[Database]:
    """A database with two connections at most."""
    opened = Database(database_url, pool_size=2)
    yield opened
    await opened.close()


pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def pid(database: Database) -> int:
    """The server's process of the connection that a transaction gets."""
    async with database.write() as connection:
        return int((await connection.execute(SELF)).scalar_one())


async def test_one_after_the_other_uses_the_same(pair: Database) -> None:
    assert await pid(pair) == await pid(pair)
    assert pair.pool == Pool(size=2, used=0, waiting=0)


async def test_a_lost_one_is_replaced_before_anybody_notices(pair: Database) -> None:
    async with pair.read() as first, pair.read() as second:
        lost = (await first.execute(SELF)).scalar_one()
        await second.execute(END, {"pid": lost})
        await asyncio.sleep(0.1)
    assert await pid(pair) != lost


async def test_one_that_is_lost_amid_its_transaction_is_a_passing_trouble(pair: Database) -> None:
    async def cut_off() -> None:
        async with pair.write() as connection:
            own = (await connection.execute(SELF)).scalar_one()
            async with pair.read() as other:
                await other.execute(END, {"pid": own})
            await connection.execute(SELF)

    with pytest.raises(DBAPIError) as caught:
        await cut_off()
    assert is_passing(caught.value)
    assert pair.pool == Pool(size=2, used=0, waiting=0)
    await pid(pair)


async def test_no_more_than_there_may_be(pair: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.2)
    async with pair.read(), pair.read():
        waiting = asyncio.create_task(pid(pair))
        await asyncio.sleep(0.05)
        assert pair.pool == Pool(size=2, used=2, waiting=1)
        with pytest.raises(PoolTimeout) as refused:
            await waiting
    assert str(refused.value) == "no connection became free within 0.2 s; 2 are in use"
    assert is_passing(refused.value)
    assert await pid(pair)


async def test_a_cancelled_act_leaves_nothing_behind(pair: Database) -> None:
    async def sleep() -> None:
        async with pair.write() as connection:
            await connection.execute(text("SELECT pg_sleep(30)"))

    task = asyncio.create_task(sleep())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pair.pool == Pool(size=2, used=0, waiting=0)
    assert await pid(pair)
