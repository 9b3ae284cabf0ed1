"""The audit finds what it is there to find: a sound record has no differences, one changed value has."""

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from ksbb.domain.follow_ups import FollowUp
from ksbb.domain.rights import SYSTEM, Role
from ksbb.domain.text import Text
from ksbb.program import FollowUpPlan
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Step, World
from ksbb.usecases import follow_ups
from ksbb_ketenagakerjaan.plans import PLACEMENT

from . import audit
from .world import HOST, lines, opened, seed

pytestmark = pytest.mark.xdist_group("faults-race")

SABOTAGE = {
    "broken chains": "UPDATE events SET reason = 'x' WHERE kind = 'approved'",
    "versions": "DELETE FROM events WHERE kind = 'closed'",
    "commitments": "UPDATE commitments SET status = 'approved' WHERE status = 'closed'",
    "commitment_lines": "UPDATE commitment_lines SET received = received - 1 WHERE dispatched = 0 AND received > 0",
    "allocations": "UPDATE allocations SET released = 1 WHERE dispatched = 0",
    "receipts": "UPDATE receipts SET kind = 'write_off'",
    "receipt_lines": "UPDATE receipt_lines SET quantity = quantity + 1",
    "dispatches": "UPDATE dispatches SET number = number || 'x'",
    "dispatch_lines": "UPDATE dispatch_lines SET accepted = 0",
    "handovers": "UPDATE handovers SET status = 'refused' WHERE status = 'confirmed'",
    "handover_lines": "UPDATE handover_lines SET accepted = accepted - 1, lost = 1, reason = 'x'",
    "evidence": "DELETE FROM evidence",
    "assessments": "INSERT INTO assessments SELECT id || 'x', commitment_id, at, state, findings FROM assessments LIMIT 1",
    "reports": "UPDATE reports SET sequence = 9 WHERE sequence = 2",
    "gaps in numbers": "UPDATE commitments SET number = replace(number, '000001', '000099')",
    "counters": "UPDATE counters SET value = value + 1 WHERE name LIKE 'report%'",
    "needs": "UPDATE needs SET promised = promised + 1 WHERE promised > 0",
    "coverage": "UPDATE coverage SET accepted = accepted + 1 WHERE accepted > 0",
    "pledged": "UPDATE pledged_wider SET pledged = pledged + 1",
    "statistics_daily": "UPDATE statistics_daily SET count = count + 1 WHERE measure = 'accepted'",
    "participants": "DELETE FROM participants WHERE role = 'aggregator'",
    "reached": "DELETE FROM reached",
    "outbox": "DELETE FROM outbox WHERE consumer = 'handover_report'",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with commitments at every step."""
    file = tmp_path_factory.mktemp("audit") / "sound.sqlite3"

    async def fill() -> None:
        seeded = await seed(f"sqlite+aiosqlite:///{file}", "")
        async with opened(seeded) as world:
            for step in Step:
                await world.drive(step, lines=lines(world, "pangan"))
            await _report_placements(world)

    asyncio.run(fill())
    return file


async def _report_placements(world: World) -> None:
    """A follow-up whose result counts towards its program's success."""
    driven = await world.drive(Step.CONFIRMED, program_id="ketenagakerjaan", lines=lines(world, "ketenagakerjaan"))
    commitment = driven.commitment
    plan = FollowUpPlan(
        kind=PLACEMENT, due_on=commitment.planned_handover_on, owner=Role.COLLABORATOR, title=Text("Kabar", "News")
    )
    await world.act(
        SYSTEM,
        follow_ups.open_follow_up,
        plan,
        program_id=commitment.program_id,
        subject_id=commitment.id,
        commitment=commitment,
    )
    async with world.platform.reading_desk(SYSTEM) as desk:
        found = await fetch_all(desk.unit.connection, select(tables.follow_ups), FollowUp)
    await world.act(
        world.collaborator, follow_ups.complete, found[0].id, result={"placed": 7, "certified": 9}, expected_version=1
    )


@pytest.fixture
def copied(sound: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy to spoil, without the checks of its tables."""
    connection = sqlite3.connect(shutil.copy(sound, tmp_path / "copy.sqlite3"))
    connection.execute("PRAGMA ignore_check_constraints = ON")
    yield connection
    connection.close()


def differences(file: Path) -> list[str]:
    """What the audit finds."""
    return audit.examine(asyncio.run(audit.read(f"sqlite+aiosqlite:///{file}")), HOST)


def test_a_sound_record(sound: Path) -> None:
    assert differences(sound) == []


@pytest.mark.parametrize("what", SABOTAGE)
def test_one_changed_value_is_found(copied: sqlite3.Connection, tmp_path: Path, what: str) -> None:
    changed = copied.execute(SABOTAGE[what]).rowcount
    copied.commit()
    assert changed > 0
    assert [line for line in differences(tmp_path / "copy.sqlite3") if line.startswith(what)]
