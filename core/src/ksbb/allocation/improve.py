"""Better pairs: a drop where a target is short and a commitment has units that do less elsewhere, none where it hardly matters."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ksbb.allocation.balance import balanced
from ksbb.allocation.ground import AWAY, CLOSED, Ground
from ksbb.allocation.lots import Pair
from ksbb.allocation.measure import UNIT
from ksbb.allocation.network import Whole

_WHOLE = 100 * UNIT
"""What a unit is worth at a target of weight 1 that has nothing, as `Ground.worth` measures."""
_WORTH_A_TRIP = 4 * _WHOLE
"""A further drop is made where it gains more than so many units at a target that has nothing."""
_NO_TRIP = 2 * _WHOLE
"""A drop is given up where what it carries would do nearly as much elsewhere."""
_PROMISED = 3, 10
"""The part of what a commitment could give up that is promised anew: gains shrink as they are used."""
_BEST = 12
"""Offers that are considered for each target."""
_UNPLACED = _WHOLE // 4
"""What it costs to leave a unit unplaced."""
_AT_ONCE = 256
"""Demands that are looked at together."""
_NEVER = 1 << 40
"""The price of a unit that can't be had."""


@dataclass(frozen=True, slots=True)
class _State:
    """Drops as arrays: what demands have, what a unit of each offer does least at, and how many it could give elsewhere."""

    totals: Whole
    price: Whole
    slack: Whole


def improved(ground: Ground, drops: Mapping[Pair, int], near: Whole) -> dict[Pair, int]:
    """The drops after giving up some and adding others, where the whole is better for it; else as they were."""
    least = ground.least_of(drops)
    state = _state(ground, drops, least)
    gone, added = _given_up(ground, drops, least, state), _additions(ground, drops, state)
    if not gone and not added:
        return dict(drops)
    tried = balanced(ground, (set(drops) - gone) | added, near)
    return tried if _shortfall(ground, tried) < _shortfall(ground, drops) else dict(drops)


def _state(ground: Ground, drops: Mapping[Pair, int], least: Mapping[Pair, int]) -> _State:
    givers, takers, quantities = _as_arrays(drops)
    totals, free = ground.given.copy(), ground.quantity.copy()
    np.add.at(totals, takers, quantities)
    np.subtract.at(free, givers, quantities)
    slack, price = free.copy(), np.full(len(free), _NEVER)
    above = quantities - np.array(list(least.values()), np.int64)
    np.add.at(slack, givers, above)
    marginal = ground.weight * (ground.need - totals) * UNIT // ground.need
    movable = above > 0
    value = (marginal[takers] - _cost(ground, givers, takers))[movable]
    np.minimum.at(price, givers[movable], value)
    return _State(totals, np.where(free > 0, 0, price), slack)


def _as_arrays(drops: Mapping[Pair, int]) -> tuple[Whole, Whole, Whole]:
    """The offers, the demands and the quantities of drops."""
    pairs = np.array(list(drops), np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], np.array(list(drops.values()), np.int64)


def _given_up(ground: Ground, drops: Mapping[Pair, int], least: Mapping[Pair, int], state: _State) -> set[Pair]:
    """The drops at their least that hardly matter."""
    givers, takers, units = _as_arrays(drops)
    value = ground.worth(takers, state.totals[takers] - units, units) - _cost(ground, givers, takers)
    smallest = units == np.array(list(least.values()), np.int64)
    hardly = smallest & (state.price[givers] < _NEVER) & ((value - state.price[givers]) * units < _NO_TRIP)
    return {pair for pair, gone in zip(drops, hardly.tolist(), strict=True) if gone}


def _additions(ground: Ground, drops: Mapping[Pair, int], state: _State) -> set[Pair]:
    """The best new pairs, one for each demand, as far as the offers' slack goes."""
    able = np.nonzero((state.slack > 0) & (state.price < _NEVER))[0]
    if not len(able):
        return set()
    short = _short(ground, state, able)
    candidates: list[tuple[int, int, int, int]] = []
    known = _known(ground, drops)
    for start in range(0, len(short), _AT_ONCE):
        js = short[start : start + _AT_ONCE]
        candidates += _best(ground, state, able, js, known)
    left = state.slack * _PROMISED[0] // _PROMISED[1]
    taken: dict[int, int] = {}
    promising: set[int] = set()
    for _, i, j, lot in sorted(candidates):
        if j not in taken and (lot <= left[i] or (i not in promising and lot <= state.slack[i])):
            left[i] -= lot
            promising.add(i)
            taken[j] = i
    return {(i, j) for j, i in taken.items()}


def _short(ground: Ground, state: _State, able: Whole) -> Whole:
    """The demands at which a drop could gain enough, even where the cheapest of these offers came in the largest of their lots."""
    cheapest = np.full(len(ground.wishes), _NEVER)
    np.minimum.at(cheapest, ground.wish[able], state.price[able])
    cost = np.where(ground.reach == AWAY, ground.problem.off_area * UNIT, np.where(ground.reach == CLOSED, _NEVER, 0))
    price = (cheapest[:, None] + cost).min(axis=0)[ground.place]
    largest = np.maximum(int(ground.lot[able].max()), ground.usual_lot)
    room = ground.need - state.totals
    worth = ground.weight * room * UNIT // ground.need
    return np.nonzero((room > 0) & ((worth - price) * np.minimum(largest, room) > _WORTH_A_TRIP))[0]


def _best(
    ground: Ground, state: _State, able: Whole, js: Whole, known: Mapping[int, set[int]]
) -> list[tuple[int, int, int, int]]:
    """The best offers for each of these demands: the gain with a minus, the offer, the demand, and the lot."""
    need, place = ground.need[js], ground.place[js]
    room = need - state.totals[js]
    lots = ground.least(able, js[:, None])
    first = ground.weight[js] * room * UNIT // need
    slope = ground.weight[js] * UNIT // (2 * need)
    reach = ground.reach[np.ix_(ground.wish[able], place)].T
    gain = (
        first[:, None] - slope[:, None] * lots - state.price[able] - (reach == AWAY) * (ground.problem.off_area * UNIT)
    )
    gain *= lots
    gain[(reach == CLOSED) | (lots > room[:, None])] = -1
    column = {int(i): n for n, i in enumerate(able)}
    for row, j in enumerate(js.tolist()):
        for i in known.get(j, ()):
            if i in column:
                gain[row, column[i]] = -1
    best = np.argpartition(-gain, min(_BEST, len(able)) - 1, axis=1)[:, :_BEST]
    gains = np.take_along_axis(gain, best, axis=1)
    chosen = np.take_along_axis(lots, best, axis=1)
    rows, columns = np.nonzero(gains > _WORTH_A_TRIP)
    return list(
        zip(
            (-gains[rows, columns]).tolist(),
            able[best[rows, columns]].tolist(),
            js[rows].tolist(),
            chosen[rows, columns].tolist(),
            strict=True,
        )
    )


def _known(ground: Ground, drops: Mapping[Pair, int]) -> dict[int, set[int]]:
    """The offers of each demand that may not serve it once more."""
    known: dict[int, set[int]] = {}
    for i, j in drops:
        known.setdefault(j, set()).add(i)
    number = {demand.target_id: j for j, demand in enumerate(ground.problem.demands)}
    for i, offer in enumerate(ground.problem.offers):
        for target_id in offer.served:
            if target_id in number:
                known.setdefault(number[target_id], set()).add(i)
    return known


def _cost(ground: Ground, givers: Whole, takers: Whole) -> Whole:
    """What it costs to serve each of these demands from each of these offers."""
    away = ground.reach[ground.wish[givers], ground.place[takers]] == AWAY
    cost: Whole = away * np.int64(ground.problem.off_area * UNIT)
    return cost


def _shortfall(ground: Ground, drops: Mapping[Pair, int]) -> int:
    """The weighted shortfall that drops leave, with the wishes that they don't keep and the units that they don't place."""
    givers, takers, quantities = _as_arrays(drops)
    missing = ground.need - ground.given
    np.subtract.at(missing, takers, quantities)
    left = ground.weight * missing * UNIT // ground.need * missing // 2
    return int(left.sum() + ((_cost(ground, givers, takers) - _UNPLACED) * quantities).sum())
