"""Targets and needs as they may be seen: public, but for the contact of an office."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import Row, Select, select

from ksbb.domain.errors import not_found
from ksbb.domain.periods import first_day
from ksbb.domain.rights import Actor, Permission
from ksbb.domain.targets import NeedPeriod, PeriodState, Target, TargetKind
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all, fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in
from ksbb.usecases.read.paging import Asked, Page, fetch_page, fetch_rows

_SEES_CONTACTS = (Permission.MANAGE_TARGETS, Permission.READ_PARTIES, Permission.HAND_OVER, Permission.WITNESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """A target. `contact_office` is null for those who need not know it."""

    id: str
    code: str
    kind: TargetKind
    name: str
    area_code: str
    households: int | None
    contact_office: str | None
    ziswaf_entitled: bool
    synthetic: bool
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """A need with its target. `open` is what nobody has promised yet, `carried` the part of the quantity that earlier periods left
    unmet; all quantities in whole units of the aid type. `tier` is the vulnerability tier. `period` is empty for a need without end.
    """

    id: str
    target_id: str
    target_code: str
    target_name: str
    target_kind: TargetKind
    area_code: str
    program_id: str
    aid_type: str
    quantity: int
    promised: int
    accepted: int
    open: int
    source: str
    as_of: date
    tier: str
    period: str
    carried: int
    synthetic: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPeriodView:
    """A need in a period that isn't the present one: planned, or past with what was accepted in it."""

    period: str
    state: PeriodState
    quantity: int
    accepted: int
    tier: str
    source: str
    as_of: date


def seen_by(actor: Actor, target: Target) -> TargetView:
    """A target as an actor may see it."""
    own = actor.target_id is not None and actor.target_id == target.id
    sees = own or any(actor.role_for(permission, area_code=target.area_code) for permission in _SEES_CONTACTS)
    return TargetView(
        id=target.id,
        code=target.code,
        kind=target.kind,
        name=target.name,
        area_code=target.area_code,
        households=target.households,
        contact_office=target.contact_office if sees else None,
        ziswaf_entitled=target.ziswaf_entitled,
        synthetic=target.synthetic,
        created_at=target.created_at,
        version=target.version,
    )


async def find_targets(
    desk: Desk, asked: Asked, *, kind: TargetKind | None = None, area_code: str | None = None, code: str | None = None
) -> Page[TargetView]:
    """A page of targets, by code; of a kind, in an area, with an exact code."""
    table = tables.targets
    query = select(table)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if area_code is not None:
        query = query.where(lies_in(table.c.area_code, area_code))
    if code is not None:
        query = query.where(table.c.code == code)
    keys = {"code": table.c.code, "name": table.c.name, "created_at": table.c.created_at}
    page = await fetch_page(desk.unit.connection, query, asked, Target, keys=keys, identity=table.c.id)
    return Page([seen_by(desk.actor, target) for target in page.items], page.next)


async def show_target(desk: Desk, target_id: str) -> TargetView:
    """One target. Raises NotFound."""
    found = await fetch_one(
        desk.unit.connection, select(tables.targets).where(tables.targets.c.id == target_id), Target
    )
    if found is None:
        raise not_found(Text("sasaran", "target"), target_id)
    return seen_by(desk.actor, found)


def _needs() -> Select[tuple[Row[tuple[object, ...]]]]:
    need, target = tables.needs, tables.targets
    return select(
        need,
        target.c.code.label("target_code"),
        target.c.name.label("target_name"),
        target.c.kind.label("target_kind"),
        target.c.area_code,
        target.c.synthetic,
        (need.c.quantity - need.c.promised - need.c.accepted).label("open"),
    ).join(target, target.c.id == need.c.target_id)


async def find_needs(
    desk: Desk,
    asked: Asked,
    *,
    program_id: str | None = None,
    aid_type: str | None = None,
    target_id: str | None = None,
    area_code: str | None = None,
    unmet: bool = False,
) -> Page[NeedView]:
    """A page of needs; `unmet` leaves out those that are promised or met in full."""
    need, target = tables.needs, tables.targets
    query = _needs()
    for column, value in ((need.c.program_id, program_id), (need.c.aid_type, aid_type), (need.c.target_id, target_id)):
        if value is not None:
            query = query.where(column == value)
    if area_code is not None:
        query = query.where(lies_in(target.c.area_code, area_code))
    open_quantity = need.c.quantity - need.c.promised - need.c.accepted
    if unmet:
        query = query.where(open_quantity > 0)
    keys = {"target_code": target.c.code, "quantity": need.c.quantity, "open": open_quantity, "as_of": need.c.as_of}
    rows, following = await fetch_rows(desk.unit.connection, query, asked, keys=keys, identity=need.c.id)
    return Page([as_record(row, NeedView) for row in rows], following)


async def show_need(desk: Desk, target_id: str, program_id: str, aid_type: str) -> NeedView:
    """One need. Raises NotFound."""
    need = tables.needs
    query = _needs().where(need.c.target_id == target_id, need.c.program_id == program_id, need.c.aid_type == aid_type)
    row = (await desk.unit.connection.execute(query)).mappings().first()
    if row is None:
        raise not_found(Text("kebutuhan", "need"), f"{target_id}/{program_id}/{aid_type}")
    return as_record(row, NeedView)


async def show_periods(desk: Desk, target_id: str, program_id: str, aid_type: str) -> list[NeedPeriodView]:
    """What is planned for later periods of a need, and its past ones, the latest first. Raises NotFound."""
    need = await show_need(desk, target_id, program_id, aid_type)
    table = tables.need_periods
    found = await fetch_all(desk.unit.connection, select(table).where(table.c.need_id == need.id), NeedPeriod)
    # Weeks, months and years don't sort by their names; what was made later ended later
    found.sort(key=lambda one: (first_day(one.period) if one.period else date.min, one.id), reverse=True)
    return [
        NeedPeriodView(**{field.name: getattr(one, field.name) for field in fields(NeedPeriodView)}) for one in found
    ]
