"""Findings speak both languages."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.probe import Fault, troubles
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Messages differ between the languages, and no placeholder is left in them."""
    for trouble in troubles(subject, Fault.UNTRANSLATED):
        yield Flaw(
            where=f"rule {trouble.rule_id}, {trouble.code}",
            expected="a whole message in Indonesian and one in English",
            given=trouble.said,
            remedy="Write `Text(indonesian, english)`, and fill every value in",
        )


RULE = QualityRule(
    id="findings_bilingual",
    tier=Tier.BRONZE,
    title="Findings speak both languages",
    asks="The messages of findings differ between Indonesian and English, and no placeholder such as `{days}` is left in them.",
    why="A donor who can't read why the commitment is blocked can't put it right.",
    check=check,
)
