"""The writes of a unit: collected as plain rows, sent together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, and_, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from ksbb.storage.prepared import Link, Prepared


@dataclass(slots=True)
class _Insert:
    row: dict[str, Any]
    unless_known: bool


@dataclass(slots=True)
class _Change:
    where: dict[str, Any]
    values: dict[str, Any]


@dataclass(slots=True)
class _Sum:
    key: dict[str, Any]
    figures: dict[str, int]


@dataclass(slots=True)
class Writes:
    """Rows to insert, to change and to add up, in the order in which they came."""

    _pending: list[tuple[Table, _Insert | _Change | _Sum]] = field(default_factory=list)
    _changes: dict[tuple[str, tuple[tuple[str, Any], ...]], _Change | _Insert] = field(default_factory=dict)

    def insert(self, table: Table, row: Mapping[str, Any], *, unless_known: bool = False) -> None:
        """Insert a row; `unless_known` leaves a row with the same unique key as it is."""
        made = _Insert(dict(row), unless_known)
        self._pending.append((table, made))
        if "id" in made.row and not unless_known:
            self._changes[table.name, (("id", made.row["id"]),)] = made

    def change(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Update the rows with these values of columns. A row that is collected already is changed there: one statement
        can't touch a row twice.
        """
        key = (table.name, tuple(where.items()))
        known = self._changes.get(key)
        if known is None:
            made = self._changes[key] = _Change(dict(where), dict(values))
            self._pending.append((table, made))
        else:
            (known.row if isinstance(known, _Insert) else known.values).update(values)

    def add(self, table: Table, key: Mapping[str, Any], figures: Mapping[str, int]) -> None:
        """Insert a row, or add figures to the one with the same primary key."""
        self._pending.append((table, _Sum(dict(key), dict(figures))))

    def holds(self, table: Table, record_id: str) -> bool:
        """Whether a row with this id is among them."""
        return (table.name, (("id", record_id),)) in self._changes

    async def send(self, link: Link) -> None:
        """Write all and forget it."""
        if not self._pending:
            return
        dialect = link.dialect
        grouped: dict[Prepared, list[Sequence[Any]]] = {}
        for table, write in self._pending:
            prepared, given = _prepared(table, write, dialect.name)
            grouped.setdefault(prepared, []).append(prepared.values(dialect, given))
        self._pending.clear()
        self._changes.clear()
        await link.driver.run([(prepared.sql(dialect), rows) for prepared, rows in grouped.items()])


async def count_on(link: Link, table: Table, name: str) -> int:
    """Add one to the counter `name`; its new value."""
    rows = await _counting(table, link.dialect.name).rows(link, name=name, value=1)
    return int(rows[0][0])


def _prepared(table: Table, write: _Insert | _Change | _Sum, dialect: str) -> tuple[Prepared, Mapping[str, Any]]:
    if isinstance(write, _Insert):
        return _inserting(table, tuple(write.row), dialect if write.unless_known else None), write.row
    if isinstance(write, _Change):
        given = {f"where_{name}": value for name, value in write.where.items()} | {
            f"set_{name}": value for name, value in write.values.items()
        }
        return _changing(table, tuple(write.where), tuple(write.values)), given
    return _adding(table, tuple(write.key), tuple(write.figures), dialect), write.key | write.figures


@lru_cache(maxsize=512)
def _inserting(table: Table, columns: tuple[str, ...], unless_known: str | None) -> Prepared:
    if unless_known is None:
        return Prepared(insert(table), columns)
    make = postgresql.insert if unless_known == "postgresql" else sqlite.insert
    return Prepared(make(table).on_conflict_do_nothing(), columns)


@lru_cache(maxsize=512)
def _changing(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Prepared:
    named = and_(*(table.c[name] == bindparam(f"where_{name}") for name in where))
    return Prepared(update(table).where(named).values({name: bindparam(f"set_{name}") for name in values}))


@lru_cache(maxsize=64)
def _adding(table: Table, key: tuple[str, ...], figures: tuple[str, ...], dialect: str) -> Prepared:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    summed = {name: table.c[name] + statement.excluded[name] for name in figures}
    return Prepared(statement.on_conflict_do_update(index_elements=list(key), set_=summed), (*key, *figures))


@lru_cache(maxsize=4)
def _counting(table: Table, dialect: str) -> Prepared:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    counted = statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": table.c.value + statement.excluded.value}
    )
    return Prepared(counted.returning(table.c.value), ("name", "value"))
