"""Better pairs: a drop where a target is short and a commitment has units that do less elsewhere, none where it hardly matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ksbb.allocation.balance import balanced
from ksbb.allocation.ground import Ground
from ksbb.allocation.lots import Pair
from ksbb.allocation.problem import LEAST_LOT, Problem

Numbers = NDArray[np.float64]
_ROUNDS = 2
_WORTH_A_TRIP = 4.0
"""A further drop is made where it gains more than this many units at a target that has nothing."""
_NO_TRIP = 2.0
"""A drop is given up where what it carries would do nearly as much elsewhere: by less than this many such units."""
_PARTS = (0.3, 0.1)
"""The parts of what a commitment could give up that are promised anew in one round: gains shrink as they are used. The next where the
whole didn't get better.
"""
_SHORT = 0.5
"""How much weighted shortfall, squared, a target must lack of its fair share to be given a further drop."""
_BEST = 12
"""Offers that are considered for each target in a round."""
_UNPLACED = 0.25
"""What a unit that finds no place counts, in units at a target that has nothing."""


_NEVER = 1e9
"""The price of a unit that can't be had."""


@dataclass(frozen=True, slots=True)
class _Field:
    """A problem as arrays: demands along the last axis, offers along the first."""

    need: Numbers
    weight: Numbers
    given: Numbers
    quantity: Numbers
    least: Numbers
    eligible: NDArray[np.bool_]
    cost: Numbers
    near: Numbers


def improved(problem: Problem, drops: Mapping[Pair, int], near: Sequence[int]) -> dict[Pair, int]:
    """The drops after a few rounds of giving up and adding pairs, each kept only where the whole is better for it."""
    field = _field(problem, near)
    best = dict(drops)
    reached = _score(field, best)
    parts = iter(_PARTS)
    part = next(parts)
    for _ in range(_ROUNDS):
        totals = field.given.copy()
        np.add.at(totals, [j for _, j in best], list(best.values()))
        gone, added = _changes(field, best, totals, part)
        if not gone and not added:
            break
        tried = balanced(problem, (set(best) - gone) | added, near)
        score = _score(field, tried)
        if score <= reached * (1 + 1e-6):
            part = next(parts, 0.0)
            if not part:
                break
            continue
        best, reached = tried, score
    return best


def _changes(field: _Field, drops: Mapping[Pair, int], totals: Numbers, part: float) -> tuple[set[Pair], set[Pair]]:
    """The pairs to give up, and those to add."""
    marginal = field.weight * (1 - totals / field.need)
    free = field.quantity.copy()
    price = np.full(len(free), _NEVER)
    slack = np.zeros(len(free))
    for (i, j), quantity in drops.items():
        free[i] -= quantity
        spare = quantity - field.least[i, j]
        if spare > 0:
            price[i] = min(price[i], marginal[j] - field.cost[i, j])
            slack[i] += spare
    price = np.where(free > 0, 0.0, price)
    slack += free
    gone = {
        (i, j)
        for (i, j), quantity in drops.items()
        if quantity == field.least[i, j]
        and price[i] < _NEVER
        and (_worth(field, i, j, totals[j] - quantity) - price[i]) * quantity < _NO_TRIP
    }
    return gone, _additions(field, drops, totals, price, slack * part)


def _additions(field: _Field, drops: Mapping[Pair, int], totals: Numbers, price: Numbers, slack: Numbers) -> set[Pair]:
    """The best new pairs, one for each demand, as far as the offers' slack goes."""
    least, room = field.least, field.need - totals
    half_way = field.weight * (1 - (totals + least / 2) / field.need)
    gain = least * (half_way - field.cost - price[:, None])
    gain[~field.eligible | (least > room)] = -1.0
    for pair in drops:
        gain[pair] = -1.0
    candidates = []
    for i in np.argpartition(-gain, min(_BEST, len(gain) - 1), axis=0)[:_BEST]:
        gains = gain[i, np.arange(len(room))]
        found = np.nonzero(gains > _WORTH_A_TRIP)[0]
        candidates += [(-gains[j], int(i[j]), int(j)) for j in found]
    left = slack.copy()
    taken: dict[int, int] = {}
    for _, i, j in sorted(candidates):
        if j not in taken and left[i] >= least[i, j]:
            left[i] -= least[i, j]
            taken[j] = i
    return {(i, j) for j, i in taken.items()}


def _worth(field: _Field, i: int, j: int, given: float) -> float:
    """What each unit of the least drop is worth at a demand that has so much, less the cost of leaving a preferred area."""
    return float(field.weight[j] * (1 - (given + field.least[i, j] / 2) / field.need[j]) - field.cost[i, j])


def _score(field: _Field, drops: Mapping[Pair, int]) -> float:
    """The reduction of weighted shortfall, less the cost of wishes left, plus a little for every unit that is placed."""
    totals = field.given.copy()
    cost = 0.0
    for (i, j), quantity in drops.items():
        totals[j] += quantity
        cost += field.cost[i, j] * quantity
    before, after = 1 - field.given / field.need, 1 - totals / field.need
    reduction = float(np.sum(field.weight * field.need * (before**2 - after**2))) / 2
    return reduction - cost + _UNPLACED * sum(drops.values())


def _field(problem: Problem, near: Sequence[int]) -> _Field:
    demands, offers = problem.demands, problem.offers
    ground = Ground(demands)
    index = {demand.target_id: j for j, demand in enumerate(demands)}
    eligible = np.empty((len(offers), len(demands)), np.bool_)
    cost = np.zeros((len(offers), len(demands)))
    need = np.array([demand.need for demand in demands], float)
    given = np.array([demand.given for demand in demands], float)
    quantity = np.array([offer.quantity for offer in offers], float)
    least = np.empty((len(offers), len(demands)))
    usual = np.maximum(LEAST_LOT, need // 4)
    for i, offer in enumerate(offers):
        eligible[i] = ground.inside(offer.areas)
        if offer.kinds:
            eligible[i] &= ground.of_kinds(offer.kinds)
        eligible[i, [index[target] for target in offer.served if target in index]] = False
        if offer.prefers is not None:
            cost[i] = ~ground.inside((offer.prefers,)) * (problem.off_area / 100)
        least[i] = np.minimum(usual if offer.lot is None else offer.lot, offer.quantity)
    least = np.minimum(least, need - given)
    weight = np.array([demand.weight for demand in demands]) / 100
    return _Field(need, weight, given, quantity, least, eligible, cost, np.array(near, float))
