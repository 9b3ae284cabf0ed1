"""What a unit collects and sends at its end, on both databases: each row once, in whatever number."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from ksbb.domain.errors import Conflict
from ksbb.storage import tables
from ksbb.storage.database import Database, is_passing
from ksbb.storage.unit import open_unit

AT = datetime(2026, 8, 3, 2, tzinfo=UTC)


def party(number: int, **more: Any) -> dict[str, Any]:
    """A row of a party."""
    return {"id": f"p{number}", "name": f"Pihak {number}", "synthetic": True, "created_at": AT, **more}


async def names(database: Database) -> dict[str, str]:
    """The parties' names by id."""
    async with database.read() as connection:
        return dict((await connection.execute(select(tables.parties.c.id, tables.parties.c.name))).tuples().all())


@pytest.mark.parametrize("count", [1, 7, 400])
async def test_rows_are_inserted_and_changed_in_any_number(database: Database, count: int) -> None:
    async with open_unit(database) as unit:
        for number in range(count):
            unit.insert_row(tables.parties, party(number))
    async with open_unit(database) as unit:
        for number in range(count):
            unit.change(tables.parties, {"id": f"p{number}"}, name=f"Baru {number}")
    assert await names(database) == {f"p{number}": f"Baru {number}" for number in range(count)}


async def test_a_row_that_is_inserted_and_changed_is_one(database: Database) -> None:
    async with open_unit(database) as unit:
        unit.insert_row(tables.parties, party(1))
        unit.change(tables.parties, {"id": "p1"}, name="Sementara")
        unit.change(tables.parties, {"id": "p1"}, name="Akhir", address="Jakarta")
        assert unit.writes_on(tables.parties, "p1")
        await unit.settle()
        assert not unit.writes_on(tables.parties, "p1")
        found = (await unit.connection.execute(select(tables.parties.c.name, tables.parties.c.address))).one()
        assert tuple(found) == ("Akhir", "Jakarta")


async def test_what_is_stored_for_good_is_sent_once_and_only_once_it_is_committed(database: Database) -> None:
    schema = {"program_id": "p", "aid_type": "a", "version": 1, "schema": {}, "name_id": "", "name_en": ""}
    row = {**schema, "unit_id": "", "unit_en": ""}

    async def fail() -> None:
        async with open_unit(database) as unit:
            unit.insert_once(tables.aid_schemas, row)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    for _ in range(2):
        async with open_unit(database) as unit:
            unit.insert_once(tables.aid_schemas, {**row, "name_id": "lain"})
            sent = bool(unit._writes._pending)
        async with database.read() as connection:
            assert (await connection.execute(select(tables.aid_schemas.c.name_id))).scalars().all() == ["lain"]
    assert not sent


async def test_a_second_record_with_the_same_key_is_a_conflict_and_stores_nothing(database: Database) -> None:
    async with open_unit(database) as unit:
        unit.insert_row(tables.parties, party(1))

    async def again() -> None:
        async with open_unit(database) as unit:
            unit.insert_row(tables.parties, party(2))
            unit.insert_row(tables.parties, party(1))

    with pytest.raises(Conflict) as refused:
        await again()
    assert refused.value.problems[0].code == "stored_meanwhile"
    assert set(await names(database)) == {"p1"}


async def test_a_broken_law_is_no_conflict(database: Database) -> None:
    row = {"program_id": "p", "role": "aggregator", "party_id": "nobody", "since": AT.date()}

    async def wrong() -> None:
        async with open_unit(database) as unit:
            unit.insert_row(tables.participants, row)

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await wrong()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_transaction_whose_statement_failed_is_no_success(database: Database) -> None:
    async def swallow() -> None:
        async with database.write() as connection:
            await connection.execute(tables.parties.insert(), party(1))
            try:
                await connection.execute(tables.parties.insert(), party(1))
            except IntegrityError:
                return

    with pytest.raises(RuntimeError, match="PostgreSQL rolled it back"):
        await swallow()
    assert await names(database) == {}
    async with open_unit(database) as unit:
        unit.insert_row(tables.parties, party(2))
    assert set(await names(database)) == {"p2"}


async def test_a_database_that_isnt_there() -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")

    async def ask() -> None:
        async with nowhere.write():
            pass

    with pytest.raises(OperationalError) as refused:
        await ask()
    assert is_passing(refused.value)
    await nowhere.close()
