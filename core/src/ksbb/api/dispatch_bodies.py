"""Bodies of the dispatch resource."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ksbb.api.chain_values import Instant, Number, PartyNameOut, ProgramId, TargetNameOut, Units, Version
from ksbb.api.fields import Id, Quantity
from ksbb.usecases.read.movements import DispatchDetail


class AllocationQuantityIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A quantity of one allocation."""

    allocation_id: Id
    quantity: Quantity


class DispatchIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Goods that leave for one target with an executor."""

    target_id: Id
    executor_id: Annotated[str, Meta(max_length=36, description="Id of the organisation that carries the goods.")]
    lines: Annotated[list[AllocationQuantityIn], Meta(min_length=1, max_length=200)]
    vehicle: Annotated[str, Meta(max_length=200, description="Vehicle, as it stands in the travel document.")] = ""


class DispatchLineOut(msgspec.Struct, kw_only=True):
    """Goods of one allocation on their way, and what became of them."""

    id: Id
    allocation_id: Id
    line_id: Id
    quantity: Units
    in_transit: Annotated[int, Meta(description="Not yet accounted for by a handover.")]
    accepted: Units
    rejected: Units
    lost: Units


class DispatchOut(msgspec.Struct, kw_only=True):
    """Goods on their way to one target. `number` is the travel document's, `version` the commitment's."""

    id: Id
    number: Annotated[
        str, Meta(description="Number of the travel document.", examples=["0045/SJ/KSBB-PANGAN/31.71.06.1002/XI/2026"])
    ]
    commitment_id: Id
    commitment_number: Number
    program_id: ProgramId
    version: Version
    aggregator: PartyNameOut
    executor: PartyNameOut
    target: TargetNameOut
    vehicle: str
    at: Instant
    lines: list[DispatchLineOut]


class WitnessOut(msgspec.Struct, kw_only=True):
    """An officer who may witness a handover."""

    account_id: Id
    name: str
    organisation: str | None


def dispatch_out(found: DispatchDetail) -> DispatchOut:
    """A dispatch."""
    return msgspec.convert(found, DispatchOut, from_attributes=True)
