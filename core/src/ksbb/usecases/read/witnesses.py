"""Who may witness a handover."""

from dataclasses import dataclass

from sqlalchemy import or_, select

from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.usecases.chain import require_own
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.movements import dispatch_detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """An officer who may witness a handover."""

    account_id: str
    name: str
    organisation: str | None


async def possible_witnesses(desk: Desk, dispatch_id: str) -> list[Witness]:
    """The officers who may witness the handover of a dispatch, by name: of its area, and independent of its parties.

    For the dispatch's executor, who names one of them. Raises NotFound, and Forbidden for everybody else.
    """
    sent = await dispatch_detail(desk, dispatch_id)
    require(desk.actor, Permission.HAND_OVER, sent.program_id, sent.target.area_code)
    require_own(desk, sent.executor.id, Text("mencatat serah terima ini", "record this handover"))
    accounts, grants, parties, commitments = tables.accounts, tables.grants, tables.parties, tables.commitments
    parts = sent.target.area_code.split(".")
    around = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    collaborator = select(commitments.c.collaborator_id).where(commitments.c.id == sent.commitment_id).scalar_subquery()
    query = (
        select(accounts.c.id.label("account_id"), accounts.c.name, parties.c.name.label("organisation"))
        .distinct()
        .join(grants, grants.c.account_id == accounts.c.id)
        .join(parties, parties.c.id == accounts.c.party_id, isouter=True)
        .where(
            accounts.c.active.is_(True),
            accounts.c.id != desk.actor.account_id,
            grants.c.role == Role.WITNESS,
            or_(grants.c.program_id.is_(None), grants.c.program_id == sent.program_id),
            or_(grants.c.area_code.is_(None), grants.c.area_code.in_(around)),
            or_(
                accounts.c.party_id.is_(None),
                accounts.c.party_id.not_in([sent.aggregator.id, sent.executor.id])
                & (accounts.c.party_id != collaborator),
            ),
        )
        .order_by(accounts.c.name, accounts.c.id)
    )
    return await fetch_all(desk.unit.connection, query, Witness)
