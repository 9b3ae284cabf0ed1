"""The program knows how to tell that it works."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """At least one success metric."""
    if not subject.program.success_metrics:
        yield Flaw(
            where="Program.success_metrics",
            expected="at least one metric",
            given="none",
            remedy="Say what has become better where the program works, with a `SuccessMetric`",
        )


RULE = QualityRule(
    id="success_metric",
    tier=Tier.SILVER,
    title="It can be told whether the program works",
    asks="The program has at least one success metric.",
    why="Giving is not the aim; what it changes is.",
    check=check,
)
