"""The connection to SQLite: one trip to its thread per statement.

aiosqlite alone makes four, for the cursor, the statement, its rows and the cursor's end; an act has dozens of statements, and
the trips cost more than SQLite itself.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import aiosqlite


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors do all of a statement's work at once."""

    async def cursor(self) -> "OneTripCursor":  # type: ignore[override]  # SQLAlchemy only awaits it
        """A new cursor; nothing is done yet."""
        return OneTripCursor(self)

    async def run(self, method: str, sql: str, parameters: Sequence[Any]) -> "tuple[sqlite3.Cursor, list[Any]]":
        """Execute in the connection's thread; the cursor, closed, and all rows."""

        def work() -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = self._conn.cursor()
            try:
                getattr(cursor, method)(sql, parameters)
                return cursor, cursor.fetchall() if cursor.description else []
            finally:
                cursor.close()

        done: tuple[sqlite3.Cursor, list[Any]] = await self._execute(work)  # type: ignore[no-untyped-call]  # it has no types
        return done

    async def run_all(self, statements: "Sequence[tuple[str, Sequence[Sequence[Any]]]]") -> None:
        """Execute statements in their order, each for all its rows of values."""

        def work() -> None:
            cursor = self._conn.cursor()
            try:
                for sql, rows in statements:
                    cursor.executemany(sql, rows)
            finally:
                cursor.close()

        await self._execute(work)  # type: ignore[no-untyped-call]  # it has no types


class OneTripCursor:
    """What SQLAlchemy uses of a cursor of aiosqlite."""

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement and fetch its rows."""
        await self._run("execute", sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> None:
        """Execute a statement for each set of parameters."""
        await self._run("executemany", sql, parameters)

    async def fetchall(self) -> list[Any]:
        """The rows of the last statement."""
        return self._rows

    async def close(self) -> None:
        """Nothing: the cursor beneath is closed already."""

    async def _run(self, method: str, sql: str, parameters: Sequence[Any]) -> None:
        cursor, self._rows = await self._connection.run(method, sql, parameters)
        self.description, self.lastrowid, self.rowcount = cursor.description, cursor.lastrowid, cursor.rowcount


def connect(file: str, **options: Any) -> OneTripConnection:
    """A connection, not yet open: to be awaited."""
    made = OneTripConnection(lambda: sqlite3.connect(file, **options), iter_chunk_size=64)
    # As SQLAlchemy does for its own: the process may end while a connection is open
    made._thread.daemon = True  # noqa: SLF001
    return made
