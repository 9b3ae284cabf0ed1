"""The desk: the circumstances in which an act is done."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ksbb.domain.rights import Actor
from ksbb.program import Program, ProgramSettings
from ksbb.storage.unit import Unit

JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True)
class ActiveProgram:
    """A program that is enabled and sound, with its validated settings."""

    program: Program
    settings: ProgramSettings


class Programs(Protocol):
    """The programs as acts see them."""

    def require(self, program_id: str) -> ActiveProgram:
        """The active program. Raises InvalidInput for an unknown one, Unavailable for one that is disabled or broken."""

    @property
    def listens(self) -> bool:
        """Whether any active program wants to hear of life-cycle events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The open unit of work, who acts, when (aware, UTC), and the programs."""

    unit: Unit
    actor: Actor
    now: datetime
    programs: Programs

    @property
    def today(self) -> date:
        """The day in Asia/Jakarta."""
        return jakarta_day(self.now)


def jakarta_day(instant: datetime) -> date:
    """The day in Asia/Jakarta at an instant."""
    return instant.astimezone(JAKARTA).date()
