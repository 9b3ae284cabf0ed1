"""Targets as they may be seen: public, but for the contact of an office."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from ksbb.domain.errors import not_found
from ksbb.domain.rights import Actor, Permission
from ksbb.domain.targets import Target, TargetKind
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in
from ksbb.usecases.read.paging import Asked, Page, fetch_page

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
