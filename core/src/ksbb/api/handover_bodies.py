"""Bodies of the handover resource."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from ksbb.api.chain_values import Instant, Number, ProgramId, TargetNameOut, Units, Version
from ksbb.api.fields import Id, Name, Quantity, Whole
from ksbb.domain.handovers import HandoverStatus, OutcomeInput, Report
from ksbb.usecases.evidence import Evidence
from ksbb.usecases.read.movements import HandoverDetail


class OutcomeIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The outcome of one dispatch line: delivered = accepted + rejected + lost; a shortfall needs a `reason`."""

    dispatch_line_id: Id
    delivered: Quantity
    accepted: Whole
    rejected: Whole = 0
    lost: Whole = 0
    reason: Annotated[str, Meta(max_length=2000, description="Why something was rejected or lost.")] = ""
    condition: Annotated[str, Meta(max_length=200, description="Condition of the goods.", examples=["Baik"])] = ""


class HandoverIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A handover as its executor records it."""

    lines: Annotated[list[OutcomeIn], Meta(min_length=1, max_length=200)]
    recipient_name: Annotated[Name, Meta(description="Who signs for the target; shown only to those who take part.")]
    recipient_office: Annotated[Name, Meta(description="That person's office.", examples=["Ketua RW 003"])]
    witness_account_id: Id
    place: Annotated[Name, Meta(examples=["Balai RW 003"])]
    handed_over_at: Annotated[
        datetime,
        Meta(tz=True, description="When it was handed over, with time zone.", examples=["2026-11-22T14:30:00+07:00"]),
    ]


class OutcomeOut(msgspec.Struct, kw_only=True):
    """What became of the goods of one dispatch line."""

    dispatch_line_id: Id
    delivered: Units
    accepted: Units
    rejected: Units
    lost: Units
    reason: str
    condition: str


class ReportOut(msgspec.Struct, kw_only=True):
    """The handover report (BAST). `ready`: its PDF can be fetched. `verify_url`: the public page that confirms it."""

    number: Annotated[str, Meta(examples=["0001/BAST/KSBB-PANGAN/31.71.06.1002/XI/2026"])]
    status: str
    issued_at: Instant
    verify_url: str
    ready: bool
    file_sha256: Annotated[str | None, Meta(description="SHA-256 of the PDF, once it is made.")]


class HandoverOut(msgspec.Struct, kw_only=True):
    """A handover of a dispatch; its quantities count once its witness has confirmed it. `version` is the commitment's.

    `recipient_name` is null for those who take no part in it.
    """

    id: Id
    dispatch_id: Id
    commitment_id: Id
    commitment_number: Number
    program_id: ProgramId
    version: Version
    target: TargetNameOut
    status: HandoverStatus
    recipient_name: str | None
    recipient_office: str
    witness_account_id: Id
    place: str
    handed_over_at: Instant
    recorded_at: Instant
    decided_at: Instant | None
    decision_note: str
    lines: list[OutcomeOut]
    evidence_count: int
    report: ReportOut | None


class EvidenceOut(msgspec.Struct, kw_only=True):
    """A file that proves a handover."""

    id: Id
    file_name: str
    media_type: Annotated[str, Meta(examples=["image/jpeg"])]
    size: Annotated[int, Meta(description="Bytes.")]
    file_sha256: Annotated[str, Meta(description="SHA-256 of the file.")]
    added_at: Instant


def outcomes(lines: list[OutcomeIn]) -> list[OutcomeInput]:
    """Outcomes as the act takes them."""
    return [OutcomeInput(**msgspec.structs.asdict(line)) for line in lines]


def report_out(found: Report, public_url: str) -> ReportOut:
    """A report and where it is verified."""
    return ReportOut(
        number=found.number,
        status=found.status,
        issued_at=found.issued_at,
        verify_url=f"{public_url}/verify/{found.verify_code}",
        ready=found.file_sha256 is not None,
        file_sha256=found.file_sha256,
    )


def handover_out(found: HandoverDetail, public_url: str) -> HandoverOut:
    """A handover."""
    return HandoverOut(
        id=found.id,
        dispatch_id=found.dispatch_id,
        commitment_id=found.commitment_id,
        commitment_number=found.commitment_number,
        program_id=found.program_id,
        version=found.version,
        target=msgspec.convert(found.target, TargetNameOut, from_attributes=True),
        status=found.status,
        recipient_name=found.recipient_name,
        recipient_office=found.recipient_office,
        witness_account_id=found.witness_account_id,
        place=found.place,
        handed_over_at=found.handed_over_at,
        recorded_at=found.recorded_at,
        decided_at=found.decided_at,
        decision_note=found.decision_note,
        lines=[msgspec.convert(line, OutcomeOut, from_attributes=True) for line in found.lines],
        evidence_count=found.evidence_count,
        report=report_out(found.report, public_url) if found.report else None,
    )


def evidence_out(found: Evidence) -> EvidenceOut:
    """A file of a handover."""
    return msgspec.convert(found, EvidenceOut, from_attributes=True)
