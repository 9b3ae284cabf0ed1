"""What a rule of quality is, and what it answers with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from ksbb.testing.quality.subject import Subject


class Tier(StrEnum):
    """`bronze`: safe to enable. `silver`: well made. `gold`: an example to others. Each holds all of those below."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"

    @property
    def rank(self) -> int:
        """1 for bronze to 3 for gold."""
        return list(Tier).index(self) + 1


class Waiver(StrEnum):
    """What a program can be exempted from: nothing, the rule at one place, or the whole rule."""

    NEVER = "never"
    PLACE = "place"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that a rule found wrong: where, what was expected, what is there, and what to do."""

    where: str
    expected: str
    given: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}; given {self.given}. {self.remedy}."


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityRule:
    """One rule of quality. `check` answers with all that is wrong, nothing when the rule holds.

    `needs_sources`: it reads files that no wheel has (tests, README), and can't be judged without the source folder.
    """

    id: str
    tier: Tier
    title: str
    asks: str
    why: str
    check: Callable[[Subject], Iterable[Flaw]]
    waiver: Waiver = Waiver.RULE
    needs_sources: bool = False

    @property
    def documentation(self) -> str:
        """Where the rule is described."""
        return f"core/src/ksbb/testing/quality/README.md#{self.id}"
