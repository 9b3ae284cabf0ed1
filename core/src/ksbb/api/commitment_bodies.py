"""Bodies of the commitment resource: what is sent, and what is answered."""

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ksbb.api.allocation_bodies import AllocationOut, allocation_out
from ksbb.api.chain_values import (
    BalanceOut,
    FulfilmentOut,
    Instant,
    LineQuantityIn,
    LineStateOut,
    Number,
    PartyNameOut,
    ProgramId,
    Synthetic,
    TextOut,
    Units,
    Version,
)
from ksbb.api.dispatch_bodies import DispatchOut, dispatch_out
from ksbb.api.fields import AreaCode, Id, Note, Quantity, Reason
from ksbb.api.handover_bodies import HandoverOut, handover_out
from ksbb.api.receipt_bodies import ReceiptOut, receipt_out
from ksbb.domain.commitments import AssessmentState, Commitment, CommitmentStatus
from ksbb.domain.parties import FundSource
from ksbb.domain.targets import TargetKind
from ksbb.program import Severity
from ksbb.usecases.assess import Assessment
from ksbb.usecases.read.acts import Act, NextAct
from ksbb.usecases.read.chain import CommitmentSummary
from ksbb.usecases.read.detail import CommitmentDetail, DetailedLine, HistoryEntry


class CommitmentLineIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A line of a commitment."""

    aid_type: Annotated[
        str, Meta(max_length=40, description="Id of an aid type of the program.", examples=["staple_food"])
    ]
    quantity: Quantity
    attributes: Annotated[dict[str, Any], Meta(description="By the schema of the aid type.")]
    schema_version: Annotated[
        int | None,
        Meta(
            description="The version of the schema that the attributes are written by, where it isn't the present one: the program "
            "carries them over. Left out, attributes that stand so in the draft are of the draft's version."
        ),
    ] = None
    lot: Annotated[
        Quantity | None,
        Meta(description="The smallest drop that makes sense, in units; null for the usual one.", examples=[10]),
    ] = None


class CommitmentIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A commitment. `area_code` and `target_kind` say where the collaborator would like it to go; with `area_only` and
    `target_kind_only` it may go nowhere else.
    """

    program_id: ProgramId
    lines: Annotated[list[CommitmentLineIn], Meta(min_length=1, max_length=200, description="What is promised.")]
    planned_handover_on: Annotated[
        date, Meta(description="Day by which it shall be handed over.", examples=["2026-12-20"])
    ]
    fund_source: FundSource = FundSource.OWN
    aggregator_id: Id | None = None
    area_code: AreaCode = "31"
    area_only: bool = False
    target_kind: TargetKind | None = None
    target_kind_only: bool = False
    note: Note = ""


class NoteIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An act that may carry a note."""

    note: Note = ""


class ApprovalIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An approval; `aggregator_id` names the aggregator, where the collaborator didn't or another one shall collect."""

    aggregator_id: Id | None = None
    note: Note = ""


class ReasonIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An act that needs a reason."""

    reason: Reason


class CancellationIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is cancelled of lines: at most what is outstanding and not allocated."""

    lines: Annotated[list[LineQuantityIn], Meta(min_length=1, max_length=200)]
    reason: Reason


class CommitmentStateOut(msgspec.Struct, kw_only=True):
    """A commitment right after an act."""

    id: Id
    number: Number
    program_id: ProgramId
    status: CommitmentStatus
    assessment: AssessmentState
    version: Version
    fulfilment: FulfilmentOut
    lines: list[LineStateOut]


class LineSummaryOut(msgspec.Struct, kw_only=True):
    """A line in a list."""

    aid_type: str
    name: TextOut
    unit: TextOut
    committed: Units
    cancelled: Units
    accepted: Units


class CommitmentSummaryOut(msgspec.Struct, kw_only=True):
    """A commitment in a list."""

    id: Id
    number: Number
    program_id: ProgramId
    collaborator: PartyNameOut
    aggregator: PartyNameOut | None
    status: CommitmentStatus
    assessment: AssessmentState
    fund_source: FundSource
    area_code: AreaCode
    area_name: str
    area_only: bool
    target_kind: TargetKind | None
    target_kind_only: bool
    planned_handover_on: date
    synthetic: Synthetic
    created_at: Instant
    version: Version
    fulfilment: FulfilmentOut
    lines: list[LineSummaryOut]


class CommitmentPageOut(msgspec.Struct, kw_only=True):
    """A page of commitments; `next` is the cursor of the next page."""

    items: list[CommitmentSummaryOut]
    next: str | None


class FindingOut(msgspec.Struct, kw_only=True):
    """What a rule of the program found; `pointer` is the JSON Pointer of the field in the commitment."""

    code: str
    severity: Severity
    message: TextOut
    pointer: str


class AssessmentOut(msgspec.Struct, kw_only=True):
    """One run of the program's rules."""

    id: Id
    at: Instant
    state: AssessmentState
    findings: list[FindingOut]


class CommitmentLineOut(msgspec.Struct, kw_only=True):
    """A line. `unit_value` is the reference value of one unit in whole rupiah, null where there is none.

    `schema_version` is the version of the schema (`/aid-schemas`) that validated the attributes, `newest_schema_version` the one
    that the program has now, null while the program is away or doesn't take such aid any more. Only drafts are carried over.
    """

    id: Id
    position: int
    aid_type: str
    name: TextOut
    unit: TextOut
    attributes: dict[str, Any]
    schema_version: int
    newest_schema_version: int | None
    unit_value: int | None
    lot: Annotated[
        int | None,
        Meta(description="The smallest drop that makes sense, in units; null for the usual one.", examples=[10]),
    ]
    balance: BalanceOut
    fulfilment: FulfilmentOut


class NextActOut(msgspec.Struct, kw_only=True):
    """An act that you may do now; `subject_id` is the allocation, dispatch or handover that it is about."""

    act: Act
    subject_id: Id | None


class CommitmentOut(msgspec.Struct, kw_only=True):
    """A commitment with everything that happened to it, and what you may do with it now."""

    id: Id
    number: Number
    program_id: ProgramId
    collaborator: PartyNameOut
    aggregator: PartyNameOut | None
    status: CommitmentStatus
    assessment: AssessmentState
    fund_source: FundSource
    area_code: AreaCode
    area_name: str
    area_only: bool
    target_kind: TargetKind | None
    target_kind_only: bool
    planned_handover_on: date
    note: str
    synthetic: Synthetic
    created_at: Instant
    submitted_at: Instant | None
    approved_at: Instant | None
    closed_at: Instant | None
    version: Version
    fulfilment: FulfilmentOut
    lines: list[CommitmentLineOut]
    latest_assessment: AssessmentOut | None
    allocations: list[AllocationOut]
    receipts: list[ReceiptOut]
    dispatches: list[DispatchOut]
    handovers: list[HandoverOut]
    next_acts: list[NextActOut]


class HistoryEntryOut(msgspec.Struct, kw_only=True):
    """One event: what (`kind`), by which role of which organisation, why, and its hash in the commitment's chain."""

    sequence: int
    kind: Annotated[str, Meta(examples=["approved"])]
    at: Instant
    account_id: str
    role: Annotated[str, Meta(examples=["assessor"])]
    organisation: str | None
    reason: str
    payload: dict[str, Any]
    hash: Annotated[str, Meta(description="SHA-256 over the event and the hash of the one before.")]


class HistoryPageOut(msgspec.Struct, kw_only=True):
    """A page of a history; `next` is the cursor of the next page."""

    items: list[HistoryEntryOut]
    next: str | None


def state_out(commitment: Commitment) -> CommitmentStateOut:
    """A commitment right after an act."""
    return msgspec.convert(commitment, CommitmentStateOut, from_attributes=True)


def summary_out(found: CommitmentSummary) -> CommitmentSummaryOut:
    """A commitment in a list."""
    return msgspec.convert(found, CommitmentSummaryOut, from_attributes=True)


def assessment_out(found: Assessment) -> AssessmentOut:
    """One run of the rules."""
    return msgspec.convert(found, AssessmentOut, from_attributes=True)


def history_out(found: HistoryEntry) -> HistoryEntryOut:
    """One event."""
    return msgspec.convert(found, HistoryEntryOut, from_attributes=True)


def commitment_out(found: CommitmentDetail, acts: tuple[NextAct, ...], public_url: str) -> CommitmentOut:
    """A commitment in full."""
    one = found.commitment
    return CommitmentOut(
        id=one.id,
        number=one.number,
        program_id=one.program_id,
        collaborator=msgspec.convert(found.collaborator, PartyNameOut, from_attributes=True),
        aggregator=msgspec.convert(found.aggregator, PartyNameOut | None, from_attributes=True),
        status=one.status,
        assessment=one.assessment,
        fund_source=one.fund_source,
        area_code=one.area_code,
        area_name=found.area_name,
        area_only=one.area_only,
        target_kind=one.target_kind,
        target_kind_only=one.target_kind_only,
        planned_handover_on=one.planned_handover_on,
        note=one.note,
        synthetic=one.synthetic,
        created_at=one.created_at,
        submitted_at=one.submitted_at,
        approved_at=one.approved_at,
        closed_at=one.closed_at,
        version=one.version,
        fulfilment=msgspec.convert(one.fulfilment, FulfilmentOut, from_attributes=True),
        lines=[_line(one) for one in found.lines],
        latest_assessment=assessment_out(found.latest_assessment) if found.latest_assessment else None,
        allocations=[allocation_out(one.allocation, one.target) for one in found.allocations],
        receipts=[receipt_out(one) for one in found.receipts],
        dispatches=[dispatch_out(one) for one in found.dispatches],
        handovers=[handover_out(one, public_url) for one in found.handovers],
        next_acts=[NextActOut(act=one.act, subject_id=one.subject_id) for one in acts],
    )


def _line(found: DetailedLine) -> CommitmentLineOut:
    line = found.line
    return CommitmentLineOut(
        id=line.id,
        position=line.position,
        aid_type=line.aid_type,
        name=TextOut(id=found.name.id, en=found.name.en),
        unit=TextOut(id=found.unit.id, en=found.unit.en),
        attributes=line.attributes,
        schema_version=line.schema_version,
        newest_schema_version=found.newest_version,
        unit_value=line.unit_value,
        lot=line.lot,
        balance=msgspec.convert(line.balance, BalanceOut, from_attributes=True),
        fulfilment=msgspec.convert(line.balance.fulfilment(), FulfilmentOut, from_attributes=True),
    )
