"""The commitment and its stages."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ksbb.domain.errors import Conflict, Problem
from ksbb.domain.parties import FundSource
from ksbb.domain.quantities import Fulfilment, LineBalance
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text


class CommitmentStatus(StrEnum):
    """Where a commitment stands with people. How far its goods are is derived from quantities (`Fulfilment`)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REVISION_REQUESTED = "revision_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


MOVES: dict[str, tuple[frozenset[CommitmentStatus], CommitmentStatus]] = {
    "submit": (frozenset({CommitmentStatus.DRAFT, CommitmentStatus.REVISION_REQUESTED}), CommitmentStatus.SUBMITTED),
    "withdraw": (
        frozenset({CommitmentStatus.DRAFT, CommitmentStatus.SUBMITTED, CommitmentStatus.REVISION_REQUESTED}),
        CommitmentStatus.WITHDRAWN,
    ),
    "approve": (frozenset({CommitmentStatus.SUBMITTED}), CommitmentStatus.APPROVED),
    "request_revision": (frozenset({CommitmentStatus.SUBMITTED}), CommitmentStatus.REVISION_REQUESTED),
    "reject": (frozenset({CommitmentStatus.SUBMITTED}), CommitmentStatus.REJECTED),
    "close": (frozenset({CommitmentStatus.APPROVED}), CommitmentStatus.CLOSED),
}
"""Act → the statuses it may start from, and the one it leads to."""

HANDED_IN = frozenset({CommitmentStatus.SUBMITTED, CommitmentStatus.REVISION_REQUESTED, CommitmentStatus.APPROVED})
"""The statuses in which a commitment counts as pledged."""

EDITABLE = frozenset({CommitmentStatus.DRAFT, CommitmentStatus.REVISION_REQUESTED})


class AssessmentState(StrEnum):
    """What the program's rules said of the present version: not yet run, passed, blocked, or a rule itself failed."""

    PENDING = "pending"
    PASSED = "passed"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentLine:
    """One line: an aid type, its quantities in whole units, and attributes by the program's schema version.

    `unit_value` is the reference value of one unit in whole rupiah on the day of submission, None where there is none; `lot` is
    the smallest sensible drop in units, None for the usual one.
    """

    id: str
    commitment_id: str
    position: int
    aid_type: str
    unit: str
    attributes: dict[str, Any]
    schema_version: int
    unit_value: int | None
    committed: int
    lot: int | None = None
    cancelled: int = 0
    received: int = 0
    written_off: int = 0
    allocated: int = 0
    dispatched: int = 0
    accepted: int = 0
    rejected: int = 0
    lost: int = 0

    @property
    def balance(self) -> LineBalance:
        """The line's quantities under their laws."""
        return LineBalance(
            committed=self.committed,
            cancelled=self.cancelled,
            received=self.received,
            written_off=self.written_off,
            allocated=self.allocated,
            dispatched=self.dispatched,
            accepted=self.accepted,
            rejected=self.rejected,
            lost=self.lost,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A collaborator's promise of aid; `version` grows with every event.

    `area_code` and `target_kind` are wishes; where `area_only` or `target_kind_only` is true, it may go nowhere else.
    """

    id: str
    number: str
    program_id: str
    collaborator_id: str
    aggregator_id: str | None
    status: CommitmentStatus
    assessment: AssessmentState
    fund_source: FundSource
    area_code: str
    area_only: bool = False
    target_kind: TargetKind | None
    target_kind_only: bool = False
    planned_handover_on: date
    note: str
    synthetic: bool
    created_by: str
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    closed_at: datetime | None
    version: int
    lines: tuple[CommitmentLine, ...] = ()

    def after(self, act: str) -> CommitmentStatus:
        """The status that `act` leads to. Raises Conflict when the act doesn't fit the present status."""
        allowed, to = MOVES[act]
        self.require_status(allowed, act)
        return to

    def require_status(self, allowed: frozenset[CommitmentStatus], act: str) -> None:
        """Raises Conflict unless the commitment stands in one of the `allowed` statuses."""
        if self.status not in allowed:
            wanted = " / ".join(sorted(allowed))
            raise Conflict(
                Problem(
                    code="wrong_status",
                    message=Text(
                        f"komitmen {self.number} berstatus {self.status}; tindakan {act} memerlukan status {wanted}",
                        f"commitment {self.number} is {self.status}; {act} needs the status {wanted}",
                    ),
                    pointer="/status",
                    expected=sorted(allowed),
                    given=str(self.status),
                )
            )

    def line(self, line_id: str, pointer: str) -> CommitmentLine:
        """The line with this id. Raises Conflict with the pointer when it is not of this commitment."""
        for line in self.lines:
            if line.id == line_id:
                return line
        raise Conflict(
            Problem(
                code="unknown_line",
                message=Text(
                    f"komitmen {self.number} tidak memiliki baris {line_id}",
                    f"commitment {self.number} has no line {line_id}",
                ),
                pointer=pointer,
                expected=[line.id for line in self.lines],
                given=line_id,
            )
        )

    @property
    def pledged(self) -> dict[str, int]:
        """The units by aid type that are handed in and not yet promised to a target."""
        pledged: dict[str, int] = {}
        if self.status in HANDED_IN:
            for line in self.lines:
                pledged[line.aid_type] = pledged.get(line.aid_type, 0) + line.balance.unallocated
        return pledged

    @property
    def fulfilment(self) -> Fulfilment:
        """The derived statuses over all lines."""
        return Fulfilment.combined(tuple(line.balance.fulfilment() for line in self.lines))
