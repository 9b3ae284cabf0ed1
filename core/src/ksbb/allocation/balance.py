"""How much each drop carries, once it is settled who serves whom."""

from collections.abc import Collection

import numpy as np

from ksbb.allocation.ground import AWAY, Ground
from ksbb.allocation.lots import Pair
from ksbb.allocation.measure import STEPS, off_area_cost
from ksbb.allocation.network import Network, Whole

_NEAR = 1
"""Steps on either side of a fair share that are told apart; those farther away are taken together: a sixth of the arcs."""
_FINE = 4096
"""Worths are told apart less finely than for the fair shares: the solver is faster with smaller numbers."""


def balanced(ground: Ground, pairs: Collection[Pair], near: Whole) -> dict[Pair, int]:
    """The best quantities for these drops: each gets its lot, the rest is shared anew as fairly as the drops let it.

    `near` is what each demand has when all is shared fairly.
    """
    ordered = sorted(pairs)
    if not ordered:
        return {}
    givers, takers = (np.array(side, np.int64) for side in zip(*ordered, strict=True))
    least = ground.least(givers, takers)
    spare, given = ground.quantity.copy(), ground.given.copy()
    np.subtract.at(spare, givers, least)
    np.add.at(given, takers, least)
    network = Network()
    sink, first = network.node("sink"), 1
    some, js = np.unique(givers), np.unique(takers)
    giving, taking = (np.zeros(len(numbers), np.int64) for numbers in (spare, given))
    giving[some] = first + np.arange(len(some))
    taking[js] = first + len(some) + np.arange(len(js))
    away = ground.reach[ground.wish[givers], ground.place[takers]] == AWAY
    ways = giving[givers], taking[takers], spare[givers], away * (off_area_cost(ground.problem) // _FINE)
    js = js[given[js] < ground.need[js]]
    of, units, worths = ground.steps(js, _edges(ground, js, given, near))
    steps = taking[of], np.full(len(of), sink, np.int64), units, -(worths // _FINE)
    flow = network.solve(dict(zip(giving[some].tolist(), spare[some].tolist(), strict=True)), sink, ways, steps)
    return dict(zip(ordered, (least + flow.amounts[: len(ordered)]).tolist(), strict=True))


def _edges(ground: Ground, js: Whole, given: Whole, near: Whole) -> Whole:
    """Where the steps begin and end for each demand: the full ones near its fair share, all before and all behind in one."""
    need = ground.need[js, None]
    step = -(-need // STEPS)
    inner = step * (near[js, None] // step + np.arange(-_NEAR, _NEAR + 2, dtype=np.int64))
    edges = np.concatenate([np.zeros_like(need), np.maximum(inner, 0), need], axis=1)
    within_need: Whole = np.clip(edges, given[js, None], need)
    return within_need
