"""Identifiers are compared."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.rehearsal import rehearsals
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """The registers of the aid types' identifiers, among those that the flows ask for clashes in."""
    kinds = {one.kind for aid_type in subject.program.aid_types for one in aid_type.identifiers}
    if not kinds:
        return
    asked = {kind for one in rehearsals(subject) for kind in one.asked}
    for kind in sorted(kinds - asked):
        yield Flaw(
            where=f"identifier {kind}",
            expected="a flow that looks for clashes in this register",
            given=f"registers that flows look into: {', '.join(sorted(asked)) or 'none'}",
            remedy=f"Ask for `case.clashes({kind!r})` in the assessment, or take the identifier out",
        )


RULE = QualityRule(
    id="identifiers_watched",
    tier=Tier.SILVER,
    title="Identifiers are compared",
    asks="For each register of identifiers, a flow asks for the clashes in it.",
    why="An identifier that nobody compares promises a uniqueness that nobody keeps.",
    check=check,
)
