"""The pytest plugin, in a process of its own, as the author of a program meets it: no conftest, no settings of ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parent / "quality" / "sample"
TESTS = """
import pytest

from ksbb.program import Program, Role
from ksbb.testing import Step
from ksbb_contoh import PROGRAM


def test_in_memory(program, bench, case, clock):
    assert program is PROGRAM
    assert bench.cases == {"item-1": case}
    assert (case.commitment.lines[0].aid_type, case.commitment.lines[0].quantity) == ("kit", 10)
    assert clock.now().isoformat() == "2026-08-03T02:00:00+00:00"


@pytest.mark.asyncio
async def test_with_people(world, clients):
    driven = await world.drive(Step.ASSESSED)
    path = f"/commitments/{driven.commitment.id}"
    assert [active.program.id for active in world.platform.programs.active()] == ["contoh"]
    assert (await clients[None].get(path)).status_code == 401
    found = await clients[Role.ASSESSOR].get(path)
    assert (found.status_code, found.json()["assessment"]) == (200, "passed")
    approved = await clients[Role.ASSESSOR].post(path + "/approve", {}, version=driven.commitment.version)
    assert approved.status_code in (200, 201), approved.text
    assert (await clients[Role.WITNESS].get(path)).status_code == 404


@pytest.mark.asyncio
async def test_with_the_engine(world, engine):
    driven = await world.drive(Step.SUBMITTED)
    assert await engine.drain() >= 1
    assessed = await world.reload(driven)
    assert assessed.commitment.assessment == "passed"
    assert await engine.drain() == 0
    await engine.run_schedule("contoh.contoh-watch")
    with pytest.raises(LookupError, match="no schedule 'contoh.watch'; known are: contoh.contoh-watch"):
        await engine.run_schedule("contoh.watch")
"""
NOTHING = """
import sys


def test_nothing():
    assert {name for name in sys.modules if name.startswith("ksbb.")} == {
        "ksbb.testing",
        "ksbb.testing.fixtures",
        "ksbb.testing.plugin",
    }
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, with the plugins that are installed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "KSBB_"))}
    environment |= {"PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample, which nobody has installed."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "contoh", ignore=shutil.ignore_patterns("__pycache__")))


def test_the_contract_in_three_lines(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "49 passed" in done.stdout


def test_what_a_failure_says(folder: Path) -> None:
    guide, tests = folder / "src" / "ksbb_contoh" / "guide.en.md", folder / "tests" / "test_contoh.py"
    guide.write_text(guide.read_text("utf-8").replace("#step-by-step", "#steps"), "utf-8")
    text = tests.read_text("utf-8").replace("import ProgramContract,", "import ProgramContract, Tier,")
    changed = text.replace("program = PROGRAM", "program = PROGRAM\n    tier = Tier.SILVER\n    quantity = 3")
    tests.write_text(changed, "utf-8")

    done = run(folder, "-k", "guide or life", "-rs")

    assert (
        "guide_links: Links in the guide lead somewhere (core/src/ksbb/testing/quality/README.md#guide_links)\n"
        "  guide.en.md: expected links that lead somewhere; given '#steps': no heading makes the anchor steps. "
        "Correct the link, or take it out.\n" in done.stdout
    )
    assert (
        "3 units like the first example of kit are blocked; let `quantity` and `planned_handover_on` fit the example:\n"
        "  too_few: only 3 kits\n" in done.stdout
    )
    assert "a rule of gold, beyond silver" in done.stdout
    assert "2 failed, 1 passed, 1 skipped" in done.stdout


@pytest.mark.xdist_group("prefect")
def test_fixtures_of_every_kind(folder: Path) -> None:
    (folder / "tests" / "test_contoh.py").write_text(TESTS, "utf-8")
    # Authors need not have PostgreSQL: then `world` is on SQLite alone
    done = run(folder, "-k", "not postgresql")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_a_project_without_a_program_pays_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").write_text(NOTHING, "utf-8")
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_program_is_told(tmp_path: Path) -> None:
    (tmp_path / "test_none.py").write_text("def test_none(program): ...\n", "utf-8")
    done = run(tmp_path)
    assert f"{tmp_path / 'test_none.py'} belongs to no package with an entry point in ksbb.programs" in done.stdout
