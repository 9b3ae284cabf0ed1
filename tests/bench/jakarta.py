"""Made-up needs and commitments in the shape of Jakarta: its 6 cities, 44 districts, 267 sub-districts and 2,741 RWs."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ksbb.allocation.problem import Demand, Offer, Problem

TODAY = date(2026, 4, 1)
DAYS = 30
"""Over so many days commitments come in."""
SHARES = {100: 0.06, 1_000: 0.4, 10_000: 0.9}
"""What part of all need so many commitments cover."""
TYPES = 10
TARGETS = 3_361
_CITIES = {
    "31.01": (2, 6, 24),
    "31.71": (8, 44, 389),
    "31.72": (6, 31, 449),
    "31.73": (8, 56, 586),
    "31.74": (10, 65, 576),
    "31.75": (10, 65, 717),
}
"""Districts, sub-districts and RWs of each city."""
_INSTITUTIONS = ("disability", "nursing", "orphanage", "pesantren")
_INSTITUTION_COUNT = 620
_TIERS = (100, 150, 200, 300)
_LARGEST_LOT = 50


@dataclass(frozen=True, slots=True)
class Season:
    """An aid type's problem, with its offers in the order in which they came, by day."""

    problem: Problem
    days: Sequence[Sequence[Offer]]

    @property
    def arrivals(self) -> list[Offer]:
        """All offers in the order in which they came."""
        return [offer for day in self.days for offer in day]


def season(aid_type: int, commitments: int, *, share: float, targets: int = TARGETS) -> Season:
    """The aid type of that number, the same each time: so many commitments of it that cover a share of the need of so many
    targets.
    """
    chance = random.Random(f"{aid_type}-{commitments}")  # noqa: S311 - made-up figures
    subdistricts = _subdistricts()
    demands = _demands(random.Random(f"targets-{aid_type}"), subdistricts)  # noqa: S311
    chance.shuffle(demands)
    demands = demands[:targets]
    need = sum(demand.need for demand in demands)
    sizes = [chance.lognormvariate(0, 1.2) for _ in range(commitments)]
    one = need * share / sum(sizes)
    days: list[list[Offer]] = [[] for _ in range(DAYS)]
    for number, size in enumerate(sizes):
        days[chance.randrange(DAYS)].append(_offer(chance, number, max(1, round(size * one)), subdistricts))
    offers = tuple(offer for day in days for offer in day)
    return Season(
        Problem(aid_type=str(aid_type), today=TODAY, demands=tuple(demands), offers=offers, seed="bench"), days
    )


def _subdistricts() -> list[str]:
    return [
        f"{city}.{number % districts + 1:02}.{1001 + number // districts}"
        for city, (districts, count, _) in _CITIES.items()
        for number in range(count)
    ]


def _demands(chance: random.Random, subdistricts: Sequence[str]) -> list[Demand]:
    found = []
    for city, (_, _, rws) in _CITIES.items():
        inside = [code for code in subdistricts if code.startswith(city)]
        found += [(inside[number % len(inside)], "rw", 4.6) for number in range(rws)]
    found += [(chance.choice(subdistricts), chance.choice(_INSTITUTIONS), 3.8) for _ in range(_INSTITUTION_COUNT)]
    return [
        Demand(
            target_id=f"target-{number:04}",
            area_code=code,
            kind=kind,
            need=max(5, int(chance.lognormvariate(usual, 0.7))),
            weight=chance.choices(_TIERS, (4, 3, 2, 1))[0],
        )
        for number, (code, kind, usual) in enumerate(found)
    ]


def _offer(chance: random.Random, number: int, quantity: int, subdistricts: Sequence[str]) -> Offer:
    """An offer: three in ten have no wish for an area, and half of the others insist on theirs."""
    place = chance.choice(subdistricts)
    wish = chance.choices(["31", place[:5], place[:8], place], (30, 35, 20, 15))[0]
    hard = chance.random() < 0.5
    kinds = chance.choices([frozenset(), frozenset({"rw"}), frozenset(_INSTITUTIONS)], (70, 21, 9))[0]
    return Offer(
        line_id=f"line-{number:06}",
        quantity=quantity,
        lot=chance.randint(1, _LARGEST_LOT),
        areas=(wish,) if hard else ("31",),
        kinds=kinds,
        prefers=None if hard or wish == "31" else wish,
    )
