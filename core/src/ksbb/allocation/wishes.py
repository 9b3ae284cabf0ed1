"""Offers that may go to the same places, and rather to the same ones, are one wish."""

from collections.abc import Sequence
from dataclasses import dataclass

from ksbb.allocation.measure import off_area_cost
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.domain.areas import within


@dataclass(frozen=True, slots=True, order=True)
class Wish:
    """What restricts and prefers alike: all offers of one wish are one supply. `size` separates small lots from large ones."""

    areas: tuple[str, ...]
    kinds: tuple[str, ...]
    prefers: str
    favours: tuple[str, ...] = ()
    size: int = 0

    def leaves(self, area_code: str, kind: str) -> bool:
        """Whether a place lies outside what it prefers."""
        elsewhere = bool(self.prefers) and not within(area_code, self.prefers)
        return elsewhere or bool(self.favours and kind not in self.favours)


def wish_of(offer: Offer, kinds: Sequence[str], size: int = 0) -> Wish:
    """An offer's wish, where `kinds` are all kinds of target that there are."""
    allowed = tuple(kind for kind in kinds if not offer.kinds or kind in offer.kinds)
    prefers = offer.prefers if offer.prefers is not None and offer.areas != (offer.prefers,) else ""
    favours = tuple(kind for kind in allowed if kind in offer.favours)
    return Wish(tuple(sorted(offer.areas)), allowed, prefers, favours if favours != allowed else (), size)


def kinds_of(problem: Problem) -> list[str]:
    """All kinds of target that there are."""
    return sorted({demand.kind for demand in problem.demands})


def cost_of(problem: Problem, wish: Wish, demand: Demand) -> int | None:
    """What it costs to serve a demand from a wish; None where its restrictions forbid it."""
    if demand.kind not in wish.kinds or not any(within(demand.area_code, area) for area in wish.areas):
        return None
    return off_area_cost(problem) if wish.leaves(demand.area_code, demand.kind) else 0
