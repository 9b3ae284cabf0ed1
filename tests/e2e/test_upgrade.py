"""The rehearsal of an upgrade without downtime: expand under load, start the new version, stop the old one. Nobody notices."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.e2e.next_version import INDEX, NEWEST, write_migrations
from tests.faults import audit
from tests.faults.case import Case
from tests.faults.client import Client
from tests.faults.processes import KSBB, Running, Stage, environment, free_port, python_path, stage
from tests.faults.servers import SERVER_MODE
from tests.faults.world import HOST, Seeded, seed

from ksbb.storage.database import Database
from ksbb.testing.databases import drop_database

pytestmark = pytest.mark.xdist_group("upgrade")

_ROOT = Path(__file__).parents[2]
_PEOPLE = 3
_BETWEEN_SECONDS = 1.0
"""People go on for so long between two steps of the procedure."""


class Versions:
    """The platform in this version and in the next, side by side on one database."""

    def __init__(self, on: Stage, url: str) -> None:
        self._stage = on
        self._old = environment(on.data("old"), url, SERVER_MODE)
        migrations = write_migrations(on.folder / "migrations")
        given = {**SERVER_MODE, "KSBB_TEST_MIGRATIONS": str(migrations), "PYTHONPATH": python_path(_ROOT)}
        self._next = environment(on.data("next"), url, given)

    def start(self, name: str, version: str, *arguments: str) -> Running:
        """Start a command of a version, `old` or `next`."""
        if version == "old":
            return self._stage.start(name, [KSBB, *arguments], self._old)
        return self._stage.start(name, [sys.executable, "-m", "tests.e2e.next_version", *arguments], self._next)

    async def run(self, version: str, *arguments: str) -> tuple[int, str]:
        """Run a command of a version to its end: exit code, and what it said."""
        done = self.start("-".join((version, *arguments[:2])), version, *arguments)
        code = await asyncio.to_thread(done.wait, 60)
        return code, done.said()

    async def serve(self, name: str, version: str) -> tuple[Running, str]:
        """Start an API process of a version, and wait until it answers; its address."""
        port = free_port()
        process = self.start(name, version, "serve", "--port", str(port))
        url = f"http://127.0.0.1:{port}"
        await asyncio.to_thread(process.wait_until_it_serves, url)
        return process, url


@pytest_asyncio.fixture
async def seeded(postgres_url: str) -> AsyncIterator[Seeded]:
    """A world in a database of the test's own."""
    name = f"upgrade_{os.getpid()}"
    yield await seed(postgres_url, name)
    await drop_database(postgres_url, name)


async def test_expand_then_start_the_new_then_stop_the_old(seeded: Seeded) -> None:
    with stage() as on:
        versions = Versions(on, seeded.url)
        old, old_url = await versions.serve("old", "old")
        async with Client(seeded, [old_url]) as client:
            async with _people_at_work(client):
                code, said = await versions.run("next", "serve", "--port", str(free_port()))
                assert (code, said) == (1, _refusal("is older than this version of ksbb (0003); run `ksbb db upgrade`"))

                assert await versions.run("next", "db", "upgrade") == (0, f"at {NEWEST}\n")
                assert await _has_valid_index(seeded.url)
                assert _ready(old_url) == (200, "ready", "ahead")
                await asyncio.sleep(_BETWEEN_SECONDS)

                # Whoever has to start the old version now, after a crash or to back out, can
                again, again_url = await versions.serve("old-again", "old")
                assert await versions.run("old", "db", "check") == (
                    0,
                    f"at {NEWEST}, newer than this version, which works on it\n",
                )
                client.send_to(old_url, again_url)
                await asyncio.sleep(_BETWEEN_SECONDS)

                new, new_url = await versions.serve("new", "next")
                assert _ready(new_url) == (200, "ready", "current")
                client.send_to(old_url, again_url, new_url)
                await asyncio.sleep(_BETWEEN_SECONDS)
                # The proxy sends nobody to the old ones any more, and they finish what they have
                client.send_to(new_url)
                for process in (old, again):
                    process.terminate()
                assert [await asyncio.to_thread(process.wait, 40) for process in (old, again)] == [0, 0]
                await asyncio.sleep(_BETWEEN_SECONDS)
            found = await audit.read(seeded.url)
        differences, lost, doubled = audit.acts(found, client.acknowledged)
        assert (dict(client.troubles), lost, doubled) == ({}, 0, 0)
        assert [*differences, *audit.examine(found, HOST)] == []
        assert len(client.acknowledged) > 50
        assert new.runs


@asynccontextmanager
async def _people_at_work(client: Client) -> AsyncIterator[None]:
    """A few people act all the time; the block fails with the first answer that isn't what they wanted."""
    stopping = asyncio.Event()

    async def work() -> None:
        while not stopping.is_set():
            case = Case(client)
            await case.draft()
            await client.read("auditor", f"/commitments/{case.id}")
            await case.submit()
            await case.change("collaborator", "withdraw", "withdrawn", {"note": "berubah rencana"})

    async with asyncio.TaskGroup() as people:
        for _ in range(_PEOPLE):
            people.create_task(work())
        try:
            yield
        finally:
            stopping.set()


def _ready(url: str) -> tuple[int, str, str]:
    """What a process says of its readiness: status code, status, schema."""
    answer = httpx.get(f"{url}/api/v1/health/ready")
    told = answer.json()
    return answer.status_code, told["status"], told["schema"]


def _refusal(what: str) -> str:
    return f"Conflict with the present state:\n  the database's schema (0001) {what}\n"


async def _has_valid_index(url: str) -> bool:
    query = "SELECT indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relname = :name"
    database = Database(url, pool_size=0)
    async with database.read() as connection:
        found = (await connection.execute(text(query), {"name": INDEX})).scalar_one()
    await database.close()
    return bool(found)
