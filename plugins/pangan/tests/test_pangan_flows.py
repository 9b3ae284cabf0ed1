"""The food program's flows, run as plain functions on a workbench that keeps what they do."""

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
    Text,
)
from ksbb.program.bench import use_workbench
from ksbb_pangan import PROGRAM
from ksbb_pangan.aid import HOLIDAY_ALLOWANCE
from ksbb_pangan.flows import assess, expiry_watch
from ksbb_pangan.settings import PanganSettings


@dataclass
class KeptCase:
    """A case in memory."""

    commitment: CommitmentView
    handover: HandedOver | None = None
    assessed: list[Finding] = field(default_factory=list)

    def run_rules(self) -> Sequence[Finding]:
        return [found for rule in PROGRAM.rules for found in rule.check(self.commitment, PanganSettings())]

    async def clashes(self, kind: str) -> Sequence[Clash]:
        raise AssertionError(f"no register {kind!r} in this program")

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        self.assessed.extend(findings)

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        raise AssertionError(f"no follow-up at the assessment: {plan}")


@dataclass
class KeptBench:
    """A workbench in memory."""

    today: date
    program_id: str = "pangan"
    settings: Any = field(default_factory=PanganSettings)
    cases: dict[str, KeptCase] = field(default_factory=dict)
    goods: list[Custody] = field(default_factory=list)
    opened: list[tuple[str, FollowUpPlan]] = field(default_factory=list)

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        for item in items:
            await step(self.cases[item])
        return Outcome(done=len(items), skipped=0, failed=0)

    async def custody(self) -> Sequence[Custody]:
        return self.goods

    async def clashes(self, kind: str) -> Sequence[Clash]:
        raise AssertionError(f"no register {kind!r} in this program")

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        stood = (commitment_id, plan.kind, plan.due_on) in {(id_, p.kind, p.due_on) for id_, p in self.opened}
        if not stood:
            self.opened.append((commitment_id, plan))
        return not stood


def held(commitment: str, aid_type: str, expires_on: date | None = None) -> Custody:
    return Custody(
        commitment_id=f"id-{commitment}",
        commitment_number=f"PANGAN-2026-{commitment}",
        aggregator_name="Agregator Contoh",
        aid_type=aid_type,
        quantity=10,
        expires_on=expires_on,
    )


async def watch(today: date, goods: list[Custody], **settings: Any) -> KeptBench:
    bench = KeptBench(today=today, goods=goods, settings=PanganSettings(**settings))
    use_workbench(bench)
    await expiry_watch.fn()
    return bench


def expire(number: str, names_id: str, names_en: str, day: str) -> tuple[str, FollowUpPlan]:
    title = Text(
        f"PANGAN-2026-{number}, {names_id} — kedaluwarsa {day}: salurkan sebelumnya",
        f"PANGAN-2026-{number}, {names_en} — expire on {day}: hand them over before",
    )
    plan = FollowUpPlan(kind="goods_expire", due_on=date.fromisoformat(day), owner=Role.AGGREGATOR, title=title)
    return f"id-{number}", plan


async def test_goods_that_expire_within_thirty_days_are_followed_up() -> None:
    goods = [
        held("000002", "staple_food", date(2026, 7, 31)),
        held("000001", "staple_food", date(2026, 8, 1)),
        held("000003", "staple_food"),
        held("000004", "staple_food", date(2026, 6, 30)),
    ]

    bench = await watch(date(2026, 7, 1), goods)

    assert bench.opened == [
        expire("000002", "Paket sembako", "Staple food package", "2026-07-31"),
        expire("000004", "Paket sembako", "Staple food package", "2026-06-30"),
    ]


async def test_the_span_is_a_setting_and_one_commitment_gets_one_follow_up_a_day() -> None:
    day = date(2026, 7, 3)
    goods = [held("000001", "staple_food", day), held("000001", "eid_package", day)]

    assert (await watch(date(2026, 7, 1), goods, expiry_watch_days=1)).opened == []
    assert (await watch(date(2026, 7, 1), goods, expiry_watch_days=2)).opened == [
        expire("000001", "Paket Lebaran, Paket sembako", "Eid package, Staple food package", "2026-07-03")
    ]


async def test_a_second_run_opens_nothing_more() -> None:
    bench = await watch(date(2026, 7, 1), [held("000001", "staple_food", date(2026, 7, 3))])
    before = list(bench.opened)

    bench.today = date(2026, 7, 2)
    await expiry_watch.fn()

    assert len(before) == 1
    assert bench.opened == before


async def test_eid_aid_left_in_the_last_week_of_the_window() -> None:
    goods = [held("000001", "holiday_allowance"), held("000002", "ready_meal"), held("000003", "staple_food")]
    expected = [
        (
            "id-000001",
            FollowUpPlan(
                kind="eid_window_closes",
                due_on=date(2026, 3, 27),
                owner=Role.AGGREGATOR,
                title=Text(
                    "PANGAN-2026-000001, Tunjangan hari raya (THR) — masa Lebaran berakhir 2026-03-27: "
                    "salurkan sebelumnya",
                    "PANGAN-2026-000001, Holiday allowance — the Eid window closes on 2026-03-27: "
                    "hand them over before",
                ),
            ),
        )
    ]

    assert (await watch(date(2026, 3, 19), goods)).opened == []
    assert (await watch(date(2026, 3, 20), goods)).opened == expected
    assert (await watch(date(2026, 3, 27), goods)).opened == expected
    assert (await watch(date(2026, 3, 28), goods)).opened == []
    assert (await watch(date(2026, 3, 19), goods, eid_watch_days=8)).opened == expected


async def test_the_assessment_keeps_what_the_rules_find() -> None:
    attributes = {**HOLIDAY_ALLOWANCE.examples[0], "packaging_neutral": False}
    view = CommitmentView(
        number="PANGAN-2026-000001",
        collaborator_class=CollaboratorClass.INDIVIDUAL,
        fund_source=FundSource.OWN,
        area_code="31.71",
        target_kind=None,
        submitted_on=date(2026, 3, 1),
        planned_handover_on=date(2026, 3, 10),
        lines=(LineView(position=0, aid_type="holiday_allowance", quantity=5, attributes=attributes),),
    )
    case = KeptCase(commitment=view)
    use_workbench(KeptBench(today=date(2026, 3, 1), cases={"item": case}))

    await assess.fn(["item"])

    assert [finding.code for finding in case.assessed] == ["packaging_not_neutral"]


def test_the_program_names_its_flows() -> None:
    assert [(flow.name, flow.entrypoint, flow.stage, flow.schedule) for flow in PROGRAM.flows] == [
        ("pangan-assess", "ksbb_pangan.flows:assess", "submitted", None),
        ("pangan-expiry-watch", "ksbb_pangan.flows:expiry_watch", None, "0 5 * * *"),
    ]
