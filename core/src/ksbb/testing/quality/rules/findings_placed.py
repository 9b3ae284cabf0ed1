"""Findings say where they belong."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.probe import Fault, troubles
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Pointers lead to a field of the commitment, or to an attribute that the schema would allow there."""
    for trouble in troubles(subject, Fault.MISPLACED):
        yield Flaw(
            where=f"rule {trouble.rule_id}, {trouble.code}",
            expected="a JSON Pointer to a field of the commitment",
            given=f"{trouble.said}, with {trouble.shown_by}",
            remedy="Use `line.at(attribute)`, or a field such as `/planned_handover_on`",
        )


RULE = QualityRule(
    id="findings_placed",
    tier=Tier.BRONZE,
    title="Findings say where they belong",
    asks="The pointer of each finding leads to a field of the commitment, or to an attribute that isn't given and that the schema "
    "allows there.",
    why="The form shows the finding beside the field that it is about; one that points nowhere is read by nobody.",
    check=check,
)
