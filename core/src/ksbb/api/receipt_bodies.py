"""Bodies of the receipt resource."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ksbb.api.chain_values import Instant, LineQuantityIn, LineQuantityOut
from ksbb.api.fields import Id, Note, Reason
from ksbb.usecases.receive import LineQuantity, Receipt


class ReceiptIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Goods that came: per line at most what is outstanding."""

    lines: Annotated[list[LineQuantityIn], Meta(min_length=1, max_length=200)]
    note: Note = ""


class WriteOffIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Goods that spoilt or are missing, and why: per line at most what is in custody and not allocated."""

    lines: Annotated[list[LineQuantityIn], Meta(min_length=1, max_length=200)]
    reason: Reason


class ReceiptOut(msgspec.Struct, kw_only=True):
    """Goods into custody (`receipt`), or out of it because they spoilt (`write_off`)."""

    id: Id
    commitment_id: Id
    aggregator_id: Id
    kind: Literal["receipt", "write_off"]
    at: Instant
    note: str
    lines: list[LineQuantityOut]


def receipt_out(found: Receipt) -> ReceiptOut:
    """A receipt or write-off."""
    return msgspec.convert(found, ReceiptOut, from_attributes=True)


def quantities(lines: list[LineQuantityIn]) -> list[LineQuantity]:
    """Quantities of lines as the acts take them."""
    return [LineQuantity(line_id=line.line_id, quantity=line.quantity) for line in lines]
