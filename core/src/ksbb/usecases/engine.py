"""Work of the engine that was set aside after too many attempts: seen, tried again, or given up by an admin."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from ksbb.domain.errors import conflict, not_found
from ksbb.domain.rights import Permission, require
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import LIFECYCLE
from ksbb.usecases.desk import Desk, Programs, running
from ksbb.usecases.hand_over import RENDER_REPORT
from ksbb.usecases.propose.decide import CARRY_OUT
from ksbb.usecases.propose.runs import ALLOCATION_RUNS
from ksbb.usecases.read.paging import Asked, Page, fetch_page

PARKED = "parked"
PENDING = "pending"
DROPPED = "dropped"
_CORE_CONSUMERS = (LIFECYCLE, RENDER_REPORT, ALLOCATION_RUNS, CARRY_OUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One piece of work: `consumer` is the flow that does it, `subject_id` what it is about, `reason` why it failed
    last.
    """

    id: str
    program_id: str
    consumer: str
    stage: str
    subject_id: str
    event_id: str
    status: str
    attempts: int
    available_at: datetime
    reason: str
    created_at: datetime


async def find_parked(desk: Desk, asked: Asked, *, program_id: str | None = None) -> Page[Work]:
    """A page of parked work, the oldest first. Raises Forbidden for those who don't manage the engine."""
    require(desk.actor, Permission.MANAGE_ENGINE)
    table = tables.outbox
    query = select(table).where(table.c.status == PARKED)
    if program_id is not None:
        query = query.where(table.c.program_id == program_id)
    keys = {"created_at": table.c.created_at}
    return await fetch_page(desk.unit.connection, query, asked, Work, keys=keys, identity=table.c.id)


async def retry(desk: Desk, work_id: str) -> Work:
    """Let the engine try again, with its attempts counted anew; an assessment by the flow that its program has for it now.

    Raises Conflict for work that isn't parked.
    """
    return await _change(desk, work_id, "work_retried", "", status=PENDING, attempts=0, available_at=desk.now)


async def drop(desk: Desk, work_id: str, *, reason: str) -> Work:
    """Give work up; the reason is kept. Raises Conflict for work that isn't parked, InvalidInput without a reason."""
    require_reason(reason)
    return await _change(desk, work_id, "work_dropped", reason, status=DROPPED, reason=reason, done_at=desk.now)


async def _change(desk: Desk, work_id: str, kind: str, why: str, **changes: Any) -> Work:
    role = require(desk.actor, Permission.MANAGE_ENGINE)
    table, events = tables.outbox, tables.events
    connection = desk.unit.connection
    query = select(table).where(table.c.id == work_id)
    found = await fetch_one(connection, query.with_for_update(), Work)
    if found is None:
        raise not_found(Text("pekerjaan", "work"), work_id)
    if found.status != PARKED:
        raise conflict(
            "wrong_status",
            Text(
                f"pekerjaan ini berstatus {found.status}, bukan {PARKED}", f"this work is {found.status}, not {PARKED}"
            ),
            "/status",
            PARKED,
            found.status,
        )
    stream = f"work:{work_id}"
    after = (await connection.execute(select(func.count()).where(events.c.stream == stream))).scalar_one()
    await desk.unit.append(
        stream,
        kind,
        after=after,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload={"program_id": found.program_id, "consumer": found.consumer, "failed_because": found.reason},
        reason=why,
    )
    if changes["status"] == PENDING and found.stage == Stage.SUBMITTED and found.consumer != LIFECYCLE:
        active = running(desk.programs, found.program_id)
        changes |= {"consumer": active.program.flows_at(Stage.SUBMITTED)[0].name} if active else {}
    await connection.execute(update(table).where(table.c.id == work_id).values(claimed_until=None, **changes))
    changed = await fetch_one(connection, query, Work)
    if changed is None:
        raise not_found(Text("pekerjaan", "work"), work_id)
    return changed


def waits_for_program(programs: Programs, program_id: str, consumer: str) -> bool:
    """Whether an outbox row waits because its program is away. Core's own work about a program goes on."""
    return consumer not in _CORE_CONSUMERS and running(programs, program_id) is None
