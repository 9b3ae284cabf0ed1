"""How a program stands, and why."""

from dataclasses import dataclass
from enum import StrEnum

from ksbb.domain.errors import Problem
from ksbb.domain.text import Text


class ProgramState(StrEnum):
    """`active` runs; `disabled` is installed and not enabled; `missing` is configured and not installed; `incompatible`
    needs another version of the surface; `broken` failed to load; `conflict`: several distributions claim its id.
    """

    ACTIVE = "active"
    DISABLED = "disabled"
    MISSING = "missing"
    INCOMPATIBLE = "incompatible"
    BROKEN = "broken"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramStatus:
    """One program's status. `distribution` and `version` are None where it isn't installed, `reason` and `remedy` where it runs
    whole.
    """

    id: str
    state: ProgramState
    distribution: str | None = None
    version: str | None = None
    reason: Text | None = None
    remedy: Text | None = None

    @property
    def at_fault(self) -> bool:
        """Whether the program was wanted and can't run, or not with all its parts."""
        if self.state is ProgramState.ACTIVE:
            return self.reason is not None
        return self.state is not ProgramState.DISABLED

    def as_problem(self) -> Problem:
        """Why the program doesn't run and what to do about it, in one message."""
        because = f"; {self.reason.id} ({self.remedy.id})" if self.reason and self.remedy else ""
        because_en = f"; {self.reason.en} ({self.remedy.en})" if self.reason and self.remedy else ""
        return Problem(
            code=f"program_{self.state}",
            message=Text(
                f"program {self.id} berstatus {self.state}{because}",
                f"program {self.id} is {self.state}{because_en}",
            ),
            pointer="/program_id",
            expected=str(ProgramState.ACTIVE),
            given=str(self.state),
        )
