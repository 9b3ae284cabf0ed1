"""Rows to records and back, without an object-relational mapper."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Record = TypeVar("Record")


def as_record(row: Mapping[Any, Any], kind: type[Record]) -> Record:
    """A row as a record of the domain; columns that the record doesn't have are left out."""
    # The keys of labelled columns are a subclass of str, which msgspec doesn't take for one.
    return msgspec.convert({str(key): value for key, value in row.items()}, kind)


async def fetch_all(connection: AsyncConnection, query: Select[Any], kind: type[Record]) -> list[Record]:
    """All rows of a query as records."""
    return [as_record(row, kind) for row in (await connection.execute(query)).mappings()]


async def fetch_one(connection: AsyncConnection, query: Select[Any], kind: type[Record]) -> Record | None:
    """The first row of a query as a record, or None."""
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else as_record(row, kind)


def columns_of(table: Table, record: object) -> dict[str, Any]:
    """The values of a record for the columns of a table that it has."""
    return {name: getattr(record, name) for name in _shared(table, type(record))}  # type: ignore[arg-type]  # a class is hashable


@lru_cache(maxsize=256)
def _shared(table: Table, kind: type) -> tuple[str, ...]:
    owned = {field.name for field in fields(kind)}
    return tuple(str(column.name) for column in table.columns if column.name in owned)


async def put(connection: AsyncConnection, table: Table, *records: object) -> None:
    """Insert records."""
    if records:
        await connection.execute(insert(table), [columns_of(table, record) for record in records])


async def change(connection: AsyncConnection, table: Table, record_id: str, **values: Any) -> None:
    """Update columns of the row with this id."""
    await connection.execute(update(table).where(table.c.id == record_id).values(**values))


async def put_new(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows that break no unique key, leave the others; how many were new."""
    if not rows:
        return 0
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = 0
    for row in rows:
        result = await connection.execute(make(table).values(**row).on_conflict_do_nothing())
        new += max(result.rowcount, 0)
    return new
