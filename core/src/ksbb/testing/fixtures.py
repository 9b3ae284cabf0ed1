"""Pytest fixtures: a fresh database for each test, the platform on it, and a world of people.

Import those you need in your `conftest.py`, and those that they need. Tests with `database` run on SQLite and on
PostgreSQL; a PostgreSQL that doesn't start is an error. `KSBB_TEST_POSTGRES_URL` (`postgresql+asyncpg://…`) names a
server to use in place of our own.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from ksbb.programs import ProgramHost, load_programs
from ksbb.programs.discovery import installed_programs
from ksbb.settings import ProgramsSettings, Settings
from ksbb.storage.database import Database
from ksbb.testing.clock import FakeClock
from ksbb.testing.databases import drop_database, make_database, prepare, start_postgres
from ksbb.testing.world import World
from ksbb.usecases.platform import Platform

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of a PostgreSQL server; one for all workers of a run."""
    given = os.environ.get("KSBB_TEST_POSTGRES_URL")
    if given:
        return given
    # Not below pytest's own folder: run by root, PostgreSQL has a user of its own, whom the next run of pytest locks out.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    return asyncio.run(start_postgres(Path(tempfile.gettempdir()) / f"ksbb-postgres-{run[:12]}"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a SQLite database with schema and areas, to copy."""
    file = tmp_path_factory.mktemp("template") / "ksbb.sqlite3"
    asyncio.run(prepare(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with schema and areas, to copy."""
    name = f"ksbb_template_{_WORKER}_{os.getpid()}"
    asyncio.run(drop_database(postgres_url, name))
    asyncio.run(prepare(asyncio.run(make_database(postgres_url, name))))
    yield name
    asyncio.run(drop_database(postgres_url, name))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    yield from _copy(request.getfixturevalue("postgres_url"), None)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the test's own, with schema and areas, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "ksbb.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    yield from _copy(request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template"))


def _copy(server_url: str, template: str | None) -> Iterator[str]:
    name = f"ksbb_test_{_WORKER}_{os.getpid()}_{next(_numbers)}"
    yield asyncio.run(make_database(server_url, name, template))
    asyncio.run(drop_database(server_url, name))


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of the test's own, with schema and areas."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FakeClock:
    """A clock to set."""
    return FakeClock()


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> ProgramHost:
    """All programs that are installed, with their default settings."""
    enabled = ProgramsSettings(enabled=tuple(installed_programs()))
    return load_programs(Settings(data_dir=tmp_path_factory.mktemp("data"), programs=enabled))


@pytest.fixture
def platform(database: Database, programs: ProgramHost, clock: FakeClock) -> Platform:
    """The platform on the test's database, with the installed programs."""
    return Platform(database, programs, clock)


@pytest_asyncio.fixture
async def world(platform: Platform, clock: FakeClock) -> World:
    """A world of people with the food program's targets and needs."""
    return await World.seed(platform, clock)
