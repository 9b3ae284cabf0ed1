"""Rules answer for everything that the schemas allow."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.probe import Fault, troubles
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """No rule raises, or answers with something else than findings of its own codes."""
    for trouble in troubles(subject, Fault.RAISED):
        yield Flaw(
            where=f"rule {trouble.rule_id}",
            expected="findings for whatever the schemas allow",
            given=f"{trouble.said}, with {trouble.shown_by}",
            remedy="Make the rule answer for this commitment, or the schema refuse it",
        )
    for trouble in troubles(subject, Fault.FOREIGN):
        yield Flaw(
            where=f"rule {trouble.rule_id}",
            expected="findings with the codes that the rule declares",
            given=f"{trouble.said}, with {trouble.shown_by}",
            remedy="Answer with `Finding` only, and name each of its codes in `Rule.codes`",
        )


RULE = QualityRule(
    id="rules_total",
    tier=Tier.BRONZE,
    title="Rules answer for everything",
    asks="For any attributes that the schemas allow, and any settings within their bounds, no rule raises, and each answers only "
    "with findings of its own codes. Hypothesis tries.",
    why="A rule that raises parks the commitment: its donor waits until somebody repairs the program.",
    waiver=Waiver.NEVER,
    check=check,
)
