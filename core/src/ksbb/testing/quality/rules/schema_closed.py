"""Schemas allow only what they name."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.schemas import every_schema
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Objects at every depth say `additionalProperties: false`."""
    for place, schema in every_schema(subject.program):
        is_object = schema.get("type") == "object" or "properties" in schema
        if is_object and schema.get("additionalProperties") is not False:
            yield Flaw(
                where=place,
                expected="additionalProperties false",
                given=repr(schema.get("additionalProperties", "nothing")),
                remedy='Add `"additionalProperties": False`',
            )


RULE = QualityRule(
    id="schema_closed",
    tier=Tier.BRONZE,
    title="Schemas allow only what they name",
    asks="Every object of a schema, at every depth, has `additionalProperties: false`.",
    why="A misspelt attribute must be refused where it is typed, and personal data that nobody asked for must not get in.",
    waiver=Waiver.NEVER,
    check=check,
)
