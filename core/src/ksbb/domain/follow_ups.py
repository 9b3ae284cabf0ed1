"""Follow-ups: dated obligations with an owner and a result."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ksbb.domain.rights import Role


class FollowUpStatus(StrEnum):
    """Open until completed or cancelled; overdue once its day has passed."""

    OPEN = "open"
    OVERDUE = "overdue"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """One obligation: `kind` by the program, due on a day, owned by a role and, where named, a party.

    (`program_id`, `kind`, `subject_id`, `due_on`) is unique, so that opening it twice opens it once. `result` is what the
    owner reported, empty until completed.
    """

    id: str
    program_id: str
    kind: str
    subject_id: str
    commitment_id: str | None
    due_on: date
    owner_role: Role
    owner_party_id: str | None
    title_id: str
    title_en: str
    status: FollowUpStatus
    result: dict[str, Any]
    created_at: datetime
    completed_at: datetime | None
    completed_by: str | None
    version: int
