"""`ksbb up` as somebody tries it: a case from draft to close through both API processes, parked work, an orderly end."""

import asyncio
import io
import json
import os
import re
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio
from pypdf import PdfReader
from tests.faults import audit
from tests.faults.case import Case
from tests.faults.client import Client
from tests.faults.fleet import foreign_program
from tests.faults.foreign.ksbb_poison import PROGRAM, UNRULY
from tests.faults.processes import KSBB, Running, Stage, environment, free_port, stage, until
from tests.faults.world import HOST, Seeded, seed

from ksbb.testing.databases import drop_database

pytestmark = pytest.mark.xdist_group("up")

_STARTS_WITHIN_SECONDS = 240
_WORKS_WITHIN_SECONDS = 120
_ENDS_WITHIN_SECONDS = 60
_TOLD = re.compile(r"^Other commands meet it after: set -a; \. (.+); set \+a$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Up:
    """The running command, and how others meet what it started."""

    folder: Path
    data: Path
    process: Running
    environment: dict[str, str]
    ports: tuple[int, int]

    @property
    def antidote(self) -> Path:
        """The file that makes the program at fault sound."""
        return self.folder / "antidote"

    def engine(self, *arguments: str) -> tuple[int, str, str]:
        """`ksbb engine …` in a shell that has read what `ksbb up` names: exit code, output, errors."""
        (file,) = _TOLD.findall(self.process.said())
        env = {name: value for name, value in self.environment.items() if name != "KSBB_DATABASE_URL"}
        done = subprocess.run(
            ["sh", "-c", 'set -a; . "$0"; set +a; exec "$@"', file, KSBB, "engine", *arguments],
            env=env,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

    def flows(self, kind: str) -> set[str]:
        """The flows of which the processes of a kind did batches."""
        logs = (self.data / "logs").glob(f"{kind}-*.log")
        lines = [line for log in logs for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
        return {line["consumer"] for line in map(json.loads, lines) if line["event"] == "batch_done"}

    def acts(self, port: int) -> int:
        """How many acts the API process at a port did, without those of signing in."""
        figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        done = re.findall(r'^ksbb_acts_total\{act="(\w+)",outcome="done"\} (\S+)$', figures, re.MULTILINE)
        return sum(int(float(times)) for act, times in done if act != "login")


@pytest_asyncio.fixture
async def seeded(postgres_url: str) -> AsyncIterator[Seeded]:
    """A world in a database of the test's own; Prefect's is made beside it."""
    name = f"up_{os.getpid()}"
    yield await seed(postgres_url, name)
    for one in (name, f"{name}_prefect"):
        await drop_database(postgres_url, one)


def start(on: Stage, seeded: Seeded) -> Up:
    """`ksbb up` with two API processes and two workers."""
    ports, data, folder = _two_ports(), on.data("up"), on.folder
    given = {**foreign_program(folder / "antidote"), "COLUMNS": "200"}
    env = environment(data, seeded.url, given)
    many = ("--api", "2", "--workers", "2", "--port", str(ports[0]), "--prefect-port", str(free_port()))
    return Up(folder, data, on.start("up", [KSBB, "up", *many], env), env, ports)


def wait_until_it_says(up: Up, words: str) -> None:
    """Wait until the command has said something. Raises AssertionError with its last words when it ended."""

    def said() -> bool:
        assert up.process.runs, up.process.said()[-3000:]
        return words in up.process.said()

    until(f"`ksbb up` says {words}", said, _STARTS_WITHIN_SECONDS)


async def test_stopped_before_it_is_ready(seeded: Seeded) -> None:
    with stage() as on:
        up = start(on, seeded)
        wait_until_it_says(up, "Prefect's schema")
        family = psutil.Process(up.process.pid).children(recursive=True)
        up.process.terminate()
        assert up.process.wait(_ENDS_WITHIN_SECONDS) == 0
        assert psutil.wait_procs(family, timeout=5)[1] == []
        assert up.process.said() == "init …\nPrefect's schema …\nstopped\n"


async def test_a_whole_case_parked_work_and_an_orderly_end(seeded: Seeded) -> None:
    with stage() as on:
        up = start(on, seeded)
        wait_until_it_says(up, "Other commands meet it")
        async with Client(seeded, [f"http://127.0.0.1:{port}" for port in up.ports]) as client:
            await client.sign_in()
            await _live_through_a_case(up, client)
            await _see_to_parked_work(up, client)
            _kill_a_worker(up)
            found = await audit.read(seeded.url)
        differences, lost, doubled = audit.acts(found, client.acknowledged)
        assert [*differences, *audit.examine(found, HOST)] == []
        assert (lost, doubled, dict(client.troubles)) == (0, 0, {})
        _stop(up)


async def _live_through_a_case(up: Up, client: Client) -> None:
    """From draft to close; the machine's steps are done by workers, and no other process."""
    case = Case(client)
    await case.draft()
    await case.submit()
    await case.assessed()
    handover_id = await case.finish()
    report = await _report(client, handover_id)
    told = await client.read("aggregator", f"/handovers/{handover_id}")
    pages = PdfReader(io.BytesIO(report)).pages
    assert told["report"]["number"] in "".join(page.extract_text() for page in pages)
    assert (await client.read("auditor", f"/commitments/{case.id}"))["status"] == "closed"
    until("all its flows are done", lambda: up.engine("status")[1] == "Nothing waits, nothing is parked.\n")
    assert up.flows("worker") >= {"pangan-assess", "handover_report"}
    assert up.flows("api") == up.flows("dispatcher") == set()
    done = [up.acts(port) for port in up.ports]
    assert sum(done) == len(client.acknowledged) == 10, done
    assert min(done) >= 3, done


async def _report(client: Client, handover_id: str) -> bytes:
    """The handover report, once a worker has made it."""
    async with asyncio.timeout(_WORKS_WITHIN_SECONDS):
        while True:
            answer = await client.once("aggregator", "GET", f"/handovers/{handover_id}/report")
            if answer.is_success:
                assert answer.headers["Content-Type"] == "application/pdf"
                return answer.content
            assert answer.status_code == HTTPStatus.CONFLICT, answer.text
            assert [error["code"] for error in answer.json()["errors"]] == ["not_ready"]
            await asyncio.sleep(0.2)


async def _see_to_parked_work(up: Up, client: Client) -> None:
    """Two commitments over which a program's rule raises: seen, one tried again and assessed, the other given up."""
    cases = [await _submitted(client), await _submitted(client)]
    for case in cases:
        await _until_assessment(client, case, "failed")
    table = _lines(up.engine("status"))
    assert re.fullmatch(r"poison assess parked 2 \d+ s", table.pop(1))
    assert table == ["Program Flow Status Items Oldest due since", "next: ksbb engine parked"]
    rows = (await audit.read(client.seeded.url))["outbox"]
    parked = [next(row for row in rows if row["subject_id"] == case.id) for case in cases]
    first, second = (row["id"] for row in parked)
    assert up.engine("parked") == (
        0,
        "".join(
            f"{row['id']}  poison assess, stage submitted, subject {row['subject_id']}\n"
            f"    1 attempts since {row['created_at']:%Y-%m-%d %H:%M} UTC: "
            "rule portions raised LookupError: the table of portions is away\n"
            for row in parked
        )
        + "next: ksbb engine retry ID…, or ksbb engine drop ID… --reason …\n",
        "",
    )

    up.antidote.touch()
    assert up.engine("retry", first) == (0, f"{first}  poison assess will be tried again\n", "")
    await _until_assessment(client, cases[0], "passed")
    wrong = "Conflict with the present state:\n  this work is done, not parked (/status)\n"
    until("it is done", lambda: up.engine("retry", first) == (1, "", wrong), 10)

    assert up.engine("drop", second, "--reason", "withdrawn") == (0, f"{second}  poison assess is given up\n", "")
    assert up.engine("parked") == (0, "Nothing is parked.\n", "")
    assert up.engine("status") == (0, "Nothing waits, nothing is parked.\n", "")
    assert (await client.read("assessor", f"/commitments/{cases[1].id}"))["assessment"] == "failed"


async def _submitted(client: Client) -> Case:
    case = Case(client, program_id=PROGRAM.id, quantity=UNRULY)
    await case.draft()
    await case.submit()
    return case


async def _until_assessment(client: Client, case: Case, state: str) -> None:
    async with asyncio.timeout(_WORKS_WITHIN_SECONDS):
        while (await client.read("assessor", f"/commitments/{case.id}"))["assessment"] != state:
            await asyncio.sleep(0.2)


def _lines(answer: tuple[int, str, str]) -> list[str]:
    """A table's lines of a command that went well, without its frame."""
    code, out, err = answer
    assert (code, err) == (0, "")
    plain = (re.sub(r"[│┃\s]+", " ", line).strip() for line in out.splitlines())
    return [line for line in plain if not re.fullmatch("[┏━┳┓┡╇┩└─┴┘]+", line)]


def _kill_a_worker(up: Up) -> None:
    """A process that dies is started again, and that is told."""
    (shown,) = re.findall(r"^│ worker-1 +│ (\d+) ", up.process.said(), re.MULTILINE)
    psutil.Process(int(shown)).kill()
    until("it is started again", lambda: "worker-1 runs again" in up.process.said(), 30)
    ended, runs = up.process.said().splitlines()[-2:]
    # 1 s where it had run for a while, 2 s where it hadn't
    log = re.escape(str(up.data / "logs" / "worker-1.log"))
    assert re.fullmatch(rf"worker-1 ended with -9; again in [12] s \({log} says why\)", ended)
    told = re.fullmatch(r"worker-1 runs again, process (\d+)", runs)
    assert told is not None
    assert int(told[1]) in {child.pid for child in psutil.Process(up.process.pid).children()}


def _stop(up: Up) -> None:
    """SIGTERM: all end in order, with 0."""
    family = psutil.Process(up.process.pid).children(recursive=True)
    assert len(family) >= 6, "two APIs, a dispatcher, two workers, Prefect's server"
    up.process.terminate()
    assert up.process.wait(_ENDS_WITHIN_SECONDS) == 0, up.process.said()[-3000:]
    _, left = psutil.wait_procs(family, timeout=5)
    assert left == []
    said = up.process.said().splitlines()
    assert said[:3] == ["init …", "Prefect's schema …", "deploy …"]
    assert said[-2:] == ["stopping: API, dispatchers, workers, Prefect", "stopped"]


def _two_ports() -> tuple[int, int]:
    """Two ports next to each other that nobody listens on."""
    while True:
        first = free_port()
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", first + 1))
            except OSError:
                continue
        return first, first + 1
