"""The desk: the circumstances in which an act is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from ksbb.domain.allocation import DEFAULT_RULES, AllocationRules
from ksbb.domain.errors import InvalidInput, Problem, Unavailable
from ksbb.domain.rights import Actor
from ksbb.domain.text import Text
from ksbb.program import Program, ProgramSettings
from ksbb.storage.unit import Unit

T = TypeVar("T")
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

    async def call(self, program_id: str, what: str, function: Callable[[], T], *, seconds: float | None = None) -> T:
        """What a function of a program returns, which runs for itself and for a limited time; `what` names it for people.

        Raises an error that says why there is no answer.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The open unit of work, who acts, when (aware, UTC), the programs, and the rules of allocation."""

    unit: Unit
    actor: Actor
    now: datetime
    programs: Programs
    rules: AllocationRules = DEFAULT_RULES

    @property
    def today(self) -> date:
        """The day in Asia/Jakarta."""
        return jakarta_day(self.now)


def running(programs: Programs, program_id: str) -> ActiveProgram | None:
    """The program that a record is of, None while it is away: disabled, at fault, or not installed any more."""
    try:
        return programs.require(program_id)
    except (InvalidInput, Unavailable):
        return None


def require_running(programs: Programs, program_id: str) -> ActiveProgram:
    """The program that a record is of. Raises Unavailable with the reason while it is away."""
    try:
        return programs.require(program_id)
    except InvalidInput as unknown:
        raise Unavailable(
            Problem(
                code="program_missing",
                message=Text(
                    f"program {program_id} tidak terpasang lagi (pasang paketnya dan tambahkan {program_id} ke "
                    "programs.enabled, lalu mulai ulang)",
                    f"program {program_id} isn't installed any more (install its package and add {program_id} to "
                    "programs.enabled, then restart)",
                ),
                pointer="/program_id",
                expected="active",
                given="missing",
            )
        ) from unknown


def jakarta_day(instant: datetime) -> date:
    """The day in Asia/Jakarta at an instant."""
    return instant.astimezone(JAKARTA).date()
