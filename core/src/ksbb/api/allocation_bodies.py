"""Bodies of the allocation resource."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ksbb.api.chain_values import Instant, TargetNameOut, Units
from ksbb.api.fields import Id, Note, Quantity, Reason
from ksbb.usecases.allocate import Allocation
from ksbb.usecases.read.movements import TargetName


class AllocationIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A promise of a part of a line to a target: at most what is unallocated and what the target still needs."""

    line_id: Id
    target_id: Id
    quantity: Quantity
    reason: Note = ""


class ReleaseIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How much of a promise is taken back, and why: at most what is open."""

    quantity: Quantity
    reason: Reason


class OfferRefusalIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How much of a promise its target refuses, and why: at most what is open."""

    quantity: Quantity
    reason: Reason


class AllocationOut(msgspec.Struct, kw_only=True):
    """A promise to a target; `open` is what is promised and not yet on its way. `target` is null right after an act."""

    id: Id
    commitment_id: Id
    line_id: Id
    target_id: Id
    target: TargetNameOut | None
    quantity: Units
    released: Units
    dispatched: Units
    accepted: Units
    rejected: Units
    lost: Units
    open: Annotated[int, Meta(description="Promised and not yet on its way.")]
    reason: str
    at: Instant


def allocation_out(found: Allocation, target: TargetName | None = None) -> AllocationOut:
    """An allocation, with its target where it was read."""
    return AllocationOut(
        id=found.id,
        commitment_id=found.commitment_id,
        line_id=found.line_id,
        target_id=found.target_id,
        target=msgspec.convert(target, TargetNameOut | None, from_attributes=True),
        quantity=found.quantity,
        released=found.released,
        dispatched=found.dispatched,
        accepted=found.accepted,
        rejected=found.rejected,
        lost=found.lost,
        open=found.open,
        reason=found.reason,
        at=found.at,
    )
