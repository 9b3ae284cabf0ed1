"""Rules and flows at fault, at a real server: each costs its own commitment, with rule and cause, and the others go on."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.broken import at_work
from tests.broken.at_loading import repair
from tests.broken.commands import SIX, ksbb, surroundings
from tests.broken.server import Server, serving, set_up, until
from tests.broken.shelf import Shelf

HOOK_SECONDS = 2
pytestmark = pytest.mark.xdist_group("broken")
WANTED = [
    *(f"unruly={quantity}" for quantity in (*at_work.UNRULY, at_work.WELL)),
    *(f"{program_id}=1" for program_id in at_work.CRASHING),
    "pangan=10",
    "umkm=10",
]


class Worked:
    """A server that has tried all of its work once."""

    def __init__(self, server: Server, environment: dict[str, str], seeded: dict[str, Any]) -> None:
        self.server = server
        self.environment = environment
        self.admin = seeded["admin"]
        self.ids = dict(zip(WANTED, seeded["commitments"], strict=True))

    def work(self, wanted: str) -> dict[str, Any]:
        """Status, attempts and reason of a commitment's assessment in the outbox."""
        query = "SELECT status, attempts, reason FROM outbox WHERE subject_id = ? AND consumer != 'lifecycle'"
        (row,) = self.rows(query, self.ids[wanted])
        return row

    def assessments(self, wanted: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
        """The assessments of a commitment: state, and code, severity and message of each finding."""
        rows = self.rows("SELECT state, findings FROM assessments WHERE commitment_id = ?", self.ids[wanted])
        return [
            (
                row["state"],
                [(one["code"], one["severity"], one["message"]["en"]) for one in json.loads(row["findings"])],
            )
            for row in rows
        ]

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What a query finds in the database."""
        connection = sqlite3.connect(self.server.folder / "ksbb-data" / "ksbb.sqlite3")
        connection.row_factory = sqlite3.Row
        found = [dict(row) for row in connection.execute(query, values)]
        connection.close()
        return found

    def has_tried_all(self) -> bool:
        """Whether all work was tried."""
        return not self.rows("SELECT id FROM outbox WHERE status = 'pending' AND attempts = 0")


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    """The server, after its first turn."""
    folder: Path = tmp_path_factory.mktemp("worked")
    shelf = Shelf(folder / "shelf")
    at_work.put(shelf)
    environment = surroundings(shelf, at_work.IDS, KSBB_PROGRAMS__HOOK_SECONDS=str(HOOK_SECONDS))
    seeded = set_up(folder, environment, "submitted", *WANTED)
    with serving(folder, environment) as server:
        found = Worked(server, environment, seeded)
        until(found.has_tried_all)
        yield found


@pytest.mark.parametrize("quantity", at_work.UNRULY)
def test_a_rule_that_fails_parks_its_commitment(worked: Worked, quantity: int) -> None:
    reason = at_work.UNRULY[quantity]
    assert worked.work(f"unruly={quantity}") == {"status": "parked", "attempts": 1, "reason": reason}
    assert worked.assessments(f"unruly={quantity}") == [
        ("failed", [("rule_failed", "block", f"a rule of the program failed: {reason}")])
    ]


def test_the_others_of_that_program_are_assessed(worked: Worked) -> None:
    wanted = f"unruly={at_work.WELL}"
    assert worked.work(wanted)["status"] == "done"
    assert worked.assessments(wanted) == [("passed", [("few", "info", "Example")])]


@pytest.mark.parametrize("program_id", at_work.CRASHING)
def test_a_flow_that_fails_is_tried_again(worked: Worked, program_id: str) -> None:
    row = worked.work(f"{program_id}=1")
    assert row["status"] == "pending"
    assert row["attempts"] >= 1
    assert row["reason"] == at_work.CRASHING[program_id][1]
    assert worked.assessments(f"{program_id}=1") == []


@pytest.mark.parametrize("wanted", ["pangan=10", "umkm=10"])
def test_other_programs_go_on(worked: Worked, wanted: str) -> None:
    assert worked.work(wanted)["status"] == "done"
    assert len(worked.assessments(wanted)) == 1


def test_admins_see_what_is_parked(worked: Worked) -> None:
    parked = worked.server.get("/engine/parked", worked.admin, program_id="unruly", limit=50).json()["items"]
    assert {work["subject_id"]: work["reason"] for work in parked} == {
        worked.ids[f"unruly={quantity}"]: reason for quantity, reason in at_work.UNRULY.items()
    }


def test_doctor_finds_flows_that_cant_be_imported(worked: Worked) -> None:
    said = ksbb(worked.server.folder, worked.environment, "programs", "doctor", "--json")
    found = {status["id"]: {line["what"]: line for line in status["lines"]} for status in json.loads(said.stdout)}
    assert said.returncode == 1
    flows = {program_id: found[program_id][f"program {program_id} flow assess"] for program_id in at_work.CRASHING}
    told = {
        program_id: (line["message"].removeprefix(f"ksbb_{program_id}.flows:assess "), line["remedy"])
        for program_id, line in flows.items()
        if line["health"] == "fault"
    }
    assert told == {
        program_id: (f"can't be imported: {reason}", repair(program_id, f"ksbb-{program_id.replace('_', '-')}")[1])
        for program_id, reason in {
            "unwritten": "SyntaxError: invalid syntax (flows.py, line 1)",
            "unimported": "ModuleNotFoundError: No module named 'nothing_here', at ksbb_unimported/flows.py, line 1",
            "import_exits": "ExitCalled: sys.exit('no flows') was called",
            "unflowing": "TypeError: ksbb_unflowing.flows:assess is function, expected a Prefect flow",
        }.items()
    }
    assert flows["crashing"]["health"] == "ok"


def test_a_hook_that_hangs_is_called_once_and_told_everywhere(worked: Worked) -> None:
    (line,) = [line for line in worked.server.log() if line["event"] == "lifecycle_hook_hangs"]
    about = f"{line['stage']} {line['commitment']}"
    place = f"hasn't come back within {HOOK_SECONDS} s; it stands at ksbb_deaf/__init__.py, line 17"
    reason = f"its hook ksbb_lifecycle, told of {about}, {place}; it isn't called any more"
    assert (line["level"], line["program"], line["failures"], line["reason"]) == ("error", "deaf", 1, reason)
    indonesian = (
        f"hook ksbb_lifecycle, diberi tahu {about}, belum selesai setelah {HOOK_SECONDS} detik; "
        "posisinya di ksbb_deaf/__init__.py, line 17; hook itu tidak dipanggil lagi"
    )
    (status,) = [one for one in worked.server.get("/programs").json() if one["id"] == "deaf"]
    assert status == {
        "id": "deaf",
        "state": "active",
        "name": {"id": "Contoh", "en": "Example"},
        "lead_agency": {"id": "Contoh", "en": "Example"},
        "distribution": "ksbb-deaf",
        "version": "1.2.3",
        "reason": {"id": indonesian, "en": reason},
        "remedy": {
            "id": "mulai ulang platform setelah program itu diperbaiki; bila hanya lambat, naikkan programs.hook_seconds",
            "en": "restart the platform once the program is repaired; if the hook is only slow, raise programs.hook_seconds",
        },
    }
    ready = worked.server.get("/health/ready").json()
    assert ready["programs_at_fault"] == {"deaf": {"id": indonesian, "en": reason}}
    figures = worked.server.client.get("/metrics").text
    assert 'ksbb_program_hook_failures_total{program="deaf"} 1.0' in figures


def test_the_other_hooks_are_called_for_every_event(worked: Worked) -> None:
    events = sorted(f"submitted {commitment_id}" for commitment_id in worked.ids.values())
    heard = worked.server.folder / "shelf" / "ksbb_hearing" / "heard"
    assert sorted(heard.read_text().splitlines()) == events
    raised = [line for line in worked.server.log() if line["event"] == "lifecycle_hook_failed"]
    assert {line["program"] for line in raised} == {"shouting"}
    assert {line["reason"] for line in raised} == {"RuntimeError: submitted!, at ksbb_shouting/__init__.py, line 16"}
    assert [line["failures"] for line in raised] == list(range(1, len(events) + 1))
    told = worked.rows("SELECT DISTINCT status FROM outbox WHERE consumer = 'lifecycle'")
    assert told == [{"status": "done"}]


def test_the_engine_and_all_programs_still_run(worked: Worked) -> None:
    ready = worked.server.get("/health/ready").json()
    assert (ready["status"], ready["engine"]) == ("ready", "ready")
    assert set(ready["programs"].values()) == {"active"}
    assert {status["id"] for status in SIX} | set(at_work.IDS) == set(ready["programs"])
