"""How a program stands, and why."""

from dataclasses import dataclass
from enum import StrEnum

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
    """One program's status. `distribution` and `version` are None where it isn't installed, `reason` where it runs."""

    id: str
    state: ProgramState
    distribution: str | None = None
    version: str | None = None
    reason: Text | None = None
    remedy: Text | None = None

    @property
    def at_fault(self) -> bool:
        """Whether the program was wanted and can't run."""
        return self.state not in (ProgramState.ACTIVE, ProgramState.DISABLED)
