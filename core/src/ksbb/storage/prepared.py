"""Statements that are compiled once and run by the database's driver itself.

SQLAlchemy writes the SQL and knows how each column's values are converted. What it does anew at every execution (cache keys,
cursors, result objects, a greenlet) costs more than an act's small statements themselves, so acts go without it.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import asyncpg  # type: ignore[import-untyped]  # it has no types
import msgspec
from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.storage.sqlite import OneTripConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Delete, Insert, Select, Update

Record = TypeVar("Record")
_Convert = Callable[[Any], Any]
_PLACE = re.compile(r"\$(\d+)")


class Driver(Protocol):
    """A connection in its transaction, without SQLAlchemy between. Raises SQLAlchemy's errors all the same."""

    async def fetch(self, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Run one statement; its rows."""

    async def run(self, statements: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> None:
        """Run statements in their order, each for all its rows of values."""


class PostgresDriver:
    """asyncpg's connection."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def fetch(self, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Run one statement; its rows."""
        try:
            return cast("Sequence[Sequence[Any]]", await self._connection.fetch(sql, *values))
        except DRIVERS_ERRORS as error:
            raise self._told(error, sql) from error

    async def run(self, statements: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> None:
        """Few rows go in one statement, for each trip costs more than a row; many are sent statement by statement."""
        if sum(len(values) for _, values in statements) <= _ROWS_AT_ONCE:
            joined = _joined(tuple(sql for sql, values in statements for _ in values))
            await self.fetch(joined, [value for _, every in statements for row in every for value in row])
            return
        for sql, every in statements:
            try:
                await self._connection.executemany(sql, every)
            except DRIVERS_ERRORS as error:
                raise self._told(error, sql) from error

    async def begin(self, settings: str = "") -> None:
        """Begin a transaction, with these statements as its first; they make no trip of their own."""
        await self._execute(f"BEGIN; {settings}")

    async def commit(self) -> None:
        """Commit the transaction. Raises RuntimeError when PostgreSQL rolled it back, because a statement of it had failed."""
        if await self._execute("COMMIT") != "COMMIT":
            raise RuntimeError("a statement of this transaction failed, so that PostgreSQL rolled it back")

    async def roll_back(self) -> None:
        """Roll the transaction back; nothing where the connection is lost, and the transaction with it."""
        if not self._connection.is_closed():
            await self._execute("ROLLBACK")

    @property
    def is_usable(self) -> bool:
        """Whether the connection isn't known to be lost, and stands outside of a transaction."""
        return not self._connection.is_closed() and not self._connection.is_in_transaction()

    async def _execute(self, command: str) -> str:
        try:
            return str(await self._connection.execute(command))
        except DRIVERS_ERRORS as error:
            raise self._told(error, command) from error

    def _told(self, error: Exception, sql: str) -> Exception:
        if isinstance(error, asyncpg.InternalClientError):
            # The server went away in the middle of its answer, and the driver doesn't know where it stands
            self._connection.terminate()
        return postgres_error(error, sql)


DRIVERS_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""All that asyncpg raises, and the connection beneath it."""


def postgres_error(error: Exception, sql: str) -> Exception:
    """What the driver raised as SQLAlchemy's error; a lost connection is an OperationalError."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(sql, None, error)
    lost = not isinstance(error, (asyncpg.PostgresError, ValueError)) or isinstance(
        error, asyncpg.PostgresConnectionError
    )
    return (OperationalError if lost else DBAPIError)(sql, None, error, connection_invalidated=lost)


_ROWS_AT_ONCE = 30


@lru_cache(maxsize=512)
def _joined(statements: tuple[str, ...]) -> str:
    """One statement that does all of them: each row of values a common table expression, its places counted on."""
    parts = []
    taken = 0
    for position, sql in enumerate(statements):
        places = [int(found) for found in _PLACE.findall(sql)]
        parts.append(f"w{position} AS ({_moved(sql, taken)})")
        taken += max(places, default=0)
    return f"WITH {', '.join(parts)} SELECT"


def _moved(sql: str, taken: int) -> str:
    return _PLACE.sub(lambda found: f"${int(found[1]) + taken}", sql)


class SqliteDriver:
    """SQLite's connection, which makes one trip to its thread for all that it is given."""

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Run one statement; its rows."""
        with self._errors(sql):
            return (await self._connection.run("execute", sql, values))[1]

    async def run(self, statements: Sequence[tuple[str, Sequence[Sequence[Any]]]]) -> None:
        """Run statements in their order, each for all its rows of values."""
        with self._errors(statements[0][0]):
            await self._connection.run_all(statements)

    @staticmethod
    @contextmanager
    def _errors(sql: str) -> "Iterator[None]":
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise IntegrityError(sql, None, error) from error
        except sqlite3.OperationalError as error:
            raise OperationalError(sql, None, error) from error
        except sqlite3.Error as error:
            raise DBAPIError(sql, None, error) from error


def postgres_driver(connection: AsyncConnection) -> PostgresDriver:
    """The driver beneath a connection to PostgreSQL."""
    return PostgresDriver(_beneath(connection))


@dataclass(frozen=True, slots=True)
class Link:
    """A connection as prepared statements use it: the driver beneath, and the dialect that it speaks."""

    driver: Driver
    dialect: Dialect


def link_of(connection: AsyncConnection) -> Link:
    """The link of a connection, good for as long as the connection is held."""
    dialect = connection.dialect
    if dialect.name == "sqlite":
        return Link(SqliteDriver(_beneath(connection)), dialect)
    return Link(postgres_driver(connection), dialect)


def _beneath(connection: AsyncConnection) -> Any:
    return cast("Any", connection.sync_connection).connection.driver_connection


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    places: tuple[tuple[str, _Convert | None, Any], ...]
    columns: tuple[_Convert | None, ...]
    names: tuple[str, ...]
    runs: tuple[slice, ...]


class Prepared:
    """A Core statement, compiled once per kind of database. Its parameters are its bind parameters, by name.

    A list is one parameter with `among`, where `IN` would be another statement for each length. `columns` names what an insert
    or update without values sets.
    """

    def __init__(
        self, statement: "Select[Any] | Insert | Update | Delete", columns: Sequence[str] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def sql(self, dialect: Dialect) -> str:
        """The SQL text."""
        return self._on(dialect).sql

    def values(self, dialect: Dialect, given: Mapping[str, Any]) -> list[Any]:
        """The values of its places, as the driver takes them. A parameter that isn't given has the statement's own value."""
        return [
            convert(given.get(name, own)) if convert is not None else given.get(name, own)
            for name, convert, own in self._on(dialect).places
        ]

    async def rows(self, link: Link, **given: Any) -> list[tuple[Any, ...]]:
        """Run it; the rows with their values converted."""
        compiled = self._on(link.dialect)
        found = await link.driver.fetch(compiled.sql, self.values(link.dialect, given))
        converts = compiled.columns
        return [
            tuple(value if convert is None else convert(value) for value, convert in zip(row, converts, strict=True))
            for row in found
        ]

    async def joined(self, link: Link, **given: Any) -> list[list[dict[str, Any]]]:
        """Run it; each row as a mapping for every run of columns of one table, in their order."""
        compiled = self._on(link.dialect)
        names, runs = compiled.names, compiled.runs
        return [
            [dict(zip(names[run], row[run], strict=True)) for run in runs] for row in await self.rows(link, **given)
        ]

    async def records(self, link: Link, kind: type[Record], **given: Any) -> list[Record]:
        """Run it; each row as a record, by the names of its columns. Columns that the record doesn't have are left out."""
        names = self._on(link.dialect).names
        return [msgspec.convert(dict(zip(names, row, strict=True)), kind) for row in await self.rows(link, **given)]

    async def record(self, link: Link, kind: type[Record], **given: Any) -> Record | None:
        """Run it; the first row as a record, or None."""
        found = await self.records(link, kind, **given)
        return found[0] if found else None

    def _on(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: Dialect) -> _Compiled:
        keys = list(self._columns) if self._columns is not None else None
        compiled = self._statement.compile(dialect=dialect, column_keys=keys)
        table: Any = getattr(self._statement, "table", None)
        own = dict(compiled.params)
        if table is not None:
            own.update({c.name: c.default.arg for c in table.columns if c.default is not None and c.default.is_scalar})
        types = {name: bind.type for name, bind in compiled.binds.items()}
        places = []
        for name in compiled.positiontup or ():
            kind = types[name] if name in types else table.c[name].type
            places.append((name, kind.dialect_impl(dialect).bind_processor(dialect), own.get(name)))
        selected = list(self._statement.exported_columns)
        return _Compiled(
            sql=compiled.string,
            places=tuple(places),
            columns=tuple(c.type.dialect_impl(dialect).result_processor(dialect, None) for c in selected),
            names=tuple(str(c.name) for c in selected),
            runs=_runs([getattr(c, "table", None) for c in selected]),
        )


def _runs(owners: Sequence[object]) -> tuple[slice, ...]:
    """Where columns of the same table stand side by side."""
    starts = [at for at, owner in enumerate(owners) if at == 0 or owner is not owners[at - 1]]
    return tuple(slice(start, end) for start, end in pairwise([*starts, len(owners)]))
