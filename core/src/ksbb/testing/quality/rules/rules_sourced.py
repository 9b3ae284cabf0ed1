"""Rules say where they come from."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject

_SHORTEST = 5


def check(subject: Subject) -> Iterator[Flaw]:
    """The source of every rule."""
    for rule in subject.program.rules:
        if len(rule.source.strip()) < _SHORTEST:
            yield Flaw(
                where=f"rule {rule.id}",
                expected="the regulation, publication or decision that it comes from",
                given=repr(rule.source),
                remedy="Write `Rule.source`",
            )


RULE = QualityRule(
    id="rules_sourced",
    tier=Tier.SILVER,
    title="Rules say where they come from",
    asks="Every rule names the regulation, publication or decision that it comes from.",
    why="Who is refused aid may ask by what right.",
    check=check,
)
