"""The workbench: what a program's flow can do with the platform while it runs.

A flow gets a batch of item ids. `Workbench.each` works through them: each item in a transaction of its own, done exactly once,
a failing item set aside for a retry without harm to the others.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ksbb.domain.rights import Role
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.program.rules import CommitmentView, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPlan:
    """An obligation to open: `kind` is the program's own name for it, `due_on` its day, `owner` the role that must act.

    The owner's organisation is filled in by the platform from the commitment (aggregator, collaborator, executor).
    """

    kind: str
    due_on: date
    owner: Role
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A witnessed handover as flows see it: `accepted` units by aid type."""

    handed_over_on: date
    target_kind: TargetKind
    accepted: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """An identifier that more than one commitment carries; `value` is masked but for its last four characters.

    `commitments` are their ids.
    """

    kind: str
    value: str
    commitments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """Goods of one line in custody of an aggregator; `quantity` in whole units, `expires_on` where the goods expire."""

    commitment_id: str
    commitment_number: str
    aggregator_name: str
    aid_type: str
    quantity: int
    expires_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a batch went: items done now, done before (a repeated batch), and set aside for a retry."""

    done: int
    skipped: int
    failed: int


class Case(Protocol):
    """One commitment on the workbench, inside the transaction of its item."""

    @property
    def commitment(self) -> CommitmentView:
        """The commitment."""

    @property
    def handover(self) -> HandedOver | None:
        """The handover that the item is about, at stage `handed_over` only."""

    def run_rules(self) -> Sequence[Finding]:
        """The findings of all the program's rules. Raises RuleFailed when a rule raises or answers with rubbish."""

    async def clashes(self, kind: str) -> Sequence[Clash]:
        """Identifiers of this commitment that other live commitments carry too."""

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        """Keep the findings; any of severity `block` stops the approval."""

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        """Open an obligation about this item; opening the same one again changes nothing."""


class Workbench(Protocol):
    """The platform as a running flow of one program sees it."""

    @property
    def program_id(self) -> str:
        """The program that the flow belongs to."""

    @property
    def settings(self) -> Any:
        """The program's validated settings."""

    @property
    def today(self) -> date:
        """The day in Asia/Jakarta."""

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        """Run `step` on every item, each in a transaction of its own and exactly once.

        A step has some 20 s: what takes long, such as asking another system, is done before.
        """

    async def custody(self) -> Sequence[Custody]:
        """All goods of the program that are in custody now."""

    async def clashes(self, kind: str) -> Sequence[Clash]:
        """All identifiers of a kind that more than one live commitment carries."""

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        """Open an obligation about a commitment; False when the same one stood already."""


_current: ContextVar[Workbench] = ContextVar("ksbb_workbench")


def workbench() -> Workbench:
    """The workbench of the running flow. Raises LookupError outside of a flow that the platform started."""
    return _current.get()


def use_workbench(bench: Workbench) -> None:
    """Set the workbench for the flow about to run in this context; the engine calls it, programs don't."""
    _current.set(bench)
