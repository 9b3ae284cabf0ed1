"""A real server with every fault at once: it serves, tells of each in all places and stays up; and one without programs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.broken import between
from tests.broken.commands import ksbb, surroundings
from tests.broken.conftest import FAULTS
from tests.broken.server import Server, serving, set_up
from tests.broken.shelf import Shelf, program

from ksbb.settings import PROGRAM_IDS

pytestmark = pytest.mark.xdist_group("broken")
SAFE = (
    "the platform was started in safe mode: no program is loaded",
    "restart it without --safe-mode and without programs.safe_mode",
)


@pytest.fixture(scope="module")
def served(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has them all enabled."""
    folder: Path = tmp_path_factory.mktemp("served")
    set_up(folder, environment)
    with serving(folder, environment) as server:
        yield server


def test_the_api_tells_the_same(served: Server, listed: dict[str, Any]) -> None:
    found = served.get("/programs").json()
    named = {one["id"]: (one.pop("name"), one.pop("lead_agency")) for one in found}
    assert {one["id"]: one for one in found} == listed
    assert {program_id for program_id, names in named.items() if None not in names} == {*PROGRAM_IDS, "chatty"}


def test_it_is_ready_and_names_those_at_fault(served: Server, listed: dict[str, Any]) -> None:
    answer = served.get("/health/ready")
    ready = answer.json()
    assert (answer.status_code, ready["status"], ready["safe_mode"]) == (200, "ready", False)
    assert ready["programs"] == {program_id: status["state"] for program_id, status in listed.items()}
    assert ready["programs_at_fault"] == {
        program_id: status["reason"]
        for program_id, status in listed.items()
        if status["state"] not in ("active", "disabled")
    }


@pytest.mark.parametrize("program_id", [*(fault.id for fault in FAULTS), *between.ENABLED[:-1]])
def test_each_answers_503_for_itself(served: Server, listed: dict[str, Any], program_id: str) -> None:
    status = listed[program_id]
    message = f"program {program_id} is {status['state']}; {status['reason']['en']} ({status['remedy']['en']})"
    answer = served.get(f"/programs/{program_id}")
    assert (answer.status_code, answer.json()) == (
        503,
        {
            "type": "urn:ksbb:problem:unavailable",
            "title": "Unavailable",
            "status": 503,
            "detail": message,
            "instance": f"/api/v1/programs/{program_id}",
            "errors": [
                {
                    "code": f"program_{status['state']}",
                    "pointer": "/program_id",
                    "message": message,
                    "expected": "active",
                    "given": status["state"],
                }
            ],
        },
    )


def test_the_others_are_served(served: Server) -> None:
    for program_id in (*PROGRAM_IDS, "chatty"):
        assert served.get(f"/programs/{program_id}").status_code == 200
    assert served.get("/programs/chatty").json()["settings"] == {"limit": 3, "key": "***"}
    assert served.get("/openapi.json").status_code == 200


def test_the_log_tells_of_each(served: Server, listed: dict[str, Any]) -> None:
    lines = [line for line in served.log() if line["event"] == "program_status"]
    told = {
        line["program"]: tuple(line[name] for name in ("level", "state", "distribution", "version", "reason", "remedy"))
        for line in lines
    }
    assert told == {
        program_id: (
            "info" if status["state"] in ("active", "disabled") else "error",
            status["state"],
            status["distribution"],
            status["version"],
            status["reason"] and status["reason"]["en"],
            status["remedy"] and status["remedy"]["en"],
        )
        for program_id, status in listed.items()
    }
    assert all(line["ms"] > 0 for line in lines if line["state"] == "active")
    raised = {line["program"]: line["exception"] for line in served.log() if line["event"] == "program_traceback"}
    assert 'ksbb_lacking/__init__.py", line 1' in raised["lacking"]
    assert "very-secret-key" not in (served.folder / "serve.log").read_text("utf-8")


def test_doctor_tells_of_each(environment: dict[str, str], listed: dict[str, Any], tmp_path: Path) -> None:
    said = ksbb(tmp_path, environment, "programs", "doctor")
    lines = said.stdout.splitlines()
    at_fault = [one for one in listed.values() if one["state"] not in ("active", "disabled")]
    assert said.returncode == 1
    assert lines[-1] == f"{len(at_fault)} faults, 0 warnings"
    plain = [" ".join(line.split()) for line in lines]
    for status in at_fault:
        position = plain.index(f"fault program {status['id']} {status['state']}: {status['reason']['en']}")
        assert plain[position + 1] == f"→ {status['remedy']['en']}"
    assert "ok program resting disabled 1.2.3, installed, but not in programs.enabled" in plain
    assert "ok program pangan flow pangan-assess ksbb_pangan.flows:assess, at stage submitted" in plain
    assert said.stderr.strip() == "welcome to chatty"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shelf, dict[str, Any]]:
    """A data folder with drafts of two programs, and a third program that is at fault."""
    folder: Path = tmp_path_factory.mktemp("prepared")
    shelf = Shelf(folder / "shelf")
    shelf.put("marked", f"{between.MARK}\n{program('marked')}")
    shelf.put("raising", "x = 1 / 0")
    return folder, shelf, set_up(folder, surroundings(shelf, ["marked"]), "drafted", "pangan=10", "marked=10")


def test_strict_ends_with_every_fault(prepared: tuple[Path, Shelf, dict[str, Any]]) -> None:
    folder, shelf, _ = prepared
    environment = surroundings(shelf, ["raising", "pangen"], KSBB_PROGRAMS__STRICT="true")
    said = ksbb(folder, environment, "serve", "--port", "1024")
    assert said.returncode == 1
    told = [line for line in said.stderr.splitlines() if not line.startswith("{")]
    assert told == [
        "Unavailable:",
        "  program raising is broken; import of ksbb_raising failed: ZeroDivisionError: division by zero, at "
        "ksbb_raising/__init__.py, line 1 (upgrade the package ksbb-raising (pip install -U ksbb-raising) or have its authors "
        "repair it; until then take raising out of programs.enabled) (/program_id)",
        "  program pangen is missing; program pangen is not installed; did you mean pangan? (correct "
        "programs.enabled, then restart; if pangen is right, install its package) (/program_id)",
    ]
    assert said.stdout == ""
    # What tells of the programs does so all the same
    listed = ksbb(folder, environment, "programs", "list")
    assert (listed.returncode, "raising" in listed.stdout) == (0, True)


def test_safe_mode_imports_nothing_and_keeps_all_readable(prepared: tuple[Path, Shelf, dict[str, Any]]) -> None:
    folder, shelf, seeded = prepared
    environment = surroundings(shelf, ["marked", "raising"], KSBB_PROGRAMS__STRICT="true")
    mark = shelf.folder / "ksbb_marked" / "imported"
    mark.unlink()
    with serving(folder, environment, "--safe-mode") as server:
        ready = server.get("/health/ready").json()
        assert (ready["status"], ready["safe_mode"], ready["programs_at_fault"]) == ("ready", True, {})
        programs = {one["id"]: one for one in server.get("/programs").json()}
        assert {one["state"] for one in programs.values()} == {"disabled"}
        assert [programs["marked"]["reason"]["en"], programs["marked"]["remedy"]["en"]] == list(SAFE)
        for commitment_id, program_id in zip(seeded["commitments"], ("pangan", "marked"), strict=True):
            read = server.get(f"/commitments/{commitment_id}", seeded["collaborator"])
            assert (read.status_code, read.json()["program_id"]) == (200, program_id)
            refused = server.post(
                f"/commitments/{commitment_id}/submit", seeded["collaborator"], **{"If-Match": read.headers["etag"]}
            )
            assert refused.status_code == 503
            assert refused.json()["detail"] == f"program {program_id} is disabled; {SAFE[0]} ({SAFE[1]})"
        assert server.get("/commitments", seeded["collaborator"]).json()["items"] != []
        assert server.get("/openapi.json").status_code == 200
    assert not mark.exists()
    assert "Programs       none: safe mode" in (folder / "serve.log").read_text()


def test_a_program_that_is_not_enabled_is_never_imported(
    served: Server, environment: dict[str, str], shelf: Shelf, tmp_path: Path
) -> None:
    assert served.get("/health/ready").json()["programs"]["resting"] == "disabled"
    assert served.get("/programs/resting").status_code == 503
    ksbb(tmp_path, environment, "doctor")
    ksbb(tmp_path, environment, "programs", "config", "resting")
    code = (
        "import sys; from ksbb.programs import load_programs; from ksbb.settings import load_settings; "
        "load_programs(load_settings()); print([name for name in sys.modules if name.startswith('ksbb_resting')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert not (shelf.folder / "ksbb_resting" / "imported").exists()
