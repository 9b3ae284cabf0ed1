"""The demonstration as a newcomer runs it: every published figure comes out, and the record behind them is sound."""

import hashlib
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ksbb.cli.replay.dataset import build
from ksbb.cli.replay.figures import FIGURES
from ksbb.domain.events import Event, broken_at

pytestmark = pytest.mark.xdist_group("demo")

KSBB = Path(sys.executable).with_name("ksbb")


def ksbb(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder, without settings from outside."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KSBB_", "PREFECT_"))}
    return subprocess.run(
        [str(KSBB), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={**clean, "COLUMNS": "200"},
    )


@dataclass(frozen=True, slots=True)
class Demo:
    """A finished demonstration: its folder, its data, and what the first run said."""

    folder: Path
    first: "subprocess.CompletedProcess[str]"
    connection: sqlite3.Connection

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "ksbb-data"

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """What a query finds."""
        return self.connection.execute(query, values).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        """The one value that a query finds."""
        return self.connection.execute(query, values).fetchone()[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`ksbb demo --no-serve` in an empty folder; or in `KSBB_TEST_DEMO`, where a run before left its words in two files."""
    given = os.environ.get("KSBB_TEST_DEMO")
    if given:
        folder = Path(given)
        said = ((folder / name).read_text("utf-8") for name in ("stdout.txt", "stderr.txt"))
        first = subprocess.CompletedProcess(["ksbb", "demo"], 0, *said)
    else:
        folder = tmp_path_factory.mktemp("demo")
        first = ksbb(folder, "demo", "--no-serve")
    connection = sqlite3.connect(f"file:{folder / 'ksbb-data' / 'ksbb.sqlite3'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    yield Demo(folder, first, connection)
    connection.close()


def test_first_run(demo: Demo) -> None:
    assert demo.first.returncode == 0, demo.first.stderr
    said = demo.first.stderr.splitlines()
    assert said[0] == f"Data folder: {demo.data.resolve()}"
    assert re.fullmatch(r"\d+ acts in [\d.]+ s \(\d+ acts/s, flows and documents included\)", said[-3]), said[-3]
    assert said[-2] == f"All {len(FIGURES)} figures are equal."
    assert said[-1] == f"Accounts to sign in with: {demo.data.resolve() / 'demo-accounts.txt'}"
    assert "DIFFERS" not in demo.first.stdout
    assert demo.first.stdout.count(" equal ") == len(FIGURES)
    assert "Traceback" not in demo.first.stderr
    assert not [line for line in said if line.startswith("{")], "no log lines: nothing was wrong"


def test_every_figure_for_machines(demo: Demo) -> None:
    done = ksbb(demo.folder, "replay", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        {
            "figure": figure.name.en,
            "published": figure.published,
            "replayed": figure.published,
            "unit": figure.unit,
            "base": figure.base.en,
            "source": figure.source,
            "as_of": figure.as_of.isoformat() if figure.as_of else None,
        }
        for figure in FIGURES
    ]
    assert done.stderr.splitlines() == [f"All {len(FIGURES)} figures are equal."]


def test_second_run_says_that_the_data_is_there(demo: Demo) -> None:
    before = demo.value("SELECT count(*) FROM events")
    done = ksbb(demo.folder, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [
        f"Data folder: {demo.data.resolve()}",
        "The demonstration's data is there already; `ksbb demo --fresh` makes it anew.",
        f"All {len(FIGURES)} figures are equal.",
        f"Accounts to sign in with: {demo.data.resolve() / 'demo-accounts.txt'}",
    ]
    assert done.stdout == demo.first.stdout
    assert demo.value("SELECT count(*) FROM events") == before


def test_a_figure_that_differs_ends_with_1(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "ksbb-data"
    data.mkdir()
    for name in ("replay.json", "secret.key"):
        (data / name).write_bytes((demo.data / name).read_bytes())
    with sqlite3.connect(data / "ksbb.sqlite3") as copy:
        demo.connection.backup(copy)
        first = "SELECT min(rowid) FROM participants WHERE program_id = 'umkm' AND role = 'aggregator'"
        copy.execute(f"DELETE FROM participants WHERE rowid = ({first})")  # noqa: S608 - our own query
    copy.close()
    done = ksbb(tmp_path, "replay")
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["1 figures differ: umkm: aggregators"]
    assert done.stdout.count("DIFFERS") == 1


def test_secrets_are_the_owners_alone(demo: Demo) -> None:
    for name in ("secret.key", "demo-accounts.txt"):
        assert stat.S_IMODE((demo.data / name).stat().st_mode) == 0o600
    accounts = [line.split("\t") for line in (demo.data / "demo-accounts.txt").read_text().splitlines()]
    stored = {row["email"] for row in demo.rows("SELECT email FROM accounts")}
    assert {email for email, _ in accounts} == stored
    assert len({password for _, password in accounts}) == len(accounts)
    assert all(len(password) >= 20 for _, password in accounts)


def test_quantities_are_conserved(demo: Demo) -> None:
    """Committed, received, dispatched and handed over, recomputed from the single acts up to each line and need."""
    broken = {
        "a line's quantities are those of its allocations, receipts and dispatches": """
            SELECT line.id FROM commitment_lines AS line WHERE
              line.allocated <> (SELECT coalesce(sum(quantity - released), 0) FROM allocations WHERE line_id = line.id)
              OR line.received <> (SELECT coalesce(sum(quantity), 0) FROM receipt_lines WHERE line_id = line.id)
              OR line.dispatched <> (SELECT coalesce(sum(quantity), 0) FROM dispatch_lines WHERE line_id = line.id)
              OR line.accepted + line.rejected + line.lost > line.dispatched
              OR line.dispatched + line.written_off > line.received
              OR line.cancelled + line.received > line.committed
        """,
        "a dispatched line's outcomes are those of its confirmed handovers": """
            SELECT sent.id FROM dispatch_lines AS sent WHERE (sent.accepted, sent.rejected, sent.lost) <> (
              SELECT coalesce(sum(done.accepted), 0), coalesce(sum(done.rejected), 0), coalesce(sum(done.lost), 0)
              FROM handover_lines AS done JOIN handovers ON handovers.id = done.handover_id
              WHERE done.dispatch_line_id = sent.id AND handovers.status = 'confirmed')
        """,
        "a line's outcomes are those of its dispatches": """
            SELECT line.id FROM commitment_lines AS line WHERE (line.accepted, line.rejected, line.lost) <> (
              SELECT coalesce(sum(accepted), 0), coalesce(sum(rejected), 0), coalesce(sum(lost), 0)
              FROM dispatch_lines WHERE line_id = line.id)
        """,
        "a need is served by what its handovers accepted, and never over-served": """
            SELECT need.id FROM needs AS need WHERE need.accepted <> (
              SELECT coalesce(sum(accepted), 0) FROM allocations WHERE need_id = need.id)
              OR need.promised <> (
                SELECT coalesce(sum(quantity - released - accepted - rejected - lost), 0)
                FROM allocations WHERE need_id = need.id)
              OR need.accepted + need.promised > need.quantity
        """,
        "coverage is the sum of the needs": """
            SELECT * FROM coverage WHERE (need, promised, accepted) <> (
              SELECT sum(quantity), sum(promised), sum(accepted) FROM needs JOIN targets ON targets.id = needs.target_id
              WHERE needs.program_id = coverage.program_id AND needs.aid_type = coverage.aid_type
              AND targets.area_code = coverage.area_code)
        """,
        "what is pledged is handed in and not yet promised": """
            SELECT program_id, aid_type, area_code, pledged FROM coverage WHERE pledged <> 0
            UNION ALL
            SELECT program_id, aid_type, area_code, sum(pledged) FROM pledged_wider GROUP BY 1, 2, 3
            EXCEPT
            SELECT program_id, aid_type, area_code, sum(CASE WHEN status IN ('submitted', 'revision_requested', 'approved')
              THEN committed - cancelled - written_off - line.allocated ELSE 0 END)
            FROM commitments JOIN commitment_lines AS line ON line.commitment_id = commitments.id GROUP BY 1, 2, 3
        """,
        "statistics are the sum of the lines": """
            SELECT program_id, aid_type, measure, sum(quantity) AS counted, sum(value) AS worth FROM statistics_daily
            WHERE measure IN ('committed', 'cancelled', 'received', 'dispatched', 'accepted', 'rejected', 'lost')
            GROUP BY program_id, aid_type, measure
            EXCEPT
            SELECT commitments.program_id, line.aid_type, measures.name,
              sum(CASE measures.name
                WHEN 'committed' THEN line.committed WHEN 'cancelled' THEN line.cancelled WHEN 'received' THEN line.received
                WHEN 'dispatched' THEN line.dispatched WHEN 'accepted' THEN line.accepted
                WHEN 'rejected' THEN line.rejected ELSE line.lost END),
              sum(coalesce(line.unit_value, 0) * CASE measures.name
                WHEN 'committed' THEN line.committed WHEN 'cancelled' THEN line.cancelled WHEN 'received' THEN line.received
                WHEN 'dispatched' THEN line.dispatched WHEN 'accepted' THEN line.accepted
                WHEN 'rejected' THEN line.rejected ELSE line.lost END)
            FROM commitment_lines AS line JOIN commitments ON commitments.id = line.commitment_id,
              (SELECT 'committed' AS name UNION SELECT 'cancelled' UNION SELECT 'received' UNION SELECT 'dispatched'
               UNION SELECT 'accepted' UNION SELECT 'rejected' UNION SELECT 'lost') AS measures
            GROUP BY commitments.program_id, line.aid_type, measures.name
        """,
    }
    found = {law: [tuple(row) for row in demo.rows(query)] for law, query in broken.items()}
    assert found == {law: [] for law in broken}
    totals = demo.rows(
        "SELECT sum(dispatched) AS sent, sum(accepted) AS got, sum(rejected) AS back, sum(lost) AS gone FROM commitment_lines"
    )[0]
    assert totals["sent"] == totals["got"] + totals["back"] + totals["gone"]
    assert min(totals["back"], totals["gone"]) > 0, "the replay has mishaps, as the field has"


def test_every_event_chain_is_sound(demo: Demo) -> None:
    streams: dict[str, list[Event]] = {}
    for row in demo.rows("SELECT * FROM events ORDER BY stream, sequence"):
        event = Event(
            **{name: row[name] for name in Event.__slots__ if name not in ("payload", "at")},
            payload=json.loads(row["payload"]),
            at=datetime.fromisoformat(f"{row['at']}+00:00"),
        )
        streams.setdefault(event.stream, []).append(event)
    assert {stream: at for stream, events in streams.items() if (at := broken_at(events))} == {}
    kinds = Counter(stream.partition(":")[0] for stream in streams)
    assert {kind: kinds[kind] for kind in ("commitment", "target", "need")} == {
        "commitment": demo.value("SELECT count(*) FROM commitments"),
        "target": demo.value("SELECT count(*) FROM targets"),
        "need": demo.value("SELECT count(*) FROM needs"),
    }
    versions = {row[0]: row[1] for row in demo.rows("SELECT 'commitment:' || id, version FROM commitments")}
    assert {stream: len(events) for stream, events in streams.items() if stream in versions} == versions


def test_goods_went_where_proposals_said_that_people_approved(demo: Demo) -> None:
    by_hand = demo.value(
        "SELECT count(*) FROM allocations JOIN commitments ON commitments.id = allocations.commitment_id "
        "WHERE program_id IN ('pangan', 'pendidikan') "
        "AND allocations.id NOT IN (SELECT allocation_id FROM proposal_drops WHERE allocation_id IS NOT NULL)"
    )
    assert by_hand == 0
    decided = demo.rows("SELECT status, units, value, drops, approved_by FROM proposals")
    assert {row["status"] for row in decided} == {"carried_out"}
    for row in decided:
        large = row["units"] > 1_000 or (row["value"] or 0) > 100_000_000
        assert len(set(json.loads(row["approved_by"]))) == 1 + large
    assert demo.value("SELECT sum(drops) FROM proposals") == demo.value(
        "SELECT count(*) FROM proposal_drops WHERE status = 'allocated' AND quantity > 0"
    )
    number = demo.value("SELECT min(number) FROM allocation_runs WHERE program_id = 'pangan'")
    verified = ksbb(demo.folder, "allocate", "verify", number)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert [line for line in verified.stdout.splitlines() if not line.startswith("holds ")] == []


def test_every_confirmed_handover_has_its_report(demo: Demo) -> None:
    confirmed = demo.value("SELECT count(*) FROM handovers WHERE status = 'confirmed'")
    assert confirmed == demo.value("SELECT count(*) FROM allocations")
    assert confirmed == demo.value("SELECT count(*) FROM handovers")
    reports = demo.rows("SELECT * FROM reports JOIN files ON files.sha256 = reports.file_sha256")
    assert len(reports) == len({row["handover_id"] for row in reports}) == confirmed
    for row in reports:
        assert row["media_type"] == "application/pdf"
        assert row["content"].startswith(b"%PDF-")
        assert hashlib.sha256(row["content"]).hexdigest() == row["file_sha256"]
    for row in demo.rows(
        "SELECT count(*) AS number, min(sequence) AS first, max(sequence) AS last FROM reports GROUP BY program_id, year"
    ):
        assert (row["first"], row["last"]) == (1, row["number"]), "report numbers have no gap"


def test_the_engine_left_nothing(demo: Demo) -> None:
    assert [tuple(row) for row in demo.rows("SELECT status, reason, attempts FROM outbox GROUP BY 1, 2, 3")] == [
        ("done", "", 0)
    ]
    assert [tuple(row) for row in demo.rows("SELECT assessment, count(*) FROM commitments GROUP BY 1")] == [
        ("passed", len(build().plans))
    ]
    assert [row["status"] for row in demo.rows("SELECT DISTINCT status FROM commitments")] == ["closed"]
    blocked = demo.value("SELECT count(*) FROM assessments WHERE state = 'blocked'")
    assert blocked == sum(bool(plan.first_attempt) for plan in build().plans)
    with sqlite3.connect(f"file:{demo.data / 'prefect' / 'prefect.db'}?mode=ro", uri=True) as prefect:
        states = {
            row[0]
            for row in prefect.execute("SELECT DISTINCT state_type FROM flow_run WHERE state_type <> 'SCHEDULED'")
        }
    prefect.close()
    assert states == {"COMPLETED"}


def test_everything_made_up_says_so(demo: Demo) -> None:
    for table in ("targets", "parties", "licences", "commitments", "statistics_daily"):
        assert demo.value(f"SELECT count(*) FROM {table} WHERE NOT synthetic") == 0  # noqa: S608 - our own names
        assert demo.value(f"SELECT count(*) FROM {table} WHERE synthetic") > 0  # noqa: S608
