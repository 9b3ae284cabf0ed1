"""Every choice has a name for people."""

from collections.abc import Iterator, Mapping

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.schemas import every_schema
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """`x-labels` of every `enum`, in both languages, for exactly its values."""
    for place, schema in every_schema(subject.program):
        if "enum" not in schema:
            continue
        labels = schema.get("x-labels", {})
        nameless = [value for value in schema["enum"] if not _is_named(labels.get(value))]
        others = [value for value in labels if value not in schema["enum"]]
        if nameless or others:
            said = [f"none for {nameless}"] if nameless else []
            said += [f"also for {others}"] if others else []
            yield Flaw(
                where=place,
                expected="x-labels in both languages for exactly the values of enum",
                given=", ".join(said),
                remedy="Make the attribute with `choice`",
            )


def _is_named(label: object) -> bool:
    return isinstance(label, Mapping) and all(str(label.get(language, "")).strip() for language in ("id", "en"))


RULE = QualityRule(
    id="choices_labelled",
    tier=Tier.BRONZE,
    title="Choices have names",
    asks="Every `enum` has `x-labels` with the Indonesian and English name of exactly its values.",
    why="People choose by names, not by codes, and the handover report prints them.",
    check=check,
)
