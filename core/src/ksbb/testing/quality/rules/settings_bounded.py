"""Numbers among the settings have bounds."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.settings import every_field, types_in
from ksbb.testing.quality.subject import Subject

_NUMBERS = (int, float)


def check(subject: Subject) -> Iterator[Flaw]:
    """A least and a greatest value of every number."""
    for place, field in every_field(subject.program.settings):
        if not any(one in _NUMBERS for one in types_in(field.annotation)):
            continue
        bounds = {type(one).__name__.lower() for one in field.metadata}
        missing = [
            words for words, names in (("least", {"ge", "gt"}), ("greatest", {"le", "lt"})) if not bounds & names
        ]
        if missing:
            yield Flaw(
                where=place,
                expected="a least and a greatest value",
                given=f"no {' and no '.join(missing)}",
                remedy="Add `ge` or `gt`, and `le` or `lt`",
            )


RULE = QualityRule(
    id="settings_bounded",
    tier=Tier.GOLD,
    title="Numbers among the settings have bounds",
    asks="Every setting that is a number has a least and a greatest value.",
    why="A slip of the keyboard is refused at start, and `rules_total` tries the rules with all values in between.",
    check=check,
)
