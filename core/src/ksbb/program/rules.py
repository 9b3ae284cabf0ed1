"""Assessment rules: pure functions from a view of a commitment to findings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ksbb.domain.parties import CollaboratorClass, FundSource
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text


class Severity(StrEnum):
    """`block` stops the approval, `warn` and `info` are for the assessor to weigh."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: a `code` of the rule, how grave, in words, and where (JSON Pointer into the commitment)."""

    code: str
    severity: Severity
    message: Text
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A commitment line as rules see it; `quantity` in whole units of the aid type."""

    position: int
    aid_type: str
    quantity: int
    attributes: Mapping[str, Any]

    def at(self, attribute: str) -> str:
        """The JSON Pointer of one of the line's attributes."""
        return f"/lines/{self.position}/attributes/{attribute}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentView:
    """A commitment as rules see it. `submitted_on` is the day (Asia/Jakarta) to judge by; rules never read a clock."""

    number: str
    collaborator_class: CollaboratorClass
    fund_source: FundSource
    area_code: str
    target_kind: TargetKind | None
    submitted_on: date
    planned_handover_on: date
    lines: tuple[LineView, ...]

    def lines_of(self, *aid_types: str) -> tuple[LineView, ...]:
        """The lines of the given aid types."""
        return tuple(line for line in self.lines if line.aid_type in aid_types)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `check` gets the commitment and the program's settings, is pure, and answers only with `codes`.

    `source` names the regulation or publication that the rule comes from.
    """

    id: str
    title: Text
    source: str
    codes: tuple[str, ...]
    check: Callable[[CommitmentView, Any], Iterable[Finding]]

    def __post_init__(self) -> None:
        if not self.codes:
            raise ValueError(f"rule {self.id!r}: name the codes of its findings")
