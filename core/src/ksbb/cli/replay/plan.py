"""What the replay does: one plan per commitment, with its donor, goods, targets and outcomes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

SEED = 20_210_531
CLASS_OF_DONOR = {
    "social_organisations": ("social_organisation", "association"),
    "enterprises": ("enterprise",),
    "individuals": ("individual",),
    "communities": ("community", "citizen_group"),
    "government": ("government_agency",),
}


NAME_OF_DONOR = {
    "social_organisations": "organisasi sosial",
    "enterprises": "perusahaan",
    "individuals": "perorangan",
    "communities": "komunitas",
    "government": "instansi pemerintah",
}


@dataclass(frozen=True, slots=True)
class Donor:
    """A made-up collaborator."""

    name: str
    collaborator_class: str


@dataclass(frozen=True, slots=True)
class Goods:
    """One line: aid type, quantity, attributes, and the smallest sensible drop, None for the usual one."""

    aid_type: str
    quantity: int
    attributes: dict[str, Any]
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Goods of line `line` for a target, where the assessor decides by hand."""

    line: int
    target: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Mishap:
    """What goes wrong at one of a commitment's handovers."""

    rejected: int = 0
    lost: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One commitment from draft to closing. `wave` orders the campaigns; `first_attempt` is revised after the rules block it."""

    key: str
    program: str
    donor: Donor
    aggregator: int
    city: str
    target_kind: str
    wave: date
    planned_handover: date
    goods: tuple[Goods, ...]
    drops: tuple[Drop, ...]
    mishap: Mishap = Mishap()
    receipts: int = 1
    cancelled: int = 0
    fund_source: str = "own"
    first_attempt: tuple[Goods, ...] = ()
    ending: str = "closed"


def donors(prefix: str, counts: dict[str, int]) -> dict[str, list[Donor]]:
    """Made-up donors by donor class."""
    made: dict[str, list[Donor]] = {}
    for donor_class, number in counts.items():
        kinds = CLASS_OF_DONOR[donor_class]
        made[donor_class] = [
            Donor(f"{prefix}: {NAME_OF_DONOR[donor_class]} {index + 1:03d} (sintetis)", kinds[index % len(kinds)])
            for index in range(number)
        ]
    return made
