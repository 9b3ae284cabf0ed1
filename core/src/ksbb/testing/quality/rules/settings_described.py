"""Settings say what they do."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.settings import every_field
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The description of every field, also of the models inside."""
    for place, field in every_field(subject.program.settings):
        if not (field.description or "").strip():
            yield Flaw(
                where=place,
                expected="a description",
                given="none",
                remedy='Write `Field(..., description="…")`: what it is, and its unit',
            )


RULE = QualityRule(
    id="settings_described",
    tier=Tier.SILVER,
    title="Settings say what they do",
    asks="Every setting has a description, also those inside of others.",
    why="`ksbb programs config` shows it to the operator, who hasn't read the code.",
    check=check,
)
