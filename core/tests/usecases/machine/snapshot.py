"""All rows of all tables in one query: the machine looks after every act."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, LargeBinary, Table, text

from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.storage.tables.base import UtcTime

TABLES = [table for table in tables.metadata.sorted_tables if table is not tables.areas]
"""All but the areas, which no act changes; those that are referred to come first."""


async def all_rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Table → its rows, in the order of their keys. Contents of files stand as hexadecimal digits."""
    written = _as_object if database.is_sqlite else _as_record
    query = " UNION ALL ".join(f"SELECT '{table.name}', {written(table)} FROM {table.name} AS r" for table in TABLES)  # noqa: S608 - our own names
    found: dict[str, list[dict[str, Any]]] = {table.name: [] for table in TABLES}
    async with database.read() as connection:
        for name, row in await connection.execute(text(query.replace(":", "\\:"))):
            found[name].append(_decoded(name, row))
    for table in TABLES:
        keys = [column.name for column in table.primary_key]
        found[table.name].sort(key=lambda row: [row[key] for key in keys])
    return found


def _as_record(_table: Table) -> str:
    return "CAST(to_jsonb(r) AS TEXT)"


def _as_object(table: Table) -> str:
    pairs = ", ".join(f"'{column.name}', {_value(column)}" for column in table.columns)
    return f"json_object({pairs})"


def _value(column: Column[Any]) -> str:
    if isinstance(column.type, JSON):
        return f'json(r."{column.name}")'
    return f'hex(r."{column.name}")' if isinstance(column.type, LargeBinary) else f'r."{column.name}"'


@lru_cache(maxsize=20_000)
def _decoded(name: str, row: str) -> dict[str, Any]:
    """Kept: of all rows, an act changes a few."""
    columns = tables.metadata.tables[name].columns
    return {key: _reader(columns[key])(value) for key, value in json.loads(row).items()}


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    readers: dict[type, Callable[[str], Any]] = {UtcTime: _instant, Date: date.fromisoformat, Boolean: bool}
    read = readers.get(type(column.type))
    return lambda value: value if value is None or read is None else read(value)


def _instant(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
