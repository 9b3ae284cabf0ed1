"""Handovers: what became of dispatched goods, recorded by the executor and confirmed by the witness."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ksbb.domain.handover_report import ReportSection
from ksbb.domain.quantities import HandoverOutcome


class HandoverStatus(StrEnum):
    """Recorded by the executor, then confirmed or refused by the witness."""

    RECORDED = "recorded"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeInput:
    """What the executor records of one dispatched line: delivered = accepted + rejected + lost."""

    dispatch_line_id: str
    delivered: int
    accepted: int
    rejected: int = 0
    lost: int = 0
    reason: str = ""
    condition: str = ""

    def outcome(self, position: int) -> HandoverOutcome:
        """The outcome under its law; `position` is the line's in the request. Raises InvalidInput."""
        return HandoverOutcome(
            delivered=self.delivered,
            accepted=self.accepted,
            rejected=self.rejected,
            lost=self.lost,
            reason=self.reason,
            pointer=f"/lines/{position}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One handover of a dispatch. Its quantities count once the witness has confirmed it."""

    id: str
    dispatch_id: str
    commitment_id: str
    target_id: str
    status: HandoverStatus
    recipient_name: str
    recipient_office: str
    witness_account_id: str
    recorded_by: str
    place: str
    handed_over_at: datetime
    recorded_at: datetime
    decided_at: datetime | None
    decision_note: str
    lines: tuple[OutcomeInput, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The handover report (BAST) of a confirmed handover; `file_sha256` is set once its PDF is made.

    `program_name` and `agency` are what the program was called at the confirmation, in Indonesian.
    `sections` are what the program adds, None until the PDF is made.
    """

    id: str
    handover_id: str
    program_id: str
    year: int
    sequence: int
    number: str
    verify_code: str
    status: str
    issued_at: datetime
    program_name: str
    agency: str
    file_sha256: str | None
    sections: tuple[ReportSection, ...] | None = None
