"""Programs that never come back from their loading: each costs its limit of time and nothing more."""

import time
from pathlib import Path

import pytest
from tests.broken.at_loading import AtLoading, repair
from tests.broken.commands import SIX, statuses, surroundings
from tests.broken.shelf import Shelf, program

pytestmark = pytest.mark.xdist_group("broken")
SECONDS = 3


def overdue(program_id: str, step: str, step_en: str, line: int) -> AtLoading:
    """What is told of a program that stands at a line of its package."""
    place = f"ksbb_{program_id}/__init__.py, line {line}"
    mended, mended_en = repair(program_id, f"ksbb-{program_id.replace('_', '-')}")
    return AtLoading(
        id=program_id,
        code=CODE[program_id],
        reason=(
            f"{step} belum selesai setelah {SECONDS} detik; posisinya di {place}",
            f"{step_en} hasn't come back within {SECONDS} s; it stands at {place}",
        ),
        remedy=(
            f"bila hanya lambat, naikkan programs.load_seconds; selain itu {mended}",
            f"if it is only slow, raise programs.load_seconds; otherwise {mended_en}",
        ),
    )


CODE = {
    "sleeps": "import time\ntime.sleep(3600)",
    "loops": program("loops", hook="@hookimpl\ndef ksbb_program():\n    while True: pass"),
    "waits": program(
        "waits",
        before="""
        import threading

        class Settings(ProgramSettings):
            limit: int = 3

            @field_validator("limit")
            @classmethod
            def checked(cls, value):
                threading.Event().wait()

            model_config = {"validate_default": True}
        """,
        given={"settings": "Settings"},
    ),
}
HANGING = (
    overdue("sleeps", "impor ksbb_sleeps", "import of ksbb_sleeps", 2),
    overdue("loops", "hook ksbb_program", "hook ksbb_program", 10),
    overdue("waits", "pemeriksaan pengaturan", "check of its settings", 15),
)


def test_each_costs_its_limit(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    for fault in HANGING:
        fault.put(shelf)
    limit = {"KSBB_PROGRAMS__LOAD_SECONDS": str(SECONDS)}
    begun = time.monotonic()
    found = statuses(tmp_path, surroundings(shelf, [fault.id for fault in HANGING], **limit))
    took = time.monotonic() - begun
    assert {fault.id: found[fault.id] for fault in HANGING} == {fault.id: fault.status() for fault in HANGING}
    assert [found[status["id"]] for status in SIX] == SIX
    assert len(HANGING) * SECONDS < took < len(HANGING) * SECONDS + 30
