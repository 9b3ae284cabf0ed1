"""The flows of the settlement program and the photo rounds that they open."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from importlib import import_module

from ksbb.program import (
    Case,
    Clash,
    CollaboratorClass,
    CommitmentView,
    Custody,
    Finding,
    FollowUpPlan,
    FundSource,
    HandedOver,
    LineView,
    Outcome,
    ProgramSettings,
    Role,
    Text,
)
from ksbb.program.bench import use_workbench
from ksbb_permukiman import PROGRAM
from ksbb_permukiman.aid import HOUSE_REPAIR, MATERIAL, WORKS
from ksbb_permukiman.plans import photo_rounds
from ksbb_permukiman.settings import PermukimanSettings

DRAIN = LineView(position=0, aid_type="works", quantity=72, attributes=WORKS.examples[0])
CEMENT = LineView(position=1, aid_type="material", quantity=200, attributes=MATERIAL.examples[0])


def commitment(*lines: LineView) -> CommitmentView:
    return CommitmentView(
        number="PERMUKIMAN-2026-000001",
        collaborator_class=CollaboratorClass.ENTERPRISE,
        fund_source=FundSource.CSR,
        area_code="31.71.06.1002",
        target_kind=None,
        submitted_on=date(2026, 4, 1),
        planned_handover_on=date(2026, 8, 15),
        lines=lines,
    )


def plan(kind: str, due_on: date, indonesian: str, english: str) -> FollowUpPlan:
    return FollowUpPlan(kind=kind, due_on=due_on, owner=Role.AGGREGATOR, title=Text(indonesian, english))


ROUNDS = (
    plan(
        "photos_0",
        date(2026, 6, 1),
        "Foto pekerjaan 0 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan)",
        "Photos of works at 0 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works)",
    ),
    plan(
        "photos_50",
        date(2026, 7, 1),
        "Foto pekerjaan 50 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan)",
        "Photos of works at 50 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works)",
    ),
    plan(
        "photos_100",
        date(2026, 7, 31),
        "Foto pekerjaan 100 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan); laporkan "
        "indicators_improved: banyaknya indikator kumuh yang membaik, tiap indikator sekali per komitmen",
        "Photos of works at 100 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works); report "
        "indicators_improved: how many slum indicators improved, each once per commitment",
    ),
)


def test_rounds_at_start_middle_and_end() -> None:
    assert photo_rounds(commitment(DRAIN, CEMENT)) == ROUNDS


def test_material_alone_needs_no_photos() -> None:
    assert photo_rounds(commitment(CEMENT)) == ()


def test_lines_of_the_same_days_share_their_rounds() -> None:
    house = LineView(position=2, aid_type="house_repair", quantity=4, attributes=HOUSE_REPAIR.examples[0])
    rounds = photo_rounds(commitment(DRAIN, house))
    assert [(each.kind, each.due_on) for each in rounds] == [(each.kind, each.due_on) for each in ROUNDS]
    assert rounds[0].title == Text(
        "Foto pekerjaan 0 % komitmen PERMUKIMAN-2026-000001 (baris 1 Pekerjaan lingkungan, baris 3 Perbaikan rumah)",
        "Photos of works at 0 % of commitment PERMUKIMAN-2026-000001 (line 1 Neighbourhood works, line 3 House repair)",
    )


def test_lines_of_other_days_have_rounds_of_their_own() -> None:
    later = {**HOUSE_REPAIR.examples[0], "planned_start_on": "2026-07-01", "planned_end_on": "2026-07-31"}
    house = LineView(position=1, aid_type="house_repair", quantity=4, attributes=later)
    assert [(each.kind, each.due_on) for each in photo_rounds(commitment(DRAIN, house))] == [
        ("photos_0", date(2026, 6, 1)),
        ("photos_0", date(2026, 7, 1)),
        ("photos_50", date(2026, 7, 1)),
        ("photos_50", date(2026, 7, 16)),
        ("photos_100", date(2026, 7, 31)),
    ]


def test_works_of_one_day_have_three_rounds_on_it() -> None:
    one_day = {**WORKS.examples[0], "planned_end_on": "2026-06-01"}
    line = LineView(position=0, aid_type="works", quantity=72, attributes=one_day)
    assert [(each.kind, each.due_on) for each in photo_rounds(commitment(line))] == [
        ("photos_0", date(2026, 6, 1)),
        ("photos_50", date(2026, 6, 1)),
        ("photos_100", date(2026, 6, 1)),
    ]


# Flows


class RecordingCase:
    """A case that keeps what a flow does with it."""

    def __init__(self, commitment: CommitmentView, handover: HandedOver | None) -> None:
        self.commitment = commitment
        self.handover = handover
        self.assessments: list[list[Finding]] = []
        self.plans: list[FollowUpPlan] = []

    def run_rules(self) -> Sequence[Finding]:
        return [finding for rule in PROGRAM.rules for finding in rule.check(self.commitment, PROGRAM.settings())]

    async def clashes(self, kind: str) -> Sequence[Clash]:
        raise NotImplementedError(kind)

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        self.assessments.append(list(findings))

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        self.plans.append(plan)


class RecordingBench:
    """A workbench with one case, under the id `item`."""

    def __init__(self, case: RecordingCase, settings: ProgramSettings) -> None:
        self.case = case
        self.settings = settings
        self.program_id = PROGRAM.id
        self.today = date(2026, 4, 1)

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        assert items == ["item"]
        await step(self.case)
        return Outcome(done=1, skipped=0, failed=0)

    async def custody(self) -> Sequence[Custody]:
        raise NotImplementedError

    async def clashes(self, kind: str) -> Sequence[Clash]:
        raise NotImplementedError(kind)

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        raise NotImplementedError(commitment_id, plan)


async def run(name: str, case: RecordingCase, settings: ProgramSettings) -> None:
    """Run a flow of the program by its entry point, without Prefect's engine around it."""
    entry = next(flow.entrypoint for flow in PROGRAM.flows if flow.name == name)
    module, function = entry.split(":")
    use_workbench(RecordingBench(case, settings))
    await getattr(import_module(module), function).fn(["item"])


async def test_assess_records_what_the_rules_find() -> None:
    bare = {name: value for name, value in WORKS.examples[0].items() if name not in {"budget_rupiah", "consent"}}
    case = RecordingCase(commitment(LineView(position=0, aid_type="works", quantity=72, attributes=bare)), None)
    await run("assess", case, PermukimanSettings())
    assert [[finding.code for finding in found] for found in case.assessments] == [
        ["budget_missing", "consent_missing"]
    ]
    assert case.plans == []


async def test_milestones_opens_the_rounds() -> None:
    case = RecordingCase(commitment(DRAIN), None)
    await run("milestones", case, PermukimanSettings())
    assert tuple(case.plans) == ROUNDS
    assert case.assessments == []
