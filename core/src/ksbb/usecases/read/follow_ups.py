"""Follow-ups as they may be seen: by their owners, and by those who watch over a program."""

from datetime import date

from sqlalchemy import ColumnElement, or_, select, true

from ksbb.domain.errors import not_found
from ksbb.domain.follow_ups import FollowUp, FollowUpStatus
from ksbb.domain.rights import Actor, Permission, Role, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.paging import Asked, Page, fetch_page

_WATCH = frozenset({Role.ASSESSOR, Role.SECRETARIAT, Role.AUDITOR})


async def find_follow_ups(
    desk: Desk,
    asked: Asked,
    *,
    program_id: str | None = None,
    status: FollowUpStatus | None = None,
    commitment_id: str | None = None,
    due_to: date | None = None,
) -> Page[FollowUp]:
    """A page of follow-ups, by the day they are due. Raises Forbidden for those who neither own nor watch any."""
    table = tables.follow_ups
    query = select(table).where(_seen_by(desk.actor))
    for column, value in (
        (table.c.program_id, program_id),
        (table.c.status, status),
        (table.c.commitment_id, commitment_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if due_to is not None:
        query = query.where(table.c.due_on <= due_to)
    keys = {"due_on": table.c.due_on, "created_at": table.c.created_at}
    return await fetch_page(desk.unit.connection, query, asked, FollowUp, keys=keys, identity=table.c.id)


async def show_follow_up(desk: Desk, follow_up_id: str) -> FollowUp:
    """One follow-up. Raises NotFound, also for one that isn't the actor's to see."""
    table = tables.follow_ups
    query = select(table).where(table.c.id == follow_up_id, _seen_by(desk.actor))
    found = await fetch_one(desk.unit.connection, query, FollowUp)
    if found is None:
        raise not_found(Text("tindak lanjut", "follow-up"), follow_up_id)
    return found


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    table = tables.follow_ups
    reads = actor.scopes is None or Permission.READ_COMMITMENTS in actor.scopes
    programs = [grant.program_id for grant in actor.grants if reads and grant.role in _WATCH]
    if None in programs:
        return true()
    if not programs and actor.party_id is None:
        require(actor, Permission.READ_COMMITMENTS)
    return or_(table.c.program_id.in_(programs), table.c.owner_party_id == (actor.party_id or ""))
