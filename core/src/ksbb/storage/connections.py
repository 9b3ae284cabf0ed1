"""Connections to PostgreSQL, kept open and handed from transaction to transaction.

SQLAlchemy's own pool resets a connection, and starts a task, each time it is given back: a quarter of a small act. Ours are
given back as they were, for the driver ends every transaction itself; one that is lost or left amid a transaction is dropped.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ksbb.storage.prepared import DRIVERS_ERRORS, PostgresDriver, postgres_driver, postgres_error

WAIT_SECONDS = 30
"""How long a transaction waits for a connection, before it is refused as the database being busy."""


class Connections:
    """At most `size` connections of an engine without a pool, the last used first; with size 0 one for each transaction."""

    def __init__(self, engine: AsyncEngine, size: int) -> None:
        self.size = size
        self.used = 0
        self.waiting = 0
        self._engine = engine
        self._free = asyncio.Semaphore(size) if size else None
        self._idle: list[tuple[AsyncConnection, PostgresDriver]] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[tuple[AsyncConnection, PostgresDriver]]:
        """A connection and its driver, outside of any transaction. Raises SQLAlchemy's TimeoutError when all stay in use."""
        if self._free is not None:
            await self._wait(self._free)
        self.used += 1
        try:
            connection, driver = await self._next()
            try:
                yield connection, driver
            finally:
                if connection.in_transaction():
                    await connection.rollback()  # SQLAlchemy's notion only: its statements are committed one by one
                if self._free is not None and driver.is_usable:
                    self._idle.append((connection, driver))
                else:
                    await _drop(connection)
        finally:
            self.used -= 1
            if self._free is not None:
                self._free.release()

    async def close(self) -> None:
        """Close those that aren't in use."""
        while self._idle:
            await self._idle.pop()[0].close()

    async def _wait(self, free: asyncio.Semaphore) -> None:
        if not free.locked():
            await free.acquire()
            return
        self.waiting += 1
        try:
            await asyncio.wait_for(free.acquire(), WAIT_SECONDS)
        except TimeoutError as error:
            raise PoolTimeout(f"no connection became free within {WAIT_SECONDS} s; {self.size} are in use") from error
        finally:
            self.waiting -= 1

    async def _next(self) -> tuple[AsyncConnection, PostgresDriver]:
        while self._idle:
            connection, driver = self._idle.pop()
            if driver.is_usable:
                return connection, driver
            await _drop(connection)
        try:
            connection = await self._engine.connect()
        except DRIVERS_ERRORS as error:
            raise postgres_error(error, "connect") from error
        return connection, postgres_driver(connection)


async def _drop(connection: AsyncConnection) -> None:
    await connection.invalidate()
    await connection.close()
