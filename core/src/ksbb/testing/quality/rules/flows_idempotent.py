"""Flows may run again."""

from collections.abc import Iterator

from ksbb.program import Stage
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.probe import Fault, troubles
from ksbb.testing.quality.rehearsal import Rehearsed, rehearsals
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Every flow, run twice on a recording bench with the examples as its items."""
    if troubles(subject, Fault.IMPURE):
        return  # another rule tells of it, and no flow could give the same result twice
    for rehearsed in rehearsals(subject):
        if rehearsed.rule_failed or rehearsed.raised:
            continue
        given = _difference(rehearsed)
        if given:
            yield Flaw(
                where=f"flow {rehearsed.flow.name}",
                expected="the same result from a second run over the same items",
                given=given,
                remedy="Work through the items with `workbench().each`, and count days from the case or the bench, not from a clock",
            )


def _difference(rehearsed: Rehearsed) -> str:
    first, second = rehearsed.first, rehearsed.second
    if first is None or second is None:
        return "no result"
    if rehearsed.flow.stage is Stage.SUBMITTED and not first.assessments:
        return "no assessment of any item"
    if first.assessments != second.assessments:
        return f"the findings {dict(first.assessments)}, then {dict(second.assessments)}"
    if first.plans != second.plans:
        new = sorted(f"{plan.kind} on {plan.due_on} for {item}" for item, plan in second.plans - first.plans)
        return f"follow-ups that the first run hadn't opened: {', '.join(new)}"
    return ""


RULE = QualityRule(
    id="flows_idempotent",
    tier=Tier.SILVER,
    title="Flows may run again",
    asks="A second run of a flow over the same items, the examples, finds and opens nothing else. The assessment keeps findings.",
    why="Delivery is at least once: a batch over which a machine was lost is run again.",
    check=check,
)
