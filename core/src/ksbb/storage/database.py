"""The database: one engine, transactions that read and transactions that write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool, QueuePool

from ksbb.storage import sqlite
from ksbb.storage.connections import Connections

_BUSY_SECONDS = 30
_UNIQUE_VIOLATION = "23505"


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """SQLite as a real database: write-ahead log, durable commits, foreign keys, explicit transactions."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def open_connection(_dialect: object, _record: object, _args: list[Any], options: dict[str, Any]) -> None:
        options["async_creator_fn"] = sqlite.connect

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_SECONDS * 1000}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: an upgrade from a read lock could only fail.
        immediate = connection.get_execution_options().get("ksbb_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


class Pool(NamedTuple):
    """Connections that there may be (0 for one per transaction), those in use, and transactions that wait for one."""

    size: int
    used: int
    waiting: int


class Database:
    """Opens transactions on the database at `url` (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`).

    Belongs to one event loop. `pool_size` 0 opens a connection for each transaction.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self.stored_for_good: set[tuple[Any, ...]] = set()
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        options: dict[str, Any] = {"poolclass": NullPool}
        if not self.is_sqlite:
            # The driver itself begins and ends transactions, see `write`; an act's writes are one statement, of one form for
            # each mixture of rows, so that there are some hundreds to remember.
            options |= {"isolation_level": "AUTOCOMMIT", "connect_args": {"statement_cache_size": 1000}}
        elif pool_size:
            options = {"pool_size": pool_size, "max_overflow": 0}
        self.engine = create_async_engine(
            url,
            json_serializer=_json,
            json_deserializer=msgspec.json.decode,
            hide_parameters=True,
            **options,
        )
        self.connections = Connections(self.engine, pool_size)
        """Those to PostgreSQL; SQLite's are in SQLAlchemy's pool."""
        if self.is_sqlite:
            _prepare_sqlite(self.engine)
        self._writer = self.engine.execution_options(ksbb_write=True)

    @property
    def pool(self) -> Pool:
        """How the connections are used."""
        kept = self.engine.pool
        if isinstance(kept, QueuePool):
            return Pool(kept.size(), kept.checkedout(), 0)
        return Pool(self.connections.size, self.connections.used, self.connections.waiting)

    @property
    def exists(self) -> bool:
        """Whether a SQLite database has its file; a server's database is taken to exist."""
        file = self.engine.url.database
        return not self.is_sqlite or file in (None, "", ":memory:") or Path(str(file)).is_file()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading. On SQLite all its statements see the same state; on PostgreSQL each sees what is committed."""
        if self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self.connections.one() as (connection, _):
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for writing: committed when the block ends, rolled back when it raises."""
        if self.is_sqlite:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self.connections.one() as (connection, driver):
            await driver.begin()
            try:
                yield connection
            except BaseException:
                await driver.roll_back()
                raise
            await driver.commit()

    async def close(self) -> None:
        """Close all connections."""
        await self.connections.close()
        await self.engine.dispose()


def breaks_unique_key(error: IntegrityError) -> bool:
    """Whether an integrity error says that the same key stands already, and not that a law or a reference is broken."""
    return getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION or "UNIQUE constraint failed" in str(error.orig)


_PASSING_SQLSTATES = frozenset({"40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"})
"""PostgreSQL: serialisation failure, deadlock, lock not available, too many connections, shutdown, crash, starting."""


def is_passing(error: BaseException) -> bool:
    """Whether an error says that the database is away or busy just now: the same request may succeed later."""
    if isinstance(error, (ConnectionError, TimeoutError, PoolTimeout)):
        return True
    state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    if state in _PASSING_SQLSTATES or state.startswith("08"):
        return True
    # An internal error without a state is the driver's own: the server went away while it connected
    away = isinstance(error, (OperationalError, InterfaceError)) or (isinstance(error, InternalError) and not state)
    return away or (isinstance(error, DBAPIError) and error.connection_invalidated)
