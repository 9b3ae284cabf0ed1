"""Follow-ups: obligations that programs open and people complete."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, update

from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import conflict, not_found, stale
from ksbb.domain.follow_ups import FollowUp, FollowUpStatus
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.text import Text
from ksbb.program import FollowUpPlan
from ksbb.storage import tables
from ksbb.storage.rows import change, columns_of, fetch_all, fetch_one, put_new
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import plain, require_own
from ksbb.usecases.desk import Desk
from ksbb.usecases.reported import count_reported

_OF_PARTIES = (Role.COLLABORATOR, Role.AGGREGATOR, Role.EXECUTOR)


async def open_follow_up(
    desk: Desk,
    plan: FollowUpPlan,
    *,
    program_id: str,
    subject_id: str,
    commitment: Commitment | None,
    executor_id: str | None = None,
    owner_party_id: str | None = None,
) -> bool:
    """Machine step: open an obligation; False when the same one (program, kind, subject, day) stands already."""
    role = require(desk.actor, Permission.MACHINE_STEP)
    owner = owner_party_id
    if owner is None and commitment is not None:
        owner = {
            Role.COLLABORATOR: commitment.collaborator_id,
            Role.AGGREGATOR: commitment.aggregator_id,
            Role.EXECUTOR: executor_id,
        }.get(plan.owner)
    made = FollowUp(
        id=new_id(),
        program_id=program_id,
        kind=plan.kind,
        subject_id=subject_id,
        commitment_id=commitment.id if commitment else None,
        due_on=plan.due_on,
        owner_role=plan.owner,
        owner_party_id=owner,
        title_id=plan.title.id,
        title_en=plan.title.en,
        status=FollowUpStatus.OPEN,
        result={},
        created_at=desk.now,
        completed_at=None,
        completed_by=None,
        version=1,
    )
    if not await put_new(desk.unit.connection, tables.follow_ups, [columns_of(tables.follow_ups, made)]):
        return False
    await _record(desk, made, role, "follow_up_opened", after=0)
    return True


async def complete(desk: Desk, follow_up_id: str, *, result: dict[str, Any], expected_version: int) -> FollowUp:
    """The owner reports the result; what a success metric of the program sums up is counted.

    Raises Forbidden for another party, Conflict when it is completed already, and as `count_reported`.
    """
    table = tables.follow_ups
    found = await fetch_one(
        desk.unit.connection, select(table).where(table.c.id == follow_up_id).with_for_update(), FollowUp
    )
    if found is None:
        raise not_found(Text("tindak lanjut", "follow-up"), follow_up_id)
    role = require(desk.actor, Permission.COMPLETE_FOLLOW_UP, found.program_id)
    if found.owner_role in _OF_PARTIES and not desk.actor.holds(Role.ASSESSOR, Role.SECRETARIAT):
        require_own(desk, found.owner_party_id, Text("menyelesaikan tindak lanjut ini", "complete this follow-up"))
    if found.version != expected_version:
        raise stale(expected_version, found.version)
    if found.status is FollowUpStatus.COMPLETED:
        raise conflict(
            "wrong_status",
            Text("tindak lanjut ini sudah selesai", "this follow-up is completed already"),
            "/status",
            [str(FollowUpStatus.OPEN), str(FollowUpStatus.OVERDUE)],
            str(found.status),
        )
    counted = await count_reported(desk, found, result)
    changes: dict[str, Any] = {
        "status": FollowUpStatus.COMPLETED,
        "result": result,
        "completed_at": desk.now,
        "completed_by": desk.actor.account_id,
        "version": found.version + 1,
    }
    await change(desk.unit.connection, table, follow_up_id, **changes)
    done = replace(found, **changes)
    await _record(desk, done, role, "follow_up_completed", after=found.version, counted=counted)
    return done


async def mark_overdue(desk: Desk, today: date) -> int:
    """Machine step: open follow-ups whose day has passed are overdue; how many became so."""
    role = require(desk.actor, Permission.MACHINE_STEP)
    table = tables.follow_ups
    query = select(table).where(table.c.status == FollowUpStatus.OPEN, table.c.due_on < today)
    query = query.order_by(table.c.id).with_for_update()
    late = await fetch_all(desk.unit.connection, query, FollowUp)
    for found in late:
        overdue = replace(found, status=FollowUpStatus.OVERDUE, version=found.version + 1)
        await desk.unit.connection.execute(
            update(table).where(table.c.id == found.id).values(status=overdue.status, version=overdue.version)
        )
        await _record(desk, overdue, role, "follow_up_overdue", after=found.version)
    return len(late)


async def _record(
    desk: Desk, follow_up: FollowUp, role: Role, kind: str, *, after: int, counted: Mapping[str, int] | None = None
) -> None:
    await desk.unit.append(
        f"follow_up:{follow_up.id}",
        kind,
        after=after,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=plain(follow_up) | ({"counted": counted} if counted else {}),
    )
