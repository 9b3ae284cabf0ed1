"""The engine as a process: quiet, on loopback alone, one per data folder, quick to stop, and not to be killed for good."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

import ksbb_pangan
from ksbb.domain.errors import Unavailable
from ksbb.domain.events import Event, broken_at
from ksbb.flows import prefect_home
from ksbb.flows.context import EngineContext
from ksbb.flows.engine import Engine
from ksbb.program import Stage
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.storage.rows import fetch_all
from ksbb.testing import FakeClock, Step, World
from ksbb.usecases.platform import Platform

pytestmark = pytest.mark.xdist_group("prefect")

PROCESS = Path(__file__).parent / "foreign" / "engine_process.py"
SERVER = "ksbb.flows.server_child"


def until(what: str, holds: Callable[[], Any], seconds: float = 90) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def servers(process: psutil.Process) -> list[psutil.Process]:
    """The Prefect servers that a process started."""
    return [child for child in process.children(recursive=True) if SERVER in " ".join(child.cmdline())]


def connections_of(folder: Path) -> Path:
    """Where the processes of a data folder note whom they connect to."""
    return folder / "connections"


def started(folder: Path, url: str, marker: Path, errors: Path) -> "subprocess.Popen[str]":
    """A process with an engine."""
    with errors.open("w") as file:
        return subprocess.Popen(
            [sys.executable, str(PROCESS), str(folder), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            env={
                **os.environ,
                "STALLING_MARKER": str(marker),
                "PREFECT_API_URL": "https://prefect.example/api",
                "PYTHONPATH": str(PROCESS.parent / "watched"),
                "CONNECTIONS": str(connections_of(folder)),
            },
        )


def engine_on(database: Database, folder: Path) -> Engine:
    """An engine with the food program."""
    host = host_of([ksbb_pangan.PROGRAM], {})
    platform = Platform(database, host, FakeClock())
    return Engine(EngineContext(platform=platform, host=host, public_url="https://ksbb.example"), folder)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of the test's own."""
    shutil.copyfile(sqlite_template, tmp_path / "ksbb.sqlite3")
    return f"sqlite+aiosqlite:///{tmp_path / 'ksbb.sqlite3'}"


async def test_killed_in_the_middle_of_a_batch(data_dir: Path, sqlite_url: str, tmp_path: Path, runs_in: Any) -> None:
    pangan = ksbb_pangan.PROGRAM
    assess = replace(pangan.flows[0], name="assess", entrypoint="troubled_flows:stalling", stage=Stage.SUBMITTED)
    clock = FakeClock()
    database = Database(sqlite_url)
    platform = Platform(database, host_of([replace(pangan, id="stalling", flows=(assess,))], {}), clock)
    world = await World.seed(platform, clock, "stalling")
    made = [(await world.drive(Step.SUBMITTED)).commitment.id for _ in range(5)]
    await database.close()
    marker, errors = tmp_path / "marker", tmp_path / "errors"

    killed = started(data_dir, sqlite_url, marker, errors)
    until("stands still in the third item", marker.exists)
    (server,) = servers(psutil.Process(killed.pid))
    assert killed.stdout is not None
    killed.kill()
    assert killed.stdout.read() == "ready\n"
    killed.wait()
    killed.stdout.close()
    assert killed.stdin is not None
    killed.stdin.close()
    until("the server ends with its parent", lambda: not server.is_running(), 10)
    assert errors.read_text() == ""

    process = started(data_dir, sqlite_url, marker, errors)
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)] == ["ready\n", "drained\n"]
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    assert process.communicate(timeout=30)[0] == ""
    assert (process.returncode, errors.read_text()) == (0, "")
    assert [one for one in family if one.is_running()] == []
    assert set(connections_of(data_dir).read_text().split()) == {"127.0.0.1"}

    database = Database(sqlite_url)
    async with database.read() as connection:
        outbox = (await connection.execute(select(tables.outbox).order_by(tables.outbox.c.id))).mappings().all()
        assessed = (await connection.execute(select(tables.assessments.c.commitment_id))).scalars().all()
        events = await fetch_all(connection, select(tables.events).order_by(tables.events.c.sequence), Event)
    await database.close()
    # Whatever was in the batch that the process died over has lost an attempt, for one of them may have been the cause
    assert [(row["subject_id"], row["status"], row["attempts"], row["losses"]) for row in outbox] == [
        (one, "done", 1, 1) for one in made
    ]
    assert sorted(assessed) == sorted(made)
    for one in made:
        stream = [event for event in events if event.stream == f"commitment:{one}"]
        assert [event.kind for event in stream] == ["drafted", "submitted", "assessed"]
        assert broken_at(stream) is None
    assert [(run["name"], run["state"]) for run in runs_in(data_dir)] == [
        ("stalling assess × 5", "CRASHED"),
        ("stalling assess × 3", "COMPLETED"),
        ("stalling assess × 2", "COMPLETED"),
    ]


async def test_stops_quickly_and_leaves_nothing(data_dir: Path, sqlite_url: str) -> None:
    before = servers(psutil.Process())
    database = Database(sqlite_url)
    engine = engine_on(database, data_dir)
    assert not engine.is_ready
    engine.start()
    await engine.ready()
    assert engine.is_ready
    other = engine_on(database, data_dir)
    with pytest.raises(Unavailable) as refused:
        other.start()
    (problem,) = refused.value.problems
    assert (problem.code, problem.message.en) == (
        "folder_in_use",
        f"another ksbb process uses the data folder {data_dir}; stop it or choose another folder",
    )
    assert len(servers(psutil.Process())) == len(before) + 1
    began = time.monotonic()
    engine.stop()
    took = time.monotonic() - began
    assert took < 5, f"stopping took {took:.1f} s"
    engine.stop()
    assert servers(psutil.Process()) == before
    with pytest.raises(RuntimeError, match="the engine isn't running"):
        await engine.drain()
    next_one = engine_on(database, data_dir)
    next_one.start()
    began = time.monotonic()
    next_one.stop()
    took = time.monotonic() - began
    assert took < 8, f"giving a start up took {took:.1f} s"
    assert servers(psutil.Process()) == before
    await database.close()


async def test_a_server_that_cant_start_says_where_to_look(data_dir: Path, sqlite_url: str) -> None:
    home = data_dir / "prefect"
    for rest in home.glob("prefect.db*"):
        rest.write_bytes(b"no database" * 100)
    database = Database(sqlite_url)
    engine = engine_on(database, data_dir)
    engine.start()
    with pytest.raises(RuntimeError) as refused:
        await engine.ready()
    assert str(refused.value) == f"Prefect's server ended before it was ready; {home / 'server.log'} says why"
    assert "file is not a database" in (home / "server.log").read_text()
    assert not engine.is_ready
    engine.stop()
    await database.close()


def test_prefects_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says of Prefect: it stays in the data folder, tells nobody, and serves no pages."""
    environment = {
        "PATH": "/bin",
        "PREFECT_API_URL": "https://prefect.example/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "true",
    }
    monkeypatch.setattr(os, "environ", environment)
    home = prefect_home.configure(tmp_path)
    assert home == tmp_path / "prefect"
    assert "PREFECT_API_URL" not in environment
    off = (
        "SERVER_ANALYTICS_ENABLED",
        "SERVER_UI_ENABLED",
        "LOGGING_TO_API_ENABLED",
        "CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
    )
    assert {environment[f"PREFECT_{name}"] for name in off} == {"false"}
    assert environment["DO_NOT_TRACK"] == "1"
    folders = ("HOME", "PROFILES_PATH", "SERVER_DATABASE_CONNECTION_URL")
    assert all(str(home) in environment[f"PREFECT_{name}"] for name in folders)


async def test_on_postgresql(data_dir: Path, postgres_database: str) -> None:
    clock = FakeClock()
    database = Database(postgres_database)
    host = host_of([ksbb_pangan.PROGRAM], {})
    platform = Platform(database, host, clock)
    world = await World.seed(platform, clock)
    handed_over = await world.drive(Step.CONFIRMED)
    submitted = [await world.drive(Step.SUBMITTED) for _ in range(3)]
    engine = Engine(EngineContext(platform=platform, host=host, public_url="https://ksbb.example"), data_dir)
    engine.start()
    try:
        await engine.drain()
    finally:
        engine.stop()
    async with database.read() as connection:
        outbox = (await connection.execute(select(tables.outbox))).mappings().all()
        report = (await connection.execute(select(tables.reports))).mappings().one()
        size = (
            await connection.execute(select(tables.files.c.size).where(tables.files.c.sha256 == report["file_sha256"]))
        ).scalar_one()
    states = [str((await world.reload(driven)).commitment.assessment) for driven in submitted]
    await database.close()
    assert {(row["status"], row["reason"]) for row in outbox} == {("done", "")}
    assert sorted(row["consumer"] for row in outbox) == ["handover_report", *["pangan-assess"] * 4]
    assert report["handover_id"] == (handed_over.handover.id if handed_over.handover else None)
    assert size > 10_000
    assert states == ["passed"] * 3
