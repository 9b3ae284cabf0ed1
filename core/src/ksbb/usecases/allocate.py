"""Allocate parts of a commitment to targets, release what was promised, or refuse it as the target."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import msgspec
from sqlalchemy import bindparam, select

from ksbb.domain.commitments import Commitment, CommitmentLine, CommitmentStatus
from ksbb.domain.errors import forbidden, invalid, not_found
from ksbb.domain.parties import Licence, require_area_licensed
from ksbb.domain.restrictions import require_allowed
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.targets import Need, Target
from ksbb.domain.text import Text
from ksbb.program import Program, Stage, parse_day
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import new_id
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import (
    append,
    load_commitment,
    load_target,
    plain,
    refuse_own_commitment,
    statistic,
    store_balances,
    worth,
)
from ksbb.usecases.desk import Desk, require_running

APPROVED = frozenset({CommitmentStatus.APPROVED})
_NEED = Prepared(
    select(tables.needs)
    .where(
        tables.needs.c.target_id == bindparam("target_id"),
        tables.needs.c.program_id == bindparam("program_id"),
        tables.needs.c.aid_type == bindparam("aid_type"),
    )
    .with_for_update()
)
_IN_NEED = Prepared(
    select(*tables.targets.columns, *tables.needs.columns, tables.parties.c.name, *tables.licences.columns)
    .join(tables.needs, tables.needs.c.target_id == tables.targets.c.id)
    .outerjoin(tables.parties, tables.parties.c.id == bindparam("aggregator_id"))
    .outerjoin(tables.licences, tables.licences.c.aggregator_id == tables.parties.c.id)
    .where(
        tables.targets.c.id == bindparam("target_id"),
        tables.needs.c.program_id == bindparam("program_id"),
        tables.needs.c.aid_type == bindparam("aid_type"),
    )
    .with_for_update(of=tables.needs)
)
_ALLOCATION = Prepared(
    select(tables.allocations).where(
        tables.allocations.c.id == bindparam("allocation_id"),
        tables.allocations.c.commitment_id == bindparam("commitment_id"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A promise of `quantity` units of a line to a target; `released` was taken back, the rest is under way or delivered."""

    id: str
    commitment_id: str
    line_id: str
    target_id: str
    need_id: str
    quantity: int
    released: int
    dispatched: int
    accepted: int
    rejected: int
    lost: int
    reason: str
    at: datetime

    @property
    def open(self) -> int:
        """Promised and not yet on its way."""
        return self.quantity - self.released - self.dispatched


async def lock_need(desk: Desk, target_id: str, program_id: str, aid_type: str) -> Need | None:
    """The target's need of an aid type, locked until the unit ends."""
    return await _NEED.record(desk.unit.link, Need, target_id=target_id, program_id=program_id, aid_type=aid_type)


def expiry_of(program: Program, line: CommitmentLine) -> date | None:
    """The last day on which the goods of a line are good, None where nothing is known to spoil."""
    aid_type = program.aid_type(line.aid_type)
    return parse_day(line.attributes.get(aid_type.expiry_attribute)) if aid_type and aid_type.expiry_attribute else None


@dataclass(frozen=True, slots=True)
class _Collector:
    """The aggregator of a commitment, as far as an allocation asks."""

    name: str
    licences: tuple[Licence, ...]


async def _target_in_need(
    desk: Desk, target_id: str, commitment: Commitment, aid_type: str
) -> tuple[Target, Need | None, _Collector | None]:
    """The target, its need of an aid type, locked until the unit ends, and who collects the commitment, None where nobody does
    yet or there is no such need. Raises NotFound for the target.
    """
    rows = await _IN_NEED.joined(
        desk.unit.link,
        target_id=target_id,
        program_id=commitment.program_id,
        aid_type=aid_type,
        aggregator_id=commitment.aggregator_id,
    )
    if not rows:
        return await load_target(desk, target_id), None, None
    target, need, aggregator, _ = rows[0]
    licences = tuple(msgspec.convert(row[3], Licence) for row in rows if row[3]["id"] is not None)
    collector = _Collector(aggregator["name"], licences) if aggregator["name"] is not None else None
    return msgspec.convert(target, Target), msgspec.convert(need, Need), collector


async def load_allocation(desk: Desk, commitment_id: str, allocation_id: str, pointer: str = "") -> Allocation:
    """An allocation of a commitment whose lock is held. Raises NotFound."""
    found = await _ALLOCATION.record(
        desk.unit.link, Allocation, allocation_id=allocation_id, commitment_id=commitment_id
    )
    if found is None:
        raise not_found(Text("alokasi", "allocation"), allocation_id, pointer)
    return found


async def allocate(
    desk: Desk,
    commitment_id: str,
    *,
    line_id: str,
    target_id: str,
    quantity: int,
    expected_version: int | None,
    reason: str = "",
) -> tuple[Commitment, Allocation]:
    """Promise `quantity` units of a line to a target.

    Raises Conflict when the commitment isn't approved, is for other areas or kinds of targets only, has expired, can't be given
    to the target because of its zakat funds, or its aggregator has no licence there today, InvalidInput when the target isn't
    of the program's kinds, has no such need, or the quantity exceeds what is unallocated or still needed, Unavailable while the
    program is away.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    line = commitment.line(line_id, "/line_id")
    target, need, collector = await _target_in_need(desk, target_id, commitment, line.aid_type)
    role = require(desk.actor, Permission.ALLOCATE, commitment.program_id, target.area_code)
    refuse_own_commitment(desk, commitment)
    commitment.require_status(APPROVED, "allocate")
    program = require_running(desk.programs, commitment.program_id).program
    if target.kind not in program.target_kinds:
        kinds = sorted(program.target_kinds)
        raise invalid(
            "target_kind",
            Text(
                f"program {program.id} melayani {', '.join(kinds)}, bukan {target.kind}",
                f"program {program.id} serves {', '.join(kinds)}, not {target.kind}",
            ),
            "/target_id",
            kinds,
            str(target.kind),
        )
    expires_on = expiry_of(program, line)
    require_allowed(commitment, target, position=line.position, expires_on=expires_on, on=desk.today)
    balance = line.balance.allocate(quantity)
    if need is None:
        raise invalid(
            "need_missing",
            Text(
                f"sasaran {target.code} tidak mempunyai kebutuhan {line.aid_type}; daftarkan kebutuhannya dahulu",
                f"target {target.code} has no need of {line.aid_type}; register the need first",
            ),
            "/target_id",
            given=target.code,
        )
    if collector is not None:
        require_area_licensed(
            collector.name,
            collector.licences,
            fund_source=commitment.fund_source,
            area_code=target.area_code,
            on=desk.today,
        )
    served = need.balance.promise(quantity)
    allocation = Allocation(
        id=new_id(),
        commitment_id=commitment_id,
        line_id=line_id,
        target_id=target_id,
        need_id=need.id,
        quantity=quantity,
        released=0,
        dispatched=0,
        accepted=0,
        rejected=0,
        lost=0,
        reason=reason,
        at=desk.now,
    )
    desk.unit.insert(tables.allocations, allocation)
    commitment = store_balances(desk, commitment, {line_id: balance})
    desk.unit.change(tables.needs, {"id": need.id}, promised=served.promised)
    desk.unit.cover(commitment.program_id, line.aid_type, target.area_code, promised=quantity)
    key = statistic(desk, commitment, "allocated", aid_type=line.aid_type, target=target)
    desk.unit.count(key, count=1, quantity=quantity, value=worth(line, quantity))
    commitment, _ = await append(
        desk, commitment, "allocated", role=role, payload=plain(allocation), reason=reason, stage=Stage.ALLOCATED
    )
    return commitment, allocation


async def release(
    desk: Desk, commitment_id: str, allocation_id: str, *, quantity: int, reason: str, expected_version: int
) -> tuple[Commitment, Allocation]:
    """Take back a part of a promise that is not on its way; the target's need is open again by as much.

    Raises InvalidInput when the quantity exceeds what is open, or no reason is given.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    allocation = await load_allocation(desk, commitment_id, allocation_id)
    target = await load_target(desk, allocation.target_id)
    role = require(desk.actor, Permission.ALLOCATE, commitment.program_id, target.area_code)
    refuse_own_commitment(desk, commitment)
    commitment.require_status(APPROVED, "release")
    require_reason(reason)
    return await _take_back(desk, commitment, allocation, target, quantity, "released", role, reason)


async def refuse(
    desk: Desk, commitment_id: str, allocation_id: str, *, quantity: int, expected_version: int, reason: str
) -> tuple[Commitment, Allocation]:
    """A target refuses aid that is promised to it and not on its way: its recipient representative, or an assessor on its behalf.

    Nothing changes for the target but that its need is open again by as much; the allocation stays, and says that this line was
    offered to it. Raises Forbidden for another target's representative, InvalidInput as `release` does.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    allocation = await load_allocation(desk, commitment_id, allocation_id)
    target = await load_target(desk, allocation.target_id)
    role = require(desk.actor, Permission.REFUSE_OFFER, commitment.program_id, target.area_code)
    if role is Role.RECIPIENT:
        _require_own_target(desk, target)
    else:
        refuse_own_commitment(desk, commitment)
    commitment.require_status(APPROVED, "refuse_offer")
    require_reason(reason)
    return await _take_back(desk, commitment, allocation, target, quantity, "refused", role, reason)


def _require_own_target(desk: Desk, target: Target) -> None:
    if desk.actor.target_id != target.id:
        raise forbidden(
            "not_own",
            Text(
                f"hanya wakil sasaran {target.code} dapat menolak tawaran ini",
                f"only the representative of target {target.code} can refuse this offer",
            ),
        )


async def _take_back(
    desk: Desk,
    commitment: Commitment,
    allocation: Allocation,
    target: Target,
    quantity: int,
    kind: Literal["released", "refused"],
    role: Role,
    reason: str,
) -> tuple[Commitment, Allocation]:
    line = commitment.line(allocation.line_id, "/line_id")
    if quantity > allocation.open:
        raise invalid(
            "over_quantity",
            Text(
                f"alokasi ini masih terbuka {allocation.open}, diberikan {quantity}",
                f"{allocation.open} of this allocation is open, given {quantity}",
            ),
            "/quantity",
            {"maximum": allocation.open},
            quantity,
        )
    balance = line.balance.release(quantity)
    need = await lock_need(desk, allocation.target_id, commitment.program_id, line.aid_type)
    if need is None:
        raise not_found(Text("kebutuhan", "need"), allocation.need_id)
    desk.unit.change(tables.allocations, {"id": allocation.id}, released=allocation.released + quantity)
    commitment = store_balances(desk, commitment, {line.id: balance})
    desk.unit.change(tables.needs, {"id": need.id}, promised=need.balance.release(quantity).promised)
    desk.unit.cover(commitment.program_id, line.aid_type, target.area_code, promised=-quantity)
    key = statistic(desk, commitment, kind, aid_type=line.aid_type, target=target)
    desk.unit.count(key, count=1, quantity=quantity, value=worth(line, quantity))
    payload = {"allocation_id": allocation.id, "quantity": quantity}
    commitment, _ = await append(desk, commitment, kind, role=role, payload=payload, reason=reason)
    return commitment, replace(allocation, released=allocation.released + quantity)
