"""The education program's flows, run as plain functions on a workbench that keeps what they do."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

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
    Role,
    Severity,
    Text,
)
from ksbb.program.bench import use_workbench
from ksbb_pendidikan import PROGRAM
from ksbb_pendidikan.aid import STUDENT_DEVICE
from ksbb_pendidikan.flows import assess, imei_sweep
from ksbb_pendidikan.settings import PendidikanSettings

A, B = "490154203237518", "356938035643809"


def clash(imei: str, *commitments: str) -> Clash:
    return Clash(kind="imei", value="*" * 11 + imei[-4:], commitments=commitments)


@dataclass
class KeptCase:
    """A case in memory."""

    commitment: CommitmentView
    clashing: list[Clash] = field(default_factory=list)
    handover: HandedOver | None = None
    assessed: list[Finding] = field(default_factory=list)

    def run_rules(self) -> Sequence[Finding]:
        return [found for rule in PROGRAM.rules for found in rule.check(self.commitment, PendidikanSettings())]

    async def clashes(self, kind: str) -> Sequence[Clash]:
        return [found for found in self.clashing if found.kind == kind]

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        self.assessed.extend(findings)

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        raise AssertionError(f"no follow-up at the assessment: {plan}")


@dataclass
class KeptBench:
    """A workbench in memory."""

    today: date
    program_id: str = "pendidikan"
    settings: Any = field(default_factory=PendidikanSettings)
    cases: dict[str, KeptCase] = field(default_factory=dict)
    clashing: list[Clash] = field(default_factory=list)
    opened: list[tuple[str, FollowUpPlan]] = field(default_factory=list)

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        for item in items:
            await step(self.cases[item])
        return Outcome(done=len(items), skipped=0, failed=0)

    async def custody(self) -> Sequence[Custody]:
        raise AssertionError("this program does not ask for custody")

    async def clashes(self, kind: str) -> Sequence[Clash]:
        return [found for found in self.clashing if found.kind == kind]

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        stood = (commitment_id, plan.kind, plan.due_on) in {(id_, p.kind, p.due_on) for id_, p in self.opened}
        if not stood:
            self.opened.append((commitment_id, plan))
        return not stood


def devices(*imeis: str) -> CommitmentView:
    attributes = {**STUDENT_DEVICE.examples[1], "imei": list(imeis)}
    return CommitmentView(
        number="PENDIDIKAN-2026-000001",
        collaborator_class=CollaboratorClass.COMMUNITY,
        fund_source=FundSource.OWN,
        area_code="31.71",
        target_kind=None,
        submitted_on=date(2026, 7, 1),
        planned_handover_on=date(2026, 8, 1),
        lines=(LineView(position=0, aid_type="student_device", quantity=len(imeis), attributes=attributes),),
    )


async def assessed(case: KeptCase) -> list[Finding]:
    use_workbench(KeptBench(today=date(2026, 7, 1), cases={"item": case}))
    await assess.fn(["item"])
    return case.assessed


def not_unique(shown: str, pointer: str) -> Finding:
    return Finding(
        code="imei_not_unique",
        severity=Severity.BLOCK,
        message=Text(
            f"IMEI {shown} juga tercatat pada komitmen lain; periksa gawainya, lalu perbaiki atau hapus",
            f"the IMEI {shown} is in another commitment, too; check the device, then correct or remove it",
        ),
        pointer=pointer,
    )


async def test_a_commitment_with_imeis_of_its_own_passes() -> None:
    assert await assessed(KeptCase(devices(A, B))) == []


async def test_an_imei_of_another_commitment_blocks() -> None:
    case = KeptCase(devices(A, B), clashing=[clash(B, "id-1", "id-2")])

    assert await assessed(case) == [not_unique("***********3809", "/lines/0/attributes/imei/1")]


async def test_the_finding_names_no_place_when_two_imeis_end_alike() -> None:
    # Both are Luhn-valid and end in 7518.
    case = KeptCase(devices(A, "490154200007518"), clashing=[clash(A, "id-1", "id-2")])

    found = [finding for finding in await assessed(case) if finding.code == "imei_not_unique"]

    assert found == [not_unique("***********7518", "")]


async def test_rule_findings_come_first() -> None:
    case = KeptCase(devices(A, "490154203237517"), clashing=[clash(A, "id-1", "id-2")])

    assert [finding.code for finding in await assessed(case)] == ["imei_invalid", "imei_not_unique"]


def plan(due_on: date, indonesian: str, english: str) -> FollowUpPlan:
    return FollowUpPlan(kind="imei_clash", due_on=due_on, owner=Role.ASSESSOR, title=Text(indonesian, english))


async def sweep(bench: KeptBench) -> list[tuple[str, FollowUpPlan]]:
    use_workbench(bench)
    await imei_sweep.fn()
    return bench.opened


async def test_the_sweep_tells_the_assessor_about_each_commitment() -> None:
    both = [clash(A, "id-2", "id-1"), clash(B, "id-2", "id-3", "id-3")]
    opened = await sweep(KeptBench(today=date(2026, 7, 6), clashing=both))
    a, b = "***********7518", "***********3809"

    assert opened == [
        (
            "id-1",
            plan(date(2026, 7, 31), f"IMEI juga ada pada komitmen lain: {a}", f"IMEI also in another commitment: {a}"),
        ),
        (
            "id-2",
            plan(
                date(2026, 7, 31),
                f"IMEI juga ada pada komitmen lain: {b}, {a}",
                f"IMEI also in another commitment: {b}, {a}",
            ),
        ),
        (
            "id-3",
            plan(date(2026, 7, 31), f"IMEI juga ada pada komitmen lain: {b}", f"IMEI also in another commitment: {b}"),
        ),
    ]


async def test_many_clashes_are_summed_up() -> None:
    many = [Clash(kind="imei", value=f"***********000{n}", commitments=("id-1", "id-2")) for n in range(5)]

    opened = await sweep(KeptBench(today=date(2026, 7, 6), clashing=many))

    shown = "***********0000, ***********0001, ***********0002"
    assert opened[0][1].title == Text(
        f"IMEI juga ada pada komitmen lain: {shown} dan 2 lainnya",
        f"IMEI also in another commitment: {shown} and 2 more",
    )


async def test_a_clash_that_stands_is_not_opened_each_week() -> None:
    bench = KeptBench(today=date(2026, 7, 6), clashing=[clash(A, "id-1")])

    for day in (6, 13, 20, 27):
        bench.today = date(2026, 7, day)
        await sweep(bench)

    assert [follow_up.due_on for _, follow_up in bench.opened] == [date(2026, 7, 31), date(2026, 8, 31)]


async def test_the_assessor_has_at_least_the_days_of_the_setting() -> None:
    settings = PendidikanSettings(imei_clash_days=30)

    opened = await sweep(KeptBench(today=date(2026, 7, 6), settings=settings, clashing=[clash(A, "id-1")]))

    assert opened[0][1].due_on == date(2026, 8, 31)


def test_the_program_names_its_flows() -> None:
    assert [(flow.name, flow.entrypoint, flow.stage, flow.schedule) for flow in PROGRAM.flows] == [
        ("pendidikan-assess", "ksbb_pendidikan.flows:assess", "submitted", None),
        ("pendidikan-imei-sweep", "ksbb_pendidikan.flows:imei_sweep", None, "0 4 * * 1"),
    ]
