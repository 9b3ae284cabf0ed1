"""Proposals: who would get how much of one aid type, to be edited and approved by people before anything is promised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ksbb.domain.errors import Conflict, Forbidden, Problem
from ksbb.domain.text import Text


class RunStatus(StrEnum):
    """Where a run stands: asked for, being computed, done, or called off by a person."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class ProposalStatus(StrEnum):
    """Where a proposal stands.

    `refused`: the input was wrong, and there is no plan. `open`: to be edited and approved. `approved`: its allocations are being
    made; `carried_out`: they are made. `superseded`: a newer run proposed anew for the same aid type.
    """

    REFUSED = "refused"
    OPEN = "open"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class DropStatus(StrEnum):
    """Proposed; allocated by the usual act; or failed, because it isn't possible any more."""

    PROPOSED = "proposed"
    ALLOCATED = "allocated"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One asking for proposals: for some aid types of a program, of which the first `computed` are done."""

    id: str
    number: str
    program_id: str
    aid_types: tuple[str, ...]
    status: RunStatus
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    computed: int
    version: int

    @property
    def ended(self) -> bool:
        """Whether nothing more is computed."""
        return self.status in (RunStatus.DONE, RunStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The plan for one aid type of a run: `units` in `drops` for `targets`, of a `supply` and against a `need` in units.

    `value` is what it is worth in whole rupiah as far as there are reference values, None where there is none. `before` and
    `after` are what is short, in hundredths of weighted units. `of_optimum` is the weighted shortfall that the computed plan meets,
    in hundredths of a percent of what the best shares without lots would. `problem_sha256` and `plan_sha256` name the stored inputs
    and the computed plan. `approved_by` are the accounts that approved so far.
    """

    id: str
    run_id: str
    program_id: str
    aid_type: str
    status: ProposalStatus
    supply: int
    need: int
    units: int = 0
    drops: int = 0
    targets: int = 0
    value: int | None = None
    before: int
    after: int
    of_optimum: int | None = None
    edits: int = 0
    problem_sha256: str
    plan_sha256: str | None = None
    approved_by: tuple[str, ...] = ()
    created_at: datetime
    decided_at: datetime | None = None
    version: int = 0

    def require_open(self) -> None:
        """Raises Conflict unless it may still be edited, approved or rejected."""
        if self.status is not ProposalStatus.OPEN:
            raise Conflict(
                Problem(
                    code="wrong_status",
                    message=Text(
                        f"usulan ini berstatus {self.status}; hanya usulan open yang dapat diubah atau diputuskan",
                        f"this proposal is {self.status}; only an open one can be edited or decided",
                    ),
                    pointer="/status",
                    expected=ProposalStatus.OPEN,
                    given=str(self.status),
                )
            )

    def approvals_needed(self, *, units: int, value: int) -> int:
        """How many people must approve: two above so many `units` or so much `value` in rupiah, else one."""
        return 2 if self.units > units or (self.value is not None and self.value > value) else 1

    def approved(self, account_id: str) -> tuple[str, ...]:
        """Who approved, with this account. Raises Conflict when it is still open no more, Forbidden for who approved already."""
        self.require_open()
        if account_id in self.approved_by:
            raise Forbidden(
                Problem(
                    code="second_person",
                    message=Text(
                        "Anda sudah menyetujui usulan ini; persetujuan kedua harus dari orang lain",
                        "you approved this proposal already; the second approval must be another person's",
                    ),
                )
            )
        return (*self.approved_by, account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is to be said of a line or a target beside the plan: why so many units of the line stay, or what is wrong (`fault`)."""

    message: Text
    line_id: str = ""
    target_id: str = ""
    quantity: int = 0
    fault: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedDrop:
    """So many units of a line for a target: as `computed` (0 where a person added it), and as it stands after edits.

    `why` is the record of the reasons and `why_id`/`why_en` its sentences; after an edit there is no record, and the words are
    those of whoever edited. `failure` says why it couldn't be allocated.
    """

    proposal_id: str
    line_id: str
    target_id: str
    commitment_id: str
    computed: int
    quantity: int
    why: dict[str, Any] | None
    why_id: str
    why_en: str
    edited_by: str | None
    status: DropStatus
    allocation_id: str | None
    failure: str
