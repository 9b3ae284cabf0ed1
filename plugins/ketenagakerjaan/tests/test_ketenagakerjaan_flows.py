"""The flows of the employment program and the reports that they open."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from importlib import import_module

import pytest

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
    TargetKind,
    Text,
)
from ksbb.program.bench import use_workbench
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import TRAINING
from ksbb_ketenagakerjaan.plans import placement_report
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings

SEATS = LineView(position=0, aid_type="training", quantity=50, attributes=TRAINING.examples[0])
COMMITMENT = CommitmentView(
    number="KETENAGAKERJAAN-2026-000001",
    collaborator_class=CollaboratorClass.ASSOCIATION,
    fund_source=FundSource.OWN,
    area_code="31.71.06.1002",
    target_kind=None,
    submitted_on=date(2026, 4, 1),
    planned_handover_on=date(2026, 6, 15),
    lines=(SEATS,),
)


def handover(**accepted: int) -> HandedOver:
    return HandedOver(handed_over_on=date(2026, 6, 15), target_kind=TargetKind.JOB_SEEKER_GROUP, accepted=accepted)


REPORT = FollowUpPlan(
    kind="placement_90_days",
    due_on=date(2026, 9, 13),
    owner=Role.AGGREGATOR,
    title=Text(
        "Laporkan completed, certified, placed: banyaknya peserta yang selesai, bersertifikat, dan bekerja 90 hari "
        "setelah serah terima 2026-06-15, komitmen KETENAGAKERJAAN-2026-000001; hanya jumlah, tanpa nama, "
        "tiap peserta sekali per komitmen",
        "Report completed, certified, placed: how many participants completed, were certified, and are at work 90 days "
        "after the handover of 2026-06-15, commitment KETENAGAKERJAAN-2026-000001; counts only, no names, "
        "each participant once per commitment",
    ),
)


@pytest.mark.parametrize("aid_type_id", ["training", "certification", "job_placement"])
def test_report_after_90_days(aid_type_id: str) -> None:
    assert placement_report(COMMITMENT, handover(**{aid_type_id: 1}), 90) == REPORT


@pytest.mark.parametrize("accepted", [{"tools": 10}, {"training": 0}, {}])
def test_nobody_to_report_on(accepted: dict[str, int]) -> None:
    assert placement_report(COMMITMENT, handover(**accepted), 90) is None


def test_metrics_count_the_fields_of_the_report() -> None:
    assert {(metric.follow_up_kind, metric.result_field) for metric in PROGRAM.success_metrics} == {
        ("placement_90_days", "completed"),
        ("placement_90_days", "certified"),
        ("placement_90_days", "placed"),
    }


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
    case = RecordingCase(replace(COMMITMENT, lines=(replace(SEATS, quantity=49),)), None)
    await run("assess", case, KetenagakerjaanSettings())
    assert [[finding.code for finding in found] for found in case.assessments] == [["seats_not_batches"]]
    assert case.plans == []


async def test_placement_opens_the_report() -> None:
    case = RecordingCase(COMMITMENT, handover(training=48, tools=2))
    await run("placement", case, KetenagakerjaanSettings())
    assert case.plans == [REPORT]
    assert case.assessments == []


async def test_placement_honours_the_settings() -> None:
    case = RecordingCase(COMMITMENT, handover(training=48))
    await run("placement", case, KetenagakerjaanSettings(placement_days=30))
    assert [(plan.kind, plan.due_on) for plan in case.plans] == [("placement_90_days", date(2026, 7, 15))]


async def test_placement_of_tools_alone_opens_nothing() -> None:
    case = RecordingCase(COMMITMENT, handover(tools=2))
    await run("placement", case, KetenagakerjaanSettings())
    assert case.plans == []


async def test_placement_needs_a_handover() -> None:
    with pytest.raises(ValueError, match="no handover given") as raised:
        await run("placement", RecordingCase(COMMITMENT, None), KetenagakerjaanSettings())
    assert str(raised.value) == (
        "commitment KETENAGAKERJAAN-2026-000001: placement runs at stage handed_over only, no handover given"
    )
