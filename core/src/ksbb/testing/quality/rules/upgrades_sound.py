"""Upgrades of drafts are pure and total."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ksbb.programs.limits import told
from ksbb.testing.quality.model import Flaw, QualityRule, Tier
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Each upgrade with the examples, and with nothing: a draft may be empty."""
    for aid_type in subject.program.aid_types:
        for version, upgrade in aid_type.upgrades.items():
            for attributes in ({}, *aid_type.examples):
                wrong = _wrong(upgrade, attributes)
                if wrong:
                    yield Flaw(
                        where=f"{aid_type.id}, upgrade from version {version}",
                        expected="attributes for whatever a draft holds, and the draft's own unchanged",
                        given=f"{wrong}, with {dict(attributes)}",
                        remedy="Use `.get`, and make a new dictionary",
                    )
                    break


def _wrong(upgrade: Callable[[Mapping[str, Any]], Mapping[str, Any]], attributes: Mapping[str, Any]) -> str:
    given = copy.deepcopy(dict(attributes))
    try:
        first, second = upgrade(given), upgrade(copy.deepcopy(dict(attributes)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code: whatever it raises is what we report
        return told(error)
    if given != attributes:
        return "the draft's attributes are changed"
    if not isinstance(first, Mapping):
        return f"it returns {first!r}"
    return "" if first == second else f"it returns {first!r}, then {second!r}"


RULE = QualityRule(
    id="upgrades_sound",
    tier=Tier.BRONZE,
    title="Upgrades of drafts are pure and total",
    asks="Each upgrade answers for an empty draft and for each example, twice the same, and changes nothing of what it is given.",
    why="It runs over drafts that somebody left half done a year ago.",
    check=check,
)
