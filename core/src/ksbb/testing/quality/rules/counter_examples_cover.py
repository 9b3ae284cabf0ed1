"""Counter-examples try every required attribute."""

from collections.abc import Iterator

from ksbb.program import AidType
from ksbb.program.validation import attribute_problems
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """For each required attribute, a counter-example that is refused because of it."""
    for aid_type in subject.program.aid_types:
        refused = _refused(aid_type)
        for name in aid_type.schema.get("required", ()):
            if aid_type.counter_examples and name not in refused:
                yield Flaw(
                    where=f"{aid_type.id}/{name}",
                    expected="a counter-example in which this attribute is missing or wrong",
                    given=f"counter-examples of {', '.join(sorted(refused))}",
                    remedy=f"Add one to the counter_examples of {aid_type.id}",
                )


def _refused(aid_type: AidType) -> set[str]:
    """The attributes that the counter-examples are refused for."""
    pointers = (
        problem.pointer
        for example in aid_type.counter_examples
        for problem in attribute_problems(aid_type, example, "")
    )
    return {pointer.split("/")[1] if "/" in pointer else "" for pointer in pointers}


RULE = QualityRule(
    id="counter_examples_cover",
    tier=Tier.GOLD,
    title="Counter-examples try every required attribute",
    asks="For each required attribute of an aid type there is a counter-example that is refused because it is missing or wrong.",
    why="Whoever loosens the schema by mistake finds out at once.",
    check=check,
)
