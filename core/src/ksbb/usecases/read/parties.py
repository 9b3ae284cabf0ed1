"""Collaborators and aggregators as they may be seen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from ksbb.domain.errors import not_found
from ksbb.domain.parties import (
    Aggregator,
    AggregatorStatus,
    Collaborator,
    CollaboratorClass,
    Licence,
    LicenceKind,
    Party,
)
from ksbb.domain.rights import Actor, Permission, Role, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all, fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.paging import Asked, Page, fetch_page

_AGGREGATOR = Text("agregator", "aggregator")


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceView:
    """A licence, valid on both days and between them, inside an area."""

    id: str
    kind: LicenceKind
    number: str
    issuer: str
    area_code: str
    valid_from: date
    valid_to: date
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatorView:
    """An aggregator with its licences. `contact_office` and `status_reason` are null for the public."""

    id: str
    name: str
    address: str
    contact_office: str | None
    legal_form: str
    status: AggregatorStatus
    status_reason: str | None
    synthetic: bool
    created_at: datetime
    version: int
    licences: list[LicenceView]


async def find_collaborators(
    desk: Desk, asked: Asked, *, collaborator_class: CollaboratorClass | None = None
) -> Page[Collaborator]:
    """A page of collaborators, by name: all for those who read parties, else one's own. Raises Forbidden without
    either.
    """
    table = tables.parties
    query = select(table).where(table.c.collaborator_class.is_not(None))
    if collaborator_class is not None:
        query = query.where(table.c.collaborator_class == collaborator_class)
    if not _reads_parties(desk.actor):
        if desk.actor.party_id is None:
            require(desk.actor, Permission.READ_PARTIES)
        query = query.where(table.c.id == desk.actor.party_id)
    keys = {"name": table.c.name, "created_at": table.c.created_at}
    return await fetch_page(desk.unit.connection, query, asked, Collaborator, keys=keys, identity=table.c.id)


async def show_collaborator(desk: Desk, collaborator_id: str) -> Collaborator:
    """One collaborator, for those who read parties and for itself. Raises Forbidden for others, NotFound."""
    if desk.actor.party_id != collaborator_id and not _reads_parties(desk.actor):
        require(desk.actor, Permission.READ_PARTIES)
    table = tables.parties
    query = select(table).where(table.c.id == collaborator_id, table.c.collaborator_class.is_not(None))
    found = await fetch_one(desk.unit.connection, query, Collaborator)
    if found is None:
        raise not_found(Text("kolaborator", "collaborator"), collaborator_id)
    return found


async def find_executors(desk: Desk, asked: Asked) -> Page[Party]:
    """A page of the parties with an account that may record handovers, by name.

    For aggregators, who choose one at each dispatch, and those who read parties. Raises Forbidden for others.
    """
    if not desk.actor.role_for(Permission.DISPATCH):
        require(desk.actor, Permission.READ_PARTIES)
    table, account, grant = tables.parties, tables.accounts, tables.grants
    able = (
        select(account.c.party_id)
        .join(grant, grant.c.account_id == account.c.id)
        .where(grant.c.role == Role.EXECUTOR, account.c.active.is_(True), account.c.party_id.is_not(None))
    )
    query = select(table).where(table.c.id.in_(able))
    return await fetch_page(desk.unit.connection, query, asked, Party, keys={"name": table.c.name}, identity=table.c.id)


async def find_aggregators(desk: Desk, asked: Asked, *, status: AggregatorStatus | None = None) -> Page[AggregatorView]:
    """A page of aggregators, by name: the active ones, for the public; all for those who read parties; and always one's
    own.
    """
    table = tables.parties
    query = _aggregators()
    if not _reads_parties(desk.actor):
        active = table.c.aggregator_status == AggregatorStatus.ACTIVE
        query = query.where(active if desk.actor.party_id is None else active | (table.c.id == desk.actor.party_id))
    if status is not None:
        query = query.where(table.c.aggregator_status == status)
    keys = {"name": table.c.name, "created_at": table.c.created_at}
    page = await fetch_page(desk.unit.connection, query, asked, Aggregator, keys=keys, identity=table.c.id)
    held = await _licences(desk, [found.id for found in page.items])
    return Page([_view(desk.actor, found, held.get(found.id, [])) for found in page.items], page.next)


async def show_aggregator(desk: Desk, aggregator_id: str) -> AggregatorView:
    """One aggregator. Raises NotFound for one that isn't active, to all but itself and those who read parties."""
    found = await fetch_one(
        desk.unit.connection, _aggregators().where(tables.parties.c.id == aggregator_id), Aggregator
    )
    if found is None or not (found.status is AggregatorStatus.ACTIVE or _sees_all_of(desk.actor, aggregator_id)):
        raise not_found(_AGGREGATOR, aggregator_id)
    held = await _licences(desk, [aggregator_id])
    return _view(desk.actor, found, held.get(aggregator_id, []))


async def aggregator_view(desk: Desk, aggregator: Aggregator) -> AggregatorView:
    """An aggregator as the one who just acted on it sees it."""
    held = await _licences(desk, [aggregator.id])
    return replace(_view(desk.actor, aggregator, held.get(aggregator.id, [])), status_reason=aggregator.status_reason)


def licence_view(licence: Licence) -> LicenceView:
    """A licence as everybody may see it."""
    return LicenceView(
        id=licence.id,
        kind=licence.kind,
        number=licence.number,
        issuer=licence.issuer,
        area_code=licence.area_code,
        valid_from=licence.valid_from,
        valid_to=licence.valid_to,
        synthetic=licence.synthetic,
    )


def _aggregators() -> Select[Any]:
    table = tables.parties
    return select(table, table.c.aggregator_status.label("status")).where(table.c.aggregator_status.is_not(None))


async def _licences(desk: Desk, aggregator_ids: Sequence[str]) -> dict[str, list[Licence]]:
    table = tables.licences
    query = select(table).where(table.c.aggregator_id.in_(aggregator_ids)).order_by(table.c.valid_to.desc(), table.c.id)
    held: dict[str, list[Licence]] = {}
    for licence in await fetch_all(desk.unit.connection, query, Licence):
        held.setdefault(licence.aggregator_id, []).append(licence)
    return held


def _view(actor: Actor, found: Aggregator, licences: Sequence[Licence]) -> AggregatorView:
    sees_all = _sees_all_of(actor, found.id)
    return AggregatorView(
        id=found.id,
        name=found.name,
        address=found.address,
        contact_office=found.contact_office if sees_all else None,
        legal_form=found.legal_form,
        status=found.status,
        status_reason=found.status_reason if sees_all else None,
        synthetic=found.synthetic,
        created_at=found.created_at,
        version=found.version,
        licences=[licence_view(licence) for licence in licences],
    )


def _reads_parties(actor: Actor) -> bool:
    return actor.role_for(Permission.READ_PARTIES) is not None


def _sees_all_of(actor: Actor, party_id: str) -> bool:
    return actor.party_id == party_id or _reads_parties(actor)
