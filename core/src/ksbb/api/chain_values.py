"""The values that the resources of the chain share: ids, quantities, texts, and small records."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from ksbb.api.fields import Id, Quantity
from ksbb.domain.quantities import Degree
from ksbb.domain.targets import TargetKind

Version = Annotated[
    int, Meta(description="The commitment's version; send it as If-Match with the next act.", examples=[3])
]
Units = Annotated[int, Meta(description="Whole units of the aid type.", examples=[500])]
Instant = Annotated[datetime, Meta(description="Instant in UTC.", examples=["2026-11-22T07:30:00Z"])]
ProgramId = Annotated[str, Meta(max_length=40, description="Id of a program.", examples=["pangan"])]
Number = Annotated[str, Meta(description="Readable number of a commitment.", examples=["PANGAN-2026-000123"])]
Synthetic = Annotated[bool, Meta(description="Made up, for demonstration and tests.")]


class TextOut(msgspec.Struct, kw_only=True):
    """A text in Indonesian (`id`) and English (`en`)."""

    id: Annotated[str, Meta(examples=["Paket sembako"])]
    en: Annotated[str, Meta(examples=["Staple food package"])]


class PartyNameOut(msgspec.Struct, kw_only=True):
    """An organisation by id and name."""

    id: Id
    name: Annotated[str, Meta(examples=["Yayasan Contoh Peduli"])]


class TargetNameOut(msgspec.Struct, kw_only=True):
    """A target: an RW or an institution."""

    id: Id
    code: Annotated[str, Meta(description="Code of the target.", examples=["31.71.06.1002-RW003"])]
    kind: TargetKind
    name: Annotated[str, Meta(examples=["RW 003 Cikini"])]
    area_code: str
    synthetic: Synthetic


class FulfilmentOut(msgspec.Struct, kw_only=True):
    """How far the goods are, derived from the quantities."""

    allocated: Degree
    received: Degree
    handed_over: Degree


class BalanceOut(msgspec.Struct, kw_only=True):
    """The quantities of a line, in whole units of its aid type.

    committed = cancelled + received + outstanding; received = free + reserved + dispatched + written_off;
    dispatched = in_transit + accepted + rejected + lost.
    """

    committed: Units
    cancelled: Units
    outstanding: Annotated[int, Meta(description="Committed, not cancelled, not yet received.")]
    received: Units
    written_off: Units
    in_custody: Annotated[int, Meta(description="With the aggregator: reserved + free.")]
    reserved: Annotated[int, Meta(description="In custody and promised to targets.")]
    free: Annotated[int, Meta(description="In custody and promised to nobody.")]
    allocated: Annotated[int, Meta(description="Promised to targets, delivered ones included.")]
    unallocated: Annotated[int, Meta(description="What can still be promised.")]
    dispatched: Units
    in_transit: Annotated[int, Meta(description="Dispatched and not yet accounted for by a handover.")]
    accepted: Units
    rejected: Annotated[int, Meta(description="Rejected by the recipient and returned.")]
    lost: Units


class LineStateOut(msgspec.Struct, kw_only=True):
    """A line and its quantities."""

    id: Id
    position: Annotated[int, Meta(description="Place of the line, from 0.")]
    aid_type: Annotated[str, Meta(description="Id of the aid type.", examples=["staple_food"])]
    balance: BalanceOut


class LineQuantityIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A quantity of one line."""

    line_id: Id
    quantity: Quantity


class LineQuantityOut(msgspec.Struct, kw_only=True):
    """A quantity of one line."""

    line_id: Id
    quantity: Units
