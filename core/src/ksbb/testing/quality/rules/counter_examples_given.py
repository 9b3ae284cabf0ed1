"""Counter-examples show what is refused."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """At least one counter-example for each aid type."""
    for aid_type in subject.program.aid_types:
        if not aid_type.counter_examples:
            yield Flaw(
                where=aid_type.id,
                expected="attributes that the schema refuses",
                given="no counter_examples",
                remedy="Add the likeliest mistake to `AidType.counter_examples`",
            )


RULE = QualityRule(
    id="counter_examples_given",
    tier=Tier.SILVER,
    title="Counter-examples show what is refused",
    asks="Every aid type has at least one counter-example.",
    why="A schema that accepts everything passes all examples.",
    check=check,
)
