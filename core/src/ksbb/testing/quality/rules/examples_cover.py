"""Examples show every attribute."""

from collections.abc import Iterator, Mapping
from typing import Any

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.schemas import attributes
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Every attribute at every depth stands in one of the aid type's examples."""
    for aid_type in subject.program.aid_types:
        shown = {place for example in aid_type.examples for place in _places(aid_type.id, example)}
        missing = [place for place, _ in attributes(aid_type.id, aid_type.schema) if place not in shown]
        for place in missing:
            yield Flaw(
                where=place,
                expected="an example that has this attribute",
                given="none",
                remedy=f"Add it to one of the examples of {aid_type.id}",
            )


def _places(place: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield f"{place}/{name}"
            yield from _places(f"{place}/{name}", inner)
    elif isinstance(value, (list, tuple)):
        yield f"{place}/*"
        for item in value:
            yield from _places(f"{place}/*", item)


RULE = QualityRule(
    id="examples_cover",
    tier=Tier.SILVER,
    title="Examples show every attribute",
    asks="Every attribute, at every depth, stands in an example of its aid type.",
    why="Who writes a client learns from the examples, and the rules are tried with them.",
    check=check,
)
