"""Who sees which commitments and which handovers, as conditions in SQL.

What an actor may not see doesn't exist for it: queries answer NotFound, never Forbidden.
"""

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain import areas
from ksbb.domain.errors import NotFound, not_found
from ksbb.domain.rights import PERMISSIONS, Actor, Grant, Permission, Role
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.usecases.chain import COMMITMENT
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in

DISPATCH = Text("pengiriman", "dispatch")
HANDOVER = Text("serah terima", "handover")


_BY_MOVEMENT = (Role.EXECUTOR, Role.WITNESS, Role.RECIPIENT)
_FEW = 5_000
"""So many commitments are found sooner one by one than among a million."""


def visible_commitments(actor: Actor, within: str | None = None) -> ColumnElement[bool]:
    """The commitments that an actor sees; `within`: it is known that only those of this area are asked for.

    Its collaborator's and its aggregator's people, the executors of its dispatches, witnesses of the areas that these
    go to, the recipient that it is allocated to; assessors, secretariat and auditors by program and area of their
    grants. For those, a commitment counts as in the area also when its own is wider: it may still be allocated there.
    What was never submitted is its collaborator's own affair; of the others only auditors see it.
    """
    return or_(false(), *(_sees(actor, grant, within) for grant in reading_grants(actor)))


async def listed_commitments(desk: Desk, within: str | None) -> ColumnElement[bool]:
    """As `visible_commitments`, in the form by which a list is there soonest.

    Few among a million are looked up by the ids of what was sent or promised; among many the next page is near anyway.
    """
    grants, connection = reading_grants(desk.actor), desk.unit.connection
    if len(grants) == 1 and grants[0].role in _BY_MOVEMENT:
        own = _own_by_movement(desk.actor, grants[0])
        count = select(func.count()).select_from(own.limit(_FEW + 1).subquery())
        if (await connection.execute(count)).scalar_one() <= _FEW:
            return and_(_program(grants[0]), _among(connection, own))
    return visible_commitments(desk.actor, within)


def reading_grants(actor: Actor) -> list[Grant]:
    """The grants by which an actor sees commitments."""
    return [grant for grant in actor.grants if Permission.READ_COMMITMENTS in PERMISSIONS[grant.role]]


def concerned_handovers(actor: Actor) -> ColumnElement[bool]:
    """The handovers, among visible ones, whose recipient's name, evidence and report an actor sees.

    An executor, a witness or a recipient sees those of its own dispatches, area or target, not the commitment's others.
    The query must join `dispatches`, `targets` and `commitments`.
    """
    return or_(false(), *(_concerns(actor, grant) for grant in reading_grants(actor)))


def may_read(actor: Actor) -> bool:
    """Whether the actor reads commitments at all; a system's token may be narrowed so that it doesn't."""
    return actor.role_for(Permission.READ_COMMITMENTS) is not None


async def require_visible(desk: Desk, commitment_id: str) -> None:
    """Raises NotFound unless the actor sees the commitment. Acts ask this first: they don't tell what exists."""
    table = tables.commitments
    query = select(table.c.id).where(table.c.id == commitment_id, visible_commitments(desk.actor))
    if (await desk.unit.connection.execute(query)).first() is None:
        raise not_found(COMMITMENT, commitment_id)


async def commitment_of_dispatch(desk: Desk, dispatch_id: str) -> str:
    """The id of the commitment that a dispatch belongs to. Raises NotFound unless the actor sees it."""
    table = tables.dispatches
    query = select(table.c.commitment_id).where(table.c.id == dispatch_id)
    return await _owner(desk, query.scalar_subquery(), not_found(DISPATCH, dispatch_id))


async def commitment_of_handover(desk: Desk, handover_id: str) -> str:
    """The id of the commitment that a handover belongs to. Raises NotFound unless the actor sees it."""
    table = tables.handovers
    query = select(table.c.commitment_id).where(table.c.id == handover_id)
    return await _owner(desk, query.scalar_subquery(), not_found(HANDOVER, handover_id))


async def require_concerned(desk: Desk, handover_id: str) -> None:
    """Raises NotFound unless the actor sees what is personal about a handover: its evidence and its report."""
    handovers = tables.handovers
    query = (
        select(handovers.c.id)
        .join(tables.dispatches, tables.dispatches.c.id == handovers.c.dispatch_id)
        .join(tables.targets, tables.targets.c.id == handovers.c.target_id)
        .join(tables.commitments, tables.commitments.c.id == handovers.c.commitment_id)
        .where(handovers.c.id == handover_id, visible_commitments(desk.actor), concerned_handovers(desk.actor))
    )
    if not may_read(desk.actor) or (await desk.unit.connection.execute(query)).first() is None:
        raise not_found(HANDOVER, handover_id)


async def _owner(desk: Desk, owner: ColumnElement[str], missing: NotFound) -> str:
    table = tables.commitments
    query = select(table.c.id).where(table.c.id == owner, visible_commitments(desk.actor))
    found = (await desk.unit.connection.execute(query)).scalar()
    if found is None:
        raise missing
    return str(found)


def _sees(actor: Actor, grant: Grant, within: str | None) -> ColumnElement[bool]:
    commitments = tables.commitments
    program = _program(grant)
    handed_in = commitments.c.submitted_at.is_not(None)
    match grant.role:
        case Role.COLLABORATOR:
            return and_(program, _is(commitments.c.collaborator_id, actor.party_id))
        case Role.AGGREGATOR:
            return and_(program, handed_in, _is(commitments.c.aggregator_id, actor.party_id))
        case role if role in _BY_MOVEMENT:
            own = _own_by_movement(actor, grant)
            (commitment_id,) = own.selected_columns
            return and_(program, own.where(commitment_id == commitments.c.id).correlate(commitments).exists())
        case _:
            known = true() if grant.role is Role.AUDITOR else handed_in
            return and_(program, known, _touches(grant.area_code, within))


def _own_by_movement(actor: Actor, grant: Grant) -> Select[tuple[str]]:
    """The ids of the commitments that an executor, a witness or a recipient has to do with."""
    dispatches, targets, allocations = tables.dispatches, tables.targets, tables.allocations
    if grant.role is Role.RECIPIENT:
        return select(allocations.c.commitment_id).where(_is(allocations.c.target_id, actor.target_id))
    sent = select(dispatches.c.commitment_id)
    if grant.role is Role.EXECUTOR:
        return sent.where(_is(dispatches.c.executor_id, actor.party_id))
    if grant.area_code is None:
        return sent
    return sent.join(targets, targets.c.id == dispatches.c.target_id).where(
        lies_in(targets.c.area_code, grant.area_code)
    )


def _among(connection: AsyncConnection, own: Select[tuple[str]]) -> ColumnElement[bool]:
    column = tables.commitments.c.id
    if connection.dialect.name == "sqlite":
        return column.in_(own)
    # As an array, because PostgreSQL would rather walk through all commitments and ask of each whether it is among them
    return column == func.any(func.array(own.scalar_subquery()))


def _concerns(actor: Actor, grant: Grant) -> ColumnElement[bool]:
    program = _program(grant)
    match grant.role:
        case Role.EXECUTOR:
            return and_(program, _is(tables.dispatches.c.executor_id, actor.party_id))
        case Role.WITNESS:
            area = true() if grant.area_code is None else lies_in(tables.targets.c.area_code, grant.area_code)
            return and_(program, area)
        case Role.RECIPIENT:
            return and_(program, _is(tables.handovers.c.target_id, actor.target_id))
        case Role.COLLABORATOR:
            return and_(program, _is(tables.commitments.c.collaborator_id, actor.party_id))
        case Role.AGGREGATOR:
            return and_(program, _is(tables.commitments.c.aggregator_id, actor.party_id))
        case _:
            return and_(program, _touches(grant.area_code, None))


def _is(column: ColumnElement[str], own_id: str | None) -> ColumnElement[bool]:
    # An actor without an organisation must not match records without one
    return false() if own_id is None else column == own_id


def _program(grant: Grant) -> ColumnElement[bool]:
    return true() if grant.program_id is None else tables.commitments.c.program_id == grant.program_id


def _touches(area_code: str | None, within: str | None) -> ColumnElement[bool]:
    if area_code is None:
        return true()
    if within is not None and not areas.within(within, area_code) and not areas.within(area_code, within):
        return false()  # The database would look through all before it found that the two exclude each other
    parts = area_code.split(".")
    wider = [".".join(parts[:length]) for length in range(1, len(parts))]
    column = tables.commitments.c.area_code
    return or_(lies_in(column, area_code), column.in_(wider))
