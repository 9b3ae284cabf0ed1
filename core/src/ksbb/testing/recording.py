"""A workbench in memory that keeps what a program's flows do, to run them without a platform and without Prefect."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ksbb.flows.catalog import load_flow
from ksbb.program import (
    Case,
    Clash,
    CommitmentView,
    Custody,
    Finding,
    FollowUpPlan,
    HandedOver,
    Outcome,
    Program,
    ProgramSettings,
)
from ksbb.program.bench import use_workbench
from ksbb.usecases.assess import run_rules
from ksbb.usecases.desk import ActiveProgram


@dataclass(slots=True, kw_only=True)
class RecordedCase:
    """One commitment in memory. `assessments` holds the findings of each time that they were recorded, `plans` every
    follow-up that was opened, in order and also when it was opened before, `asked` the registers that were looked into.
    """

    active: ActiveProgram
    commitment: CommitmentView
    handover: HandedOver | None = None
    clashing: Sequence[Clash] = ()
    assessments: list[list[Finding]] = field(default_factory=list)
    plans: list[FollowUpPlan] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def run_rules(self) -> Sequence[Finding]:
        """The findings of all the program's rules. Raises RuleFailed when a rule raises or answers with rubbish."""
        return run_rules(self.active, self.commitment)

    async def clashes(self, kind: str) -> Sequence[Clash]:
        """Those of `clashing` that are of this kind. Raises LookupError when no aid type has such identifiers."""
        self.asked.add(kind)
        return _of_kind(self.active.program, kind, self.clashing)

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        """Keep the findings in `assessments`."""
        self.assessments.append(list(findings))

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        """Keep the follow-up in `plans`."""
        self.plans.append(plan)


@dataclass(slots=True)
class RecordingBench:
    """A workbench in memory: `add` cases to it, give it goods in custody or clashes, then `run` a flow.

    `goods` is what `custody` answers; a flow that asks where none were given fails. `opened` holds the follow-ups
    opened on the bench itself, with their commitments' ids, `asked` the registers that flows looked into.
    """

    program: Program
    settings: ProgramSettings
    today: date = date(2026, 4, 1)
    goods: Sequence[Custody] | None = None
    clashing: Sequence[Clash] = ()
    cases: dict[str, RecordedCase] = field(default_factory=dict)
    opened: list[tuple[str, FollowUpPlan]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    @property
    def program_id(self) -> str:
        """The program that the flow belongs to."""
        return self.program.id

    def add(
        self, commitment: CommitmentView, handover: HandedOver | None = None, clashing: Sequence[Clash] = ()
    ) -> RecordedCase:
        """A new case on the bench, as the item `item-1`, `item-2` and so on."""
        active = ActiveProgram(program=self.program, settings=self.settings)
        case = RecordedCase(
            active=active, commitment=commitment, handover=handover, clashing=clashing, asked=self.asked
        )
        self.cases[f"item-{len(self.cases) + 1}"] = case
        return case

    async def run(self, name: str) -> None:
        """Run the program's flow of this name, one of a stage with all cases. Raises what the flow raises."""
        flow = next(flow for flow in self.program.flows if flow.name == name)
        use_workbench(self)
        await load_flow(flow.entrypoint).fn(*([list(self.cases)] if flow.stage else []))

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        """Run `step` on every item. Raises what it raises: nothing is set aside here."""
        for item in items:
            await step(self.cases[item])
        return Outcome(done=len(items), skipped=0, failed=0)

    async def custody(self) -> Sequence[Custody]:
        """The `goods`. Raises LookupError when none were given."""
        if self.goods is None:
            raise LookupError("the flow asks for goods in custody: give the bench some, or an empty list")
        return self.goods

    async def clashes(self, kind: str) -> Sequence[Clash]:
        """Those of `clashing` that are of this kind. Raises LookupError when no aid type has such identifiers."""
        self.asked.add(kind)
        return _of_kind(self.program, kind, self.clashing)

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        """Keep the follow-up in `opened`; False when one of its kind and day stands there for the commitment."""
        if (commitment_id, plan.kind, plan.due_on) in {(other, kept.kind, kept.due_on) for other, kept in self.opened}:
            return False
        self.opened.append((commitment_id, plan))
        return True


def _of_kind(program: Program, kind: str, clashes: Iterable[Clash]) -> list[Clash]:
    kinds = {identifier.kind for aid_type in program.aid_types for identifier in aid_type.identifiers}
    if kind not in kinds:
        raise LookupError(f"program {program.id!r} has identifiers of {sorted(kinds)}, none of kind {kind!r}")
    return [clash for clash in clashes if clash.kind == kind]
