"""A problem as arrays: what demands need, where they lie, and which of them each wish reaches."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ksbb.allocation.measure import TIES, UNIT, tie_of
from ksbb.allocation.network import Whole
from ksbb.allocation.problem import Problem
from ksbb.allocation.wishes import Wish, kinds_of, wish_of

CLOSED, OPEN, AWAY = 0, 1, 2
"""How a wish reaches a place: not at all, freely, or outside the area or the kinds of target that it prefers."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A problem's demands and offers by number. A place is an area and a kind of target: what reaches one there reaches all."""

    problem: Problem
    need: Whole
    weight: Whole
    tie: Whole
    given: Whole
    usual_lot: Whole
    quantity: Whole
    lot: Whole
    """The lot of each offer, 0 where it names none."""
    places: Sequence[tuple[str, str]]
    place: Whole
    """The place of each demand."""
    wishes: Sequence[Wish]
    wish: Whole
    """The wish of each offer."""
    reach: NDArray[np.int8]
    """`CLOSED`, `OPEN` or `AWAY`, for each wish and place."""

    def least(self, givers: Whole, takers: Whole) -> Whole:
        """The smallest drop of each of these offers at each of these demands, as `Offer.least` says; shapes are broadcast."""
        need, lot = self.need[takers], self.lot[givers]
        lot = np.where(lot > 0, lot, self.usual_lot[takers])
        least: Whole = np.minimum(np.minimum(lot, self.quantity[givers]), need - self.given[takers])
        return least

    def least_of(self, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """The smallest drop of each pair of an offer and a demand."""
        if not pairs:
            return {}
        givers, takers = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
        return dict(zip(pairs, self.least(givers, takers).tolist(), strict=True))

    def worth(self, js: Whole, start: Whole, units: Whole) -> Whole:
        """What `measure.worth` says without its tie-breaker, for many demands at once."""
        need = self.need[js]
        return self.weight[js] * (2 * (need - start) - units) * UNIT // (2 * need)

    def steps(self, js: Whole, edges: Whole) -> tuple[Whole, Whole, Whole]:
        """The steps between the edges of each of these demands (its row): the demand, the units, and what one is worth."""
        start, end = edges[:, :-1], edges[:, 1:]
        some = end > start
        js = np.broadcast_to(js[:, None], some.shape)[some]
        units = (end - start)[some]
        return js, units, self.worth(js, start[some], units) * TIES + self.tie[js]


def ground_of(problem: Problem) -> Ground:
    """The arrays of a problem."""
    demands, offers, kinds = problem.demands, problem.offers, kinds_of(problem)
    at = [(demand.area_code, demand.kind) for demand in demands]
    places = sorted(set(at))
    number = {place: n for n, place in enumerate(places)}
    wish_of_each = [wish_of(offer, kinds) for offer in offers]
    wishes = sorted(set(wish_of_each))
    row = {wish: n for n, wish in enumerate(wishes)}
    return Ground(
        problem=problem,
        need=np.array([demand.need for demand in demands], np.int64),
        weight=np.array([demand.weight for demand in demands], np.int64),
        tie=np.array([tie_of(problem.seed, demand.target_id) for demand in demands], np.int64),
        given=np.array([demand.given for demand in demands], np.int64),
        usual_lot=np.array([demand.usual_lot for demand in demands], np.int64),
        quantity=np.array([offer.quantity for offer in offers], np.int64),
        lot=np.array([offer.lot or 0 for offer in offers], np.int64),
        places=places,
        place=np.array([number[place] for place in at], np.int64),
        wishes=wishes,
        wish=np.array([row[wish] for wish in wish_of_each], np.int64),
        reach=_reach(wishes, places),
    )


def _reach(wishes: Sequence[Wish], places: Sequence[tuple[str, str]]) -> NDArray[np.int8]:
    areas, kinds = [area for area, _ in places], np.array([kind for _, kind in places], np.str_)
    reach = np.zeros((len(wishes), len(places)), np.int8)

    def inside(codes: Iterable[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(areas), np.bool_)
        for code in codes:
            mask[bisect_left(areas, code) : bisect_left(areas, code + "/")] = (
                True  # "/" follows ".": all below lie between
            )
        return mask

    of_kinds = {chosen: np.isin(kinds, np.array(chosen, np.str_)) for chosen in {wish.kinds for wish in wishes}}
    for n, wish in enumerate(wishes):
        reached = inside(wish.areas) & of_kinds[wish.kinds]
        reach[n, reached] = OPEN
        if wish.prefers:
            reach[n, reached & ~inside((wish.prefers,))] = AWAY
        if wish.favours:
            reach[n, reached & ~np.isin(kinds, np.array(wish.favours, np.str_))] = AWAY
    return reach
