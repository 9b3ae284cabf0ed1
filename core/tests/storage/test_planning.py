"""Queries that are planned for their values: the settings hold for the block and for nobody else."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.storage.database import Database
from ksbb.storage.planning import planned_by_values


async def _mode(connection: AsyncConnection) -> str:
    if connection.dialect.name == "sqlite":
        return "auto"
    return str((await connection.execute(text("SHOW plan_cache_mode"))).scalar_one())


async def test_the_settings_end_with_the_block(database: Database) -> None:
    forced = "auto" if database.is_sqlite else "force_custom_plan"
    async with database.read() as connection:
        async with planned_by_values(connection):
            assert await _mode(connection) == forced
        assert await _mode(connection) == "auto"


async def test_the_settings_end_with_an_error(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(DBAPIError):
            async with planned_by_values(connection):
                await connection.execute(text("SELECT nothing FROM nowhere"))
        assert await _mode(connection) == "auto"


async def test_a_transaction_that_writes_stays_whole(database: Database) -> None:
    """It goes on after the block, and is rolled back with what was written before it."""
    counted = text("SELECT count(*) FROM counters WHERE name = 'planned'")

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO counters (name, value) VALUES ('planned', 1)"))
            async with planned_by_values(connection):
                assert await _mode(connection) == "auto"
            assert (await connection.execute(counted)).scalar_one() == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    async with database.read() as connection:
        assert (await connection.execute(counted)).scalar_one() == 0
