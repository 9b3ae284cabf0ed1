"""Attributes about persons are declared."""

from collections.abc import Iterator

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.privacy import looks_personal
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Attributes whose name or title speaks of a person, among those that are declared."""
    for aid_type in subject.program.aid_types:
        declared = {f"{aid_type.id}/{one.attribute}".removesuffix("/*") for one in aid_type.personal_data}
        for place, word in looks_personal(aid_type):
            if place.removesuffix("/*") not in declared:
                yield Flaw(
                    where=place,
                    expected="a declaration of what it is needed for and how long it is kept",
                    given=f"none, though {word!r} speaks of a person",
                    remedy=f"Add a `PersonalData` to {aid_type.id}, leave the attribute out, "
                    f"or exempt it with `personal_data_declared:{place}`",
                )


RULE = QualityRule(
    id="personal_data_declared",
    tier=Tier.SILVER,
    title="Attributes about persons are declared",
    asks="Each text attribute whose name or title speaks of a person (name, NIK, phone, address, trainer …) is declared as "
    "`PersonalData`, or exempted at its place because it isn't one.",
    why="UU 27/2022 limits purpose and time; what nobody declares, nobody can mask, tell or erase in time.",
    waiver=Waiver.PLACE,
    check=check,
)
