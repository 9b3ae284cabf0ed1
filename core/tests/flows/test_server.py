"""The server mode with real processes: Prefect's server on PostgreSQL, a dispatcher, two workers; any of them may be killed."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from ksbb.domain.rights import SYSTEM
from ksbb.flows.prefect_schema import has_trigrams, without_trigrams
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, Step, World
from ksbb.testing.databases import drop_database, make_database
from ksbb.testing.fixtures import _copy
from ksbb.usecases.platform import Platform

pytestmark = pytest.mark.xdist_group("prefect-server")

LEASE_SECONDS = 4


async def until(what: str, holds: Callable[[], Any], seconds: float = 90) -> None:
    """Wait until something holds, which may be asynchronous."""
    end = time.monotonic() + seconds
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        await asyncio.sleep(0.1)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Set:
    """The processes of the server mode."""

    folder: Path
    database_url: str
    prefect_url: str
    port: int = field(default_factory=free_port)
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """For all processes."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("KSBB_", "PREFECT_"))}
        return {
            **clean,
            "KSBB_DATA_DIR": str(self.folder),
            "KSBB_DATABASE_URL": self.database_url,
            "KSBB_ENGINE__MODE": "server",
            "KSBB_ENGINE__PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api",
            "KSBB_ENGINE__PREFECT_AUTH": "ksbb:a test's password",
            "KSBB_ENGINE__LEASE_SECONDS": str(LEASE_SECONDS),
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": self.prefect_url,
            "PREFECT_SERVER_API_AUTH_STRING": "ksbb:a test's password",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
        }

    def ksbb(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command, run to its end."""
        command = [sys.executable, "-m", "ksbb.cli", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def start(self, name: str, *command: str) -> None:
        """Start a process, once more under the same name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_prefect(self) -> None:
        """Start Prefect's server, on the same port each time."""
        self.start("prefect", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port))

    def answers(self) -> bool:
        """Whether Prefect's server does."""
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/api/health", timeout=5).status_code in (200, 401)
        except httpx.TransportError:
            return False

    def kill(self, name: str) -> None:
        """`kill -9`."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def require_all(self) -> None:
        """Fail, with its last words, when a process has ended that nobody killed."""
        for name, process in self.processes.items():
            last = (self.folder / f"{name}.log").read_text()[-1500:]
            assert process.poll() is None, f"{name} ended with {process.returncode}: {last}"

    def log(self, name: str) -> list[dict[str, Any]]:
        """The log lines of a process."""
        lines = (self.folder / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def close(self) -> None:
        """End all."""
        for process in self.processes.values():
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def prefect_database(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL database with Prefect's schema."""
    name = f"prefect_{os.getpid()}"
    url = asyncio.run(make_database(postgres_url, name))
    home = tmp_path_factory.mktemp("prefect-schema")
    environment = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": url,
    }
    if not asyncio.run(has_trigrams(url)):
        command = [sys.executable, "-m", "ksbb.flows.prefect_schema"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
    yield url
    asyncio.run(drop_database(postgres_url, name))


@pytest.fixture
def ksbb_database(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with schema and areas."""
    yield from _copy(postgres_url, postgres_template)


@pytest.fixture
def running(tmp_path: Path, ksbb_database: str, prefect_database: str) -> Iterator[Set]:
    """A set that runs nothing yet."""
    made = Set(tmp_path, ksbb_database, prefect_database)
    yield made
    made.close()


async def states(database: Database) -> list[tuple[str, int]]:
    """Status and attempts of all work."""
    table = tables.outbox
    async with database.read() as connection:
        found = await connection.execute(select(table.c.status, table.c.attempts))
        return [(row.status, row.attempts) for row in found]


async def runs(url: str) -> list[str]:
    """The states of the runs of batches at Prefect."""
    database = Database(url, pool_size=0)
    async with database.read() as connection:
        query = "SELECT state_name FROM flow_run WHERE idempotency_key NOT LIKE 'scheduled%'"
        found = [str(row[0]) for row in await connection.execute(text(query))]
    await database.close()
    return found


async def test_from_deployment_to_the_last_item_through_every_fault(running: Set) -> None:
    running.start_prefect()
    # While Prefect starts: a platform with commitments that wait
    clock = FakeClock()
    database = Database(running.database_url)
    platform = Platform(database, _programs(), clock)
    world = await World.seed(platform, clock)
    driven = [await world.drive(Step.SUBMITTED) for _ in range(20)]
    running.start("dispatcher", "ksbb.cli", "dispatch")
    await until("Prefect's server answers", running.answers)

    first, again = running.ksbb("deploy", "--json"), running.ksbb("deploy")
    assert (first.returncode, first.stderr) == (0, "")
    changes = json.loads(first.stdout)
    assert {change["did"] for change in changes} == {"created"}
    assert changes[0] == {"kind": "work pool", "name": "ksbb", "did": "created", "reason": ""}
    named = {change["name"] for change in changes[1:]}
    assert {"ksbb.handover_report", "ksbb.licence_watch", "pangan.pangan-assess", "umkm.umkm-follow-up"} <= named
    assert (again.returncode, again.stdout) == (0, f"{len(changes)} unchanged\n")

    for name in ("worker-1", "worker-2"):
        running.start(name, "ksbb.cli", "worker")
    await until("all are done", lambda: _all_done(running, database))
    assert set(await states(database)) == {("done", 0)}
    assert [str((await world.reload(one)).commitment.assessment) for one in driven] == ["passed"] * 20

    # Prefect and one worker die, after all of it was told; meanwhile work comes in
    await until("Prefect knows of it", lambda: _all_told(running))
    running.kill("prefect")
    running.kill("worker-1")
    driven += [await world.drive(Step.SUBMITTED) for _ in range(20)]
    await until(
        "the dispatcher notes it", lambda: "prefect_away" in [line["event"] for line in running.log("dispatcher")]
    )
    running.start_prefect()
    await until("the backlog clears by itself", lambda: _all_done(running, database))
    assert [str((await world.reload(one)).commitment.assessment) for one in driven] == ["passed"] * 40
    noted = [line["event"] for line in running.log("dispatcher") if line["event"].startswith("prefect_")]
    assert noted in (["prefect_away", "prefect_back"], ["prefect_away", "prefect_back"] * 2)

    # A stop is orderly
    for name in ("dispatcher", "worker-2"):
        running.processes[name].terminate()
    assert [running.processes[name].wait(30) for name in ("dispatcher", "worker-2")] == [0, 0]
    async with platform.reading_desk(SYSTEM) as desk:
        table = tables.assessments
        counted = await desk.unit.connection.execute(select(table.c.commitment_id))
        assert sorted(counted.scalars()) == sorted(one.commitment.id for one in driven)
    assert set(await runs(running.prefect_url)) == {"Completed"}
    await database.close()


async def _all_done(running: Set, database: Database) -> bool:
    running.require_all()
    return all(status == "done" for status, _ in await states(database))


async def _all_told(running: Set) -> bool:
    return set(await runs(running.prefect_url)) == {"Completed"}


def _programs() -> Any:
    from ksbb.programs import load_programs  # noqa: PLC0415 - loads the programs' packages
    from ksbb.settings import Settings  # noqa: PLC0415

    return load_programs(Settings())


def test_statements_that_need_no_trigrams() -> None:
    assert without_trigrams("CREATE EXTENSION IF NOT EXISTS pg_trgm;") == "SELECT 1"
    assert (
        without_trigrams("CREATE INDEX CONCURRENTLY i ON flow USING gin (name gin_trgm_ops);")
        == "CREATE INDEX CONCURRENTLY i ON flow (name);"
    )
    assert without_trigrams("SELECT name FROM flow") == "SELECT name FROM flow"
