"""Dispatch goods from custody to a target, under a travel document (surat jalan)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ksbb.domain.commitments import Commitment
from ksbb.domain.document_number import travel_document_number
from ksbb.domain.errors import invalid
from ksbb.domain.rights import Permission, require
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.usecases.allocate import APPROVED, load_allocation
from ksbb.usecases.chain import (
    append,
    load_commitment,
    load_sender_and_executor,
    load_target,
    plain,
    refuse_doubles,
    require_own,
    statistic,
    store_balances,
    worth,
)
from ksbb.usecases.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationQuantity:
    """A quantity of one allocation, in whole units."""

    allocation_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLine:
    """Goods of one allocation on their way, and what became of them: quantity = in transit + accepted + rejected + lost."""

    id: str
    dispatch_id: str
    allocation_id: str
    line_id: str
    quantity: int
    accepted: int = 0
    rejected: int = 0
    lost: int = 0

    @property
    def in_transit(self) -> int:
        """Not yet accounted for by a handover."""
        return self.quantity - self.accepted - self.rejected - self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """Goods on their way to one target. `number` is the travel document's."""

    id: str
    number: str
    commitment_id: str
    aggregator_id: str
    executor_id: str
    target_id: str
    vehicle: str
    at: datetime
    lines: tuple[DispatchLine, ...] = ()


async def dispatch(
    desk: Desk,
    commitment_id: str,
    *,
    target_id: str,
    executor_id: str,
    lines: Sequence[AllocationQuantity],
    expected_version: int,
    vehicle: str = "",
) -> tuple[Commitment, Dispatch]:
    """The aggregator sends reserved goods to one target with an executor; gives the travel document its number.

    Raises InvalidInput for more than an allocation has open or custody holds, Conflict without a licence in force today.
    """
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require(desk.actor, Permission.DISPATCH, commitment.program_id)
    commitment.require_status(APPROVED, "dispatch")
    require_own(desk, commitment.aggregator_id, Text("mengirim bantuan ini", "dispatch this aid"))
    target = await load_target(desk, target_id)
    aggregator, _ = await load_sender_and_executor(
        desk, commitment, commitment.aggregator_id or "", executor_id, target.area_code
    )
    if not lines:
        raise invalid(
            "lines",
            Text("sebutkan paling sedikit satu alokasi", "name at least one allocation"),
            "/lines",
            {"minItems": 1},
            0,
        )
    refuse_doubles([line.allocation_id for line in lines], "/lines")
    dispatch_id = new_id()
    balances = {line.id: line.balance for line in commitment.lines}
    sent = []
    for position, given in enumerate(lines):
        pointer = f"/lines/{position}/quantity"
        allocation = await load_allocation(desk, commitment_id, given.allocation_id, f"/lines/{position}/allocation_id")
        if allocation.target_id != target_id:
            raise invalid(
                "other_target",
                Text(
                    "alokasi ini untuk sasaran lain; satu surat jalan untuk satu sasaran",
                    "this allocation is for another target; one travel document, one target",
                ),
                f"/lines/{position}/allocation_id",
                target_id,
                allocation.target_id,
            )
        if given.quantity > allocation.open:
            raise invalid(
                "over_quantity",
                Text(
                    f"alokasi ini masih terbuka {allocation.open}, diberikan {given.quantity}",
                    f"{allocation.open} of this allocation is open, given {given.quantity}",
                ),
                pointer,
                {"maximum": allocation.open},
                given.quantity,
            )
        line = commitment.line(allocation.line_id, f"/lines/{position}/allocation_id")
        balances[line.id] = balances[line.id].dispatch(given.quantity, pointer)
        dispatched = allocation.dispatched + given.quantity
        desk.unit.change(tables.allocations, {"id": allocation.id}, dispatched=dispatched)
        sent.append(
            DispatchLine(
                id=new_id(),
                dispatch_id=dispatch_id,
                allocation_id=allocation.id,
                line_id=line.id,
                quantity=given.quantity,
            )
        )
        key = statistic(desk, commitment, "dispatched", aid_type=line.aid_type, target=target)
        desk.unit.count(key, count=1, quantity=given.quantity, value=worth(line, given.quantity))
    year = desk.today.year
    sequence = await desk.unit.next_number(f"dispatch:{commitment.program_id}:{year}")
    made = Dispatch(
        id=dispatch_id,
        number=travel_document_number(sequence, commitment.program_id, target.area_code, desk.today),
        commitment_id=commitment_id,
        aggregator_id=aggregator.id,
        executor_id=executor_id,
        target_id=target_id,
        vehicle=vehicle,
        at=desk.now,
        lines=tuple(sent),
    )
    desk.unit.insert(tables.dispatches, made)
    for line_sent in sent:
        desk.unit.insert(tables.dispatch_lines, line_sent)
    commitment = store_balances(desk, commitment, balances)
    commitment, _ = await append(
        desk, commitment, "dispatched", role=role, payload=plain(made), stage=Stage.DISPATCHED, subject_id=dispatch_id
    )
    return commitment, made
