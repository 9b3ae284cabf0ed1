"""A program's flows, run twice over the same items on a workbench in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ksbb.program import Clash, Custody, Finding, FollowUpPlan, HandedOver, Program, ProgramFlow, Stage
from ksbb.programs.limits import told
from ksbb.testing.quality.loaded import loaded_flows
from ksbb.testing.quality.probe import examples_of
from ksbb.testing.quality.subject import Subject
from ksbb.testing.recording import RecordingBench
from ksbb.usecases.assess import RuleFailed

_TODAY = date(2026, 4, 1)
_EXPIRES_IN = timedelta(days=5)

Plans = frozenset[tuple[str, FollowUpPlan]]
"""Follow-ups with what they are about."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What a run left behind: the last assessment of each item, and all follow-ups."""

    assessments: Mapping[str, Sequence[Finding]]
    plans: Plans


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One flow after two runs over the same items. `raised` is what ended it, `rule_failed` that a rule did; `asked` the
    identifiers' registers it asked for.
    """

    flow: ProgramFlow
    first: Traces | None = None
    second: Traces | None = None
    raised: str = ""
    rule_failed: bool = False
    asked: frozenset[str] = frozenset()


def rehearsals(subject: Subject) -> list[Rehearsed]:
    """Every flow that can be loaded, rehearsed once for all rules."""
    if "rehearsals" not in subject.memo:
        subject.memo["rehearsals"] = [_rehearsed(subject.program, flow) for flow, _ in loaded_flows(subject.program)]
    found: list[Rehearsed] = subject.memo["rehearsals"]
    return found


def _rehearsed(program: Program, flow: ProgramFlow) -> Rehearsed:
    bench = _set_up(program, flow)
    traces = []
    try:
        for _ in range(2):
            asyncio.run(bench.run(flow.name))
            traces.append(_traces(bench))
    except RuleFailed:
        return Rehearsed(flow=flow, rule_failed=True, asked=frozenset(bench.asked))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        return Rehearsed(flow=flow, raised=told(error), asked=frozenset(bench.asked))
    return Rehearsed(flow=flow, first=traces[0], second=traces[1], asked=frozenset(bench.asked))


def _set_up(program: Program, flow: ProgramFlow) -> RecordingBench:
    """A bench with a case for every example, with goods of every kind in custody, and with a clash in every register."""
    kinds = sorted({one.kind for aid_type in program.aid_types for one in aid_type.identifiers})
    clashes = [Clash(kind=kind, value="***********0001", commitments=("one", "other")) for kind in kinds]
    goods = [
        Custody(
            commitment_id="one",
            commitment_number=f"{program.id.upper()}-2026-000001",
            aggregator_name="Lembaga Contoh",
            aid_type=aid_type.id,
            quantity=1,
            expires_on=_TODAY + _EXPIRES_IN if aid_type.expiry_attribute else None,
        )
        for aid_type in program.aid_types
        if not aid_type.service
    ]
    bench = RecordingBench(program, program.settings(), _TODAY, goods, clashes)
    for view in examples_of(program):
        accepted = {line.aid_type: line.quantity for line in view.lines}
        handover = HandedOver(handed_over_on=_TODAY, target_kind=min(program.target_kinds), accepted=accepted)
        bench.add(view, handover if flow.stage is Stage.HANDED_OVER else None, clashes)
    return bench


def _traces(bench: RecordingBench) -> Traces:
    opened = {(item, plan) for item, case in bench.cases.items() for plan in case.plans}
    return Traces(
        assessments={item: case.assessments[-1] for item, case in bench.cases.items() if case.assessments},
        plans=frozenset({*opened, *bench.opened}),
    )
