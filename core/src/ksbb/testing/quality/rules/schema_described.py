"""Every attribute says what it is, in both languages."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.schemas import ANNOTATIONS, every_attribute
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Title and description in both languages, for attributes at every depth."""
    for place, schema in every_attribute(subject.program):
        missing = [name for name in ANNOTATIONS if not str(schema.get(name, "")).strip()]
        if missing:
            yield Flaw(
                where=place,
                expected="title and description in Indonesian and English",
                given=f"no {', '.join(missing)}",
                remedy="Make the attribute with `described` or `choice`",
            )


RULE = QualityRule(
    id="schema_described",
    tier=Tier.BRONZE,
    title="Attributes say what they are",
    asks="Every attribute, at every depth, has a title and a description in Indonesian and in English.",
    why="Forms, the API's documentation and error messages are made from them; a donor reads nothing else.",
    check=check,
)
