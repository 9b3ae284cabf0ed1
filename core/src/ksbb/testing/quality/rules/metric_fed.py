"""What a metric counts comes about."""

from collections.abc import Iterator

from ksbb.program import Measure
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.rehearsal import rehearsals
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The kinds of follow-ups that metrics sum up, among those that the flows open over the examples."""
    counted = [one for one in subject.program.success_metrics if one.measure is Measure.FOLLOW_UP_SUM]
    if not counted:
        return
    opened = {plan.kind for one in rehearsals(subject) if one.first for _, plan in one.first.plans}
    for metric in counted:
        if metric.follow_up_kind not in opened:
            yield Flaw(
                where=f"metric {metric.id}",
                expected=f"a flow that opens follow-ups of kind {metric.follow_up_kind!r}",
                given=f"kinds opened over the examples: {', '.join(sorted(opened)) or 'none'}",
                remedy="Open it in a flow, or correct `follow_up_kind`",
            )


RULE = QualityRule(
    id="metric_fed",
    tier=Tier.GOLD,
    title="What a metric counts comes about",
    asks="A metric that sums up follow-ups names a kind that one of the flows opens, run over the examples.",
    why="A misspelt kind shows zero for ever, and looks like a program that doesn't work.",
    check=check,
)
