"""Migrations: they make exactly the tables of the code, on both databases, and say how a database stands."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from ksbb.domain.errors import Conflict
from ksbb.storage import migrate, tables
from ksbb.storage.database import Database
from ksbb.storage.migrate import SchemaState, check, current, state, upgrade


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={**migrate.configuration_of()})
    return list(compare_metadata(context, tables.metadata))


def _constraints(connection: Connection) -> dict[str, Any]:
    """What `compare_metadata` leaves out: checks, and the conditions of partial indexes."""
    found = inspect(connection)
    return {
        name: (
            sorted((check["name"], " ".join(check["sqltext"].split())) for check in found.get_check_constraints(name)),
            found.get_pk_constraint(name)["name"],
            sorted(key["name"] or "" for key in found.get_foreign_keys(name)),
            sorted(
                (index["name"] or "", _conditions(index.get("dialect_options", {})))
                for index in found.get_indexes(name)
            ),
        )
        for name in sorted(tables.metadata.tables)
    }


def _conditions(options: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(options.items()) if name.endswith("_where"))


@pytest.fixture
async def empty(empty_database_url: str) -> AsyncIterator[Database]:
    opened = Database(empty_database_url)
    yield opened
    await opened.close()


async def test_migrated_schema_is_the_tables(empty: Database) -> None:
    assert await upgrade(empty) == "0001"
    async with empty.read() as connection:
        assert await connection.run_sync(_differences) == []
        migrated = await connection.run_sync(_constraints)
    assert "pending" in str(migrated["outbox"])
    async with empty.write() as connection:
        await connection.run_sync(tables.metadata.drop_all)
        await connection.run_sync(tables.metadata.create_all)
        assert await connection.run_sync(_constraints) == migrated


async def test_a_difference_is_found(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE parties ADD COLUMN nickname TEXT"))
        found = await connection.run_sync(_differences)
    assert [(change[0], change[2], change[3].name) for change in found] == [("remove_column", "parties", "nickname")]


async def test_upgrade_again_changes_nothing(database: Database) -> None:
    assert await state(database) is SchemaState.CURRENT
    assert await upgrade(database) == await current(database) == "0001"
    await check(database)


async def test_two_upgrades_at_once(empty: Database, empty_database_url: str) -> None:
    other = Database(empty_database_url)
    assert list(await asyncio.gather(upgrade(empty), upgrade(other))) == ["0001", "0001"]
    await other.close()


async def test_empty(empty: Database) -> None:
    assert (await current(empty), await state(empty)) == (None, SchemaState.EMPTY)
    with pytest.raises(Conflict) as caught:
        await check(empty)
    problem = caught.value.problems[0]
    assert (problem.code, problem.message.en) == ("schema_empty", "the database is empty; run `ksbb init`")
    assert (problem.expected, problem.given) == ("0001", None)


async def test_newer_than_the_code(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0042'"))
    assert await state(database) is SchemaState.UNKNOWN
    for act in (check, upgrade):
        with pytest.raises(Conflict) as caught:
            await act(database)
        problem = caught.value.problems[0]
        assert (problem.code, problem.message.en) == (
            "schema_unknown",
            "this version of ksbb doesn't know the database's schema (0042), the newest it knows is 0001; "
            "install a newer ksbb, or check database_url",
        )
