"""The enterprise program's flows, run as plain functions on a workbench that keeps what they do."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

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
    Role,
    TargetKind,
    Text,
)
from ksbb.program.bench import use_workbench
from ksbb_umkm import PROGRAM
from ksbb_umkm.aid import CAPITAL
from ksbb_umkm.flows import assess, follow_up
from ksbb_umkm.settings import UmkmSettings


@dataclass
class KeptCase:
    """A case in memory."""

    commitment: CommitmentView
    handover: HandedOver | None = None
    assessed: list[Finding] = field(default_factory=list)
    opened: list[FollowUpPlan] = field(default_factory=list)

    def run_rules(self) -> Sequence[Finding]:
        return [found for rule in PROGRAM.rules for found in rule.check(self.commitment, UmkmSettings())]

    async def clashes(self, kind: str) -> Sequence[Clash]:
        raise AssertionError(f"no register {kind!r} in this program")

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        self.assessed.extend(findings)

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        self.opened.append(plan)


@dataclass
class KeptBench:
    """A workbench in memory."""

    cases: dict[str, KeptCase]
    settings: Any = field(default_factory=UmkmSettings)
    today: date = date(2026, 9, 1)
    program_id: str = "umkm"

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        for item in items:
            await step(self.cases[item])
        return Outcome(done=len(items), skipped=0, failed=0)

    async def custody(self) -> Sequence[Custody]:
        raise AssertionError("this program does not ask for custody")

    async def clashes(self, kind: str) -> Sequence[Clash]:
        raise AssertionError(f"no register {kind!r} in this program")

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        raise AssertionError(f"follow-ups are opened on the case: {commitment_id}, {plan}")


def case(handover: HandedOver | None = None, **attributes: Any) -> KeptCase:
    view = CommitmentView(
        number="UMKM-2026-000001",
        collaborator_class=CollaboratorClass.ENTERPRISE,
        fund_source=FundSource.CSR,
        area_code="31.71",
        target_kind=None,
        submitted_on=date(2026, 7, 1),
        planned_handover_on=date(2026, 8, 1),
        lines=(LineView(position=0, aid_type=CAPITAL.id, quantity=100, attributes={"form": "grant", **attributes}),),
    )
    return KeptCase(view, handover)


def handed_over(on: date, accepted: int) -> HandedOver:
    return HandedOver(handed_over_on=on, target_kind=TargetKind.ENTERPRISE, accepted={"capital": accepted})


async def test_the_assessment_keeps_what_the_rules_find() -> None:
    good, bad = case(jakpreneur_ids=["JP-000123"]), case()
    use_workbench(KeptBench({"good": good, "bad": bad}))

    await assess.fn(["good", "bad"])

    assert good.assessed == []
    assert [finding.code for finding in bad.assessed] == ["enterprise_missing"]


@pytest.mark.parametrize(
    ("on", "months", "due_on"),
    [
        (date(2026, 9, 1), 6, date(2027, 3, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 9, 1), 3, date(2026, 12, 1)),
    ],
)
async def test_enterprises_are_followed_up_after_the_months_of_the_setting(on: date, months: int, due_on: date) -> None:
    served = case(handed_over(on, 1))
    use_workbench(KeptBench({"item": served}, settings=UmkmSettings(follow_up_months=months)))

    await follow_up.fn(["item"])

    assert served.opened == [
        FollowUpPlan(
            kind="enterprise_six_months",
            due_on=due_on,
            owner=Role.AGGREGATOR,
            title=Text(
                f"UMKM-2026-000001: kabar usaha {months} bulan sesudah serah terima {on}",
                f"UMKM-2026-000001: how the enterprises do {months} months after the handover on {on}",
            ),
        )
    ]


async def test_a_handover_that_was_rejected_whole_needs_no_follow_up() -> None:
    rejected = case(handed_over(date(2026, 9, 1), 0))
    use_workbench(KeptBench({"item": rejected}))

    await follow_up.fn(["item"])

    assert rejected.opened == []


async def test_an_item_without_handover_is_named() -> None:
    use_workbench(KeptBench({"item": case()}))

    with pytest.raises(LookupError, match="commitment UMKM-2026-000001: stage handed_over came without a handover"):
        await follow_up.fn(["item"])


def test_the_program_names_its_flows() -> None:
    assert [(flow.name, flow.entrypoint, flow.stage, flow.schedule) for flow in PROGRAM.flows] == [
        ("umkm-assess", "ksbb_umkm.flows:assess", "submitted", None),
        ("umkm-follow-up", "ksbb_umkm.flows:follow_up", "handed_over", None),
    ]
