"""Migrations: they make exactly the tables of the code, on both databases, and say how a database stands."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from tests.e2e.next_version import INDEX, NEWEST, write_migrations

from ksbb.domain.errors import Conflict, Unavailable
from ksbb.storage import migrate, tables
from ksbb.storage.database import Database
from ksbb.storage.migrate import SchemaState, Standing, check, standing, state, upgrade


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
    assert await upgrade(database) == "0001"
    assert str(await check(database)) == "0001, the present schema"


async def test_two_upgrades_at_once(empty: Database, empty_database_url: str) -> None:
    other = Database(empty_database_url)
    assert list(await asyncio.gather(upgrade(empty), upgrade(other))) == ["0001", "0001"]
    await other.close()


async def test_empty(empty: Database) -> None:
    assert (await standing(empty), await state(empty)) == (Standing(SchemaState.EMPTY), SchemaState.EMPTY)
    with pytest.raises(Conflict) as caught:
        await check(empty)
    problem = caught.value.problems[0]
    assert (problem.code, problem.message.en) == ("schema_empty", "the database is empty; run `ksbb init`")
    assert (problem.expected, problem.given) == ("0001", None)


async def test_a_newer_version_has_expanded_it(database: Database) -> None:
    async with database.write() as connection:
        for statement in (
            "UPDATE alembic_version SET version_num = '0042'",
            "ALTER TABLE parties ADD COLUMN nickname TEXT",
            "ALTER TABLE parties ADD COLUMN stars INTEGER DEFAULT 0 NOT NULL",
            "CREATE TABLE prizes (name TEXT NOT NULL)",
        ):
            await connection.execute(text(statement))
    assert [await state(database) for _ in range(2)] == [SchemaState.AHEAD] * 2
    assert str(await check(database)) == "0042, newer than this version, which works on it"
    assert await upgrade(database) == "0042"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("ALTER TABLE outbox DROP COLUMN trace", "column outbox.trace is missing"),
        ("DROP TABLE follow_ups", "table follow_ups is missing"),
        ("ALTER TABLE follow_ups ADD COLUMN colour TEXT NOT NULL", "column follow_ups.colour has to be given"),
    ],
)
async def test_a_newer_version_that_isnt_for_this_code(database: Database, change: str, reason: str) -> None:
    if database.is_sqlite:  # it adds such a column only with a default, even with none
        change = change.replace("NOT NULL", "NOT NULL DEFAULT NULL")
    async with database.write() as connection:
        for statement in ("UPDATE alembic_version SET version_num = '0042'", change):
            await connection.execute(text(statement))
    assert await state(database) is SchemaState.UNKNOWN
    for act in (check, upgrade):
        with pytest.raises(Conflict) as caught:
            await act(database)
        problem = caught.value.problems[0]
        assert (problem.code, problem.message.en) == (
            "schema_unknown",
            f"the database's schema (0042) isn't for this version of ksbb (0001): {reason}; "
            "install a newer ksbb, or check database_url",
        )


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migrations of the next version are installed; the tables of the code stay those of this one."""
    monkeypatch.setattr(migrate, "_FOLDER", write_migrations(tmp_path / "migrations"))


async def _has_index(database: Database) -> bool:
    """Whether the index of the next version is there, and valid."""
    query = "SELECT 1 FROM sqlite_master WHERE name = :name"
    if not database.is_sqlite:
        query = "SELECT 1 FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indisvalid AND c.relname = :name"
    async with database.read() as connection:
        return (await connection.execute(text(query), {"name": INDEX})).first() is not None


@pytest.mark.usefixtures("next_version")
async def test_an_older_schema_is_expanded(database: Database) -> None:
    assert await state(database) is SchemaState.BEHIND
    with pytest.raises(Conflict) as caught:
        await check(database)
    assert caught.value.problems[0].message.en == (
        "the database's schema (0001) is older than this version of ksbb (0003); run `ksbb db upgrade`"
    )
    assert await upgrade(database) == NEWEST
    assert (await state(database), await _has_index(database)) == (SchemaState.CURRENT, True)


@pytest.mark.usefixtures("next_version")
async def test_a_table_that_stays_locked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.is_sqlite:
        return  # one writer at a time: an upgrade waits as every act does
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 1)
    async with database.write() as busy:
        await busy.execute(text("SELECT 1 FROM commitments"))
        with pytest.raises(Unavailable) as caught:
            await upgrade(database)
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM commitments"))).scalar_one() == 0
    assert caught.value.problems[0].message.en == (
        "a transaction kept a table locked for more than 1 s, and the migration doesn't wait longer lest everybody queue up "
        "behind it; run `ksbb db upgrade` again"
    )
    assert (await standing(database)).revision == "0001"
    assert await upgrade(database) == NEWEST


@pytest.mark.usefixtures("next_version")
async def test_an_index_that_was_cut_off_is_made_anew(database: Database) -> None:
    """Revision 2 is done, the index of revision 3 stands there and isn't valid."""
    if database.is_sqlite:
        return  # indexes are made whole or not at all there
    async with database.write() as connection:
        for statement in (
            "ALTER TABLE commitments ADD COLUMN origin TEXT",
            f"CREATE INDEX {INDEX} ON commitments (origin)",
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_commitments_origin'::regclass",
            "UPDATE alembic_version SET version_num = '0002'",
        ):
            await connection.execute(text(statement))
    assert (await state(database), await _has_index(database)) == (SchemaState.BEHIND, False)
    assert await upgrade(database) == NEWEST
    assert await _has_index(database)


PARTS = [
    ("DROP TABLE follow_ups", "table follow_ups is missing"),
    ("ALTER TABLE outbox DROP COLUMN trace", "column outbox.trace is missing"),
    ("DROP INDEX ix_outbox_due", "index ix_outbox_due is missing or not valid"),
]


@pytest.mark.parametrize(("broken", "fault"), PARTS)
async def test_a_migration_that_was_cut_off_is_refused(database: Database, broken: str, fault: str) -> None:
    async with database.write() as connection:
        await connection.execute(text(broken))
    assert await state(database) is SchemaState.PARTIAL
    for act in (check, upgrade):
        with pytest.raises(Conflict) as caught:
            await act(database)
        problem = caught.value.problems[0]
        assert (problem.code, problem.message.en) == (
            "schema_partial",
            f"the database's schema (0001) isn't whole: {fault}; a migration was cut off, or somebody changed it; "
            "restore the last backup, then run `ksbb db upgrade`",
        )
        assert (problem.expected, problem.given) == ("0001", "0001")


async def test_an_index_that_was_left_invalid(database: Database) -> None:
    if database.is_sqlite:
        return  # indexes are made whole or not at all there
    async with database.write() as connection:
        invalid = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_outbox_due'::regclass"
        await connection.execute(text(invalid))
    with pytest.raises(Conflict, match="index ix_outbox_due is missing or not valid"):
        await check(database)


async def test_tables_without_a_revision(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
    for act in (check, upgrade):
        with pytest.raises(Conflict) as caught:
            await act(database)
        assert caught.value.problems[0].message.en.startswith(
            "the database's schema (no revision) isn't whole: table accounts stands there without a revision, "
        )
        assert ", … (+" in caught.value.problems[0].message.en


async def test_several_revisions(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO alembic_version VALUES ('0002')"))
    with pytest.raises(Conflict, match=r"isn't whole: it names several revisions: 0001, 0002; "):
        await check(database)


async def test_what_others_added_does_no_harm(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE parties ADD COLUMN nickname TEXT"))
        await connection.execute(text("CREATE TABLE reports_of_others (id INTEGER)"))
        await connection.execute(text("CREATE INDEX ix_of_others ON parties (nickname)"))
    await check(database)
