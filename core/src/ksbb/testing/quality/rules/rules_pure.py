"""Rules depend on nothing but what they are given."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.probe import Fault, troubles
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The same answer twice, no call to the outside, and what they are given stays as it was."""
    for trouble in troubles(subject, Fault.IMPURE):
        yield Flaw(
            where=f"rule {trouble.rule_id}",
            expected="the same answer each time, nothing read but what is given, and an unchanged commitment",
            given=f"{trouble.said}, with {trouble.shown_by}",
            remedy="Judge by `submitted_on` in place of a clock, and copy what you change",
        )


RULE = QualityRule(
    id="rules_pure",
    tier=Tier.BRONZE,
    title="Rules are pure",
    asks="A rule gives the same answer to the same commitment twice, and changes nothing of it. It reads no clock, no file, no "
    "network and no global state.",
    why="An assessment must be repeatable: it is evidence, and a batch that is taken up again runs its rules again.",
    waiver=Waiver.NEVER,
    check=check,
)
