"""The flows of the waste program and the monthly reports that they open."""

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
from ksbb_persampahan import PROGRAM
from ksbb_persampahan.aid import BIN, RECYCLABLE_OFFTAKE
from ksbb_persampahan.plans import offtake_months
from ksbb_persampahan.settings import PersampahanSettings

OFFTAKE = LineView(position=0, aid_type="recyclable_offtake", quantity=500, attributes=RECYCLABLE_OFFTAKE.examples[0])
COMMITMENT = CommitmentView(
    number="PERSAMPAHAN-2026-000001",
    collaborator_class=CollaboratorClass.ENTERPRISE,
    fund_source=FundSource.CSR,
    area_code="31.71.06.1002",
    target_kind=None,
    submitted_on=date(2026, 4, 1),
    planned_handover_on=date(2026, 5, 31),
    lines=(OFFTAKE,),
)


def handover(accepted: dict[str, int], day: date = date(2026, 5, 15)) -> HandedOver:
    return HandedOver(handed_over_on=day, target_kind=TargetKind.WASTE_BANK, accepted=accepted)


REPORTS = (
    FollowUpPlan(
        kind="offtake_month",
        due_on=date(2026, 6, 15),
        owner=Role.AGGREGATOR,
        title=Text(
            "Laporkan kg: sampah daur ulang yang diserap pada bulan ke-1 dari 2, komitmen PERSAMPAHAN-2026-000001, "
            "serah terima 2026-05-15 (500 kg/bulan)",
            "Report kg: recyclables taken in month 1 of 2, commitment PERSAMPAHAN-2026-000001, "
            "handover of 2026-05-15 (500 kg/month)",
        ),
    ),
    FollowUpPlan(
        kind="offtake_month",
        due_on=date(2026, 7, 15),
        owner=Role.AGGREGATOR,
        title=Text(
            "Laporkan kg: sampah daur ulang yang diserap pada bulan ke-2 dari 2, komitmen PERSAMPAHAN-2026-000001, "
            "serah terima 2026-05-15 (500 kg/bulan)",
            "Report kg: recyclables taken in month 2 of 2, commitment PERSAMPAHAN-2026-000001, "
            "handover of 2026-05-15 (500 kg/month)",
        ),
    ),
)


def test_one_report_a_month() -> None:
    assert offtake_months(COMMITMENT, handover({"recyclable_offtake": 500}), 2) == REPORTS


def test_short_months_end_the_count_and_long_ones_resume_it() -> None:
    reports = offtake_months(COMMITMENT, handover({"recyclable_offtake": 1}, date(2027, 12, 31)), 4)
    assert [report.due_on for report in reports] == [
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
    ]


@pytest.mark.parametrize("accepted", [{"bin": 240}, {"recyclable_offtake": 0}, {}])
def test_no_offtake_no_reports(accepted: dict[str, int]) -> None:
    assert offtake_months(COMMITMENT, handover(accepted), 12) == ()


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
    few = LineView(position=1, aid_type="bin", quantity=1, attributes=BIN.examples[0])
    case = RecordingCase(replace(COMMITMENT, lines=(OFFTAKE, few)), None)
    await run("assess", case, PersampahanSettings())
    assert [[finding.code for finding in found] for found in case.assessments] == [["bins_too_few"]]
    assert case.plans == []


async def test_offtake_records_opens_as_many_months_as_the_settings_say() -> None:
    case = RecordingCase(COMMITMENT, handover({"recyclable_offtake": 500}))
    await run("offtake_records", case, PersampahanSettings(offtake_months=2))
    assert tuple(case.plans) == REPORTS
    assert case.assessments == []


async def test_offtake_records_needs_a_handover() -> None:
    with pytest.raises(ValueError, match="no handover given") as raised:
        await run("offtake_records", RecordingCase(COMMITMENT, None), PersampahanSettings())
    assert str(raised.value) == (
        "commitment PERSAMPAHAN-2026-000001: offtake_records runs at stage handed_over only, no handover given"
    )
