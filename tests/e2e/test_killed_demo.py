"""A replay that is killed goes on where it stopped: nothing is lost, nothing is done twice."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ksbb.cli.replay.dataset import build
from ksbb.cli.replay.figures import figures_of

pytestmark = pytest.mark.xdist_group("demo")

KSBB = Path(sys.executable).with_name("ksbb")
PROGRAM = "ketenagakerjaan"
LIFE = (
    "drafted",
    "submitted",
    "assessed",
    "approved",
    "allocated",
    "received",
    "dispatched",
    "handover_recorded",
    "evidence_attached",
    "handed_over",
    "closed",
)
"""The events of a commitment of this program, from its draft to its end."""


def start(data: Path) -> "subprocess.Popen[bytes]":
    """Start the replay in a process group of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KSBB_", "PREFECT_"))}
    return subprocess.Popen(
        [str(KSBB), "replay", "--program", PROGRAM, "--json", "--data", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=clean,
    )


def count(data: Path, query: str) -> int:
    """What a query counts while the replay runs; 0 as long as there is no such table."""
    try:
        connection = sqlite3.connect(f"file:{data / 'ksbb.sqlite3'}?mode=ro", uri=True, timeout=30)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(connection.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def kill_when(data: Path, reached: Callable[[], bool]) -> None:
    """Start the replay, and kill its process group when it has come so far."""
    process = start(data)
    children: list[psutil.Process] = []
    while not reached():
        assert process.poll() is None, "it ended before it could be killed"
        children = psutil.Process(process.pid).children(recursive=True) or children
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    _, left = psutil.wait_procs(children, timeout=15)
    assert left == [], "Prefect's server ends with its parent"


def test_killed_three_times(tmp_path: Path) -> None:
    data = tmp_path / "data"
    plans = build(PROGRAM).plans
    half = len(plans) // 2
    kill_when(data, lambda: count(data, "SELECT count(*) FROM areas") > 0)
    assert count(data, "SELECT count(*) FROM commitments") == 0
    kill_when(data, lambda: count(data, "SELECT count(*) FROM commitments WHERE status <> 'draft'") >= half // 2)
    assert 0 < count(data, "SELECT count(*) FROM commitments") < len(plans)
    kill_when(data, lambda: count(data, "SELECT count(*) FROM handovers WHERE status = 'confirmed'") >= half + 5)
    assert half < count(data, "SELECT count(*) FROM handovers WHERE status = 'confirmed'") < len(plans)
    last = start(data)
    stdout, stderr = last.communicate(timeout=600)
    assert last.returncode == 0, stderr.decode()

    assert [(row["figure"], row["replayed"]) for row in json.loads(stdout)] == [
        (figure.name.en, figure.published) for figure in figures_of(PROGRAM)
    ]
    connection = sqlite3.connect(f"file:{data / 'ksbb.sqlite3'}?mode=ro", uri=True)
    for table in (
        "commitments",
        "allocations",
        "receipts",
        "dispatches",
        "handovers",
        "reports",
        "evidence",
        "assessments",
    ):
        assert (table, connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) == (table, len(plans))  # noqa: S608 - our own names
    lives = Counter(
        row[0]
        for row in connection.execute(
            "SELECT group_concat(kind) FROM (SELECT stream, kind FROM events WHERE stream LIKE 'commitment:%' "
            "ORDER BY stream, sequence) GROUP BY stream"
        )
    )
    assert lives == {",".join(LIFE): len(plans)}
    # A batch that a kill broke off has lost an attempt; there were three kills
    outbox = connection.execute(
        "SELECT consumer, status, max(attempts) <= 3, count(*) FROM outbox GROUP BY 1, 2"
    ).fetchall()
    assert outbox == [(consumer, "done", 1, len(plans)) for consumer in ("assess", "handover_report", "placement")]
    assert connection.execute("SELECT count(*) FROM follow_ups").fetchone()[0] == len(plans)
    sites = build(PROGRAM).sites
    for table, number in (("targets", len(sites.by_code)), ("needs", len(sites.needs))):
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == number  # noqa: S608
    parties = connection.execute("SELECT count(*), count(DISTINCT name) FROM parties").fetchone()
    assert parties == (len({plan.donor.name for plan in plans}) + 10 + 6,) * 2
    connection.close()
