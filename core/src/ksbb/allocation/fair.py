"""The fair shares: the exact optimum of who gets how much, without regard to lots, and the prices that prove it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ksbb.allocation.ground import AWAY, CLOSED, Ground
from ksbb.allocation.measure import STEPS, TIES, nothing_better, off_area_cost
from ksbb.allocation.network import Flow, Network, Whole
from ksbb.allocation.plan import Fair
from ksbb.allocation.tree import add_leaves, add_supplies, carried
from ksbb.allocation.wishes import Wish

_ABOVE_WORTHS = 1 << 44
"""More than any unit is worth: the most weight, times a whole shortfall, with its tie-breaker."""
_PARTS = 12
"""Parts in which a place's steps are taken at first."""


def fair_shares(ground: Ground) -> Fair:
    """The best shares of all offers of a problem, none of which is expired."""
    problem = ground.problem
    supply: defaultdict[Wish, int] = defaultdict(int)
    for wish, offer in zip(ground.wish.tolist(), problem.offers, strict=True):
        supply[ground.wishes[wish]] += offer.quantity
    network = Network()
    sink = network.node("sink")
    given = ground.given
    js = np.nonzero(given < ground.need)[0]
    add_leaves(network, [(area, kind, 0) for area, kind in ground.places])
    ends = [network.node(("end", area, kind)) for area, kind in ground.places]
    for (area, kind), end in zip(ground.places, ends, strict=True):
        network.arc(network.node((area, kind, 0)), end)
    supplies = add_supplies(network, supply, off_area_cost(problem))
    step = -(-ground.need[js] // STEPS)[:, None]
    edges = np.clip(step * np.arange(STEPS + 1, dtype=np.int64), given[js, None], ground.need[js, None])
    of, units, worths = ground.steps(js, edges)
    order = np.argsort(ground.place[of] * _ABOVE_WORTHS - worths, kind="stable")  # as lexsort, six times as fast
    of, units, worths = of[order], units[order], worths[order]
    steps = _Steps(ground.place[of], units, worths)
    nodes = np.array(ends, np.int64)
    flow, reached = _solved(network, supplies, sink, nodes, steps)
    totals = np.zeros(len(given), np.int64)
    np.add.at(totals, of, np.clip(reached[steps.place] - steps.before, 0, units))
    numbers = {wish: n for n, wish in enumerate(ground.wishes)}
    parcels = {wish: [(numbers[wish], quantity)] for wish, quantity in supply.items()}
    shares = _handed_on(ground, carried(network, flow, parcels), totals.tolist())
    return Fair(shares, _prices(ground, totals, shares))


class _Steps:
    """All steps of all demands, by place and from the most worth to the least: `before` is how many units of its place come first.

    What flows into a place fills them in this order.
    """

    def __init__(self, place: Whole, units: Whole, worths: Whole) -> None:
        self.place, self.units, self.worths = place, units, worths
        self.first = np.concatenate([np.ones(min(1, len(place)), np.bool_), place[1:] != place[:-1]])
        behind = np.cumsum(units)
        start = np.maximum.accumulate(np.where(self.first, np.arange(len(place)), 0))
        self.rank = np.arange(len(place)) - start
        self.before = behind - units - (behind - units)[start]

    def together(self, begins: NDArray[np.bool_]) -> tuple[Whole, Whole, Whole]:
        """Steps taken together from each that begins a part to the next: the places, the units, and what one is worth, between
        the first and the last of them.
        """
        starts = np.nonzero(begins | self.first)[0]
        ends = np.append(starts[1:], len(self.place)) - 1
        worths = (self.worths[starts] + self.worths[ends]) // 2
        return self.place[starts], np.add.reduceat(self.units, starts), worths


def _solved(
    network: Network, supplies: Mapping[int, int], sink: int, nodes: Whole, steps: _Steps
) -> tuple[Flow, Whole]:
    """The exact flow, and what it brings to each place.

    Nearly all steps are far from where a place's share ends: at first they are taken together by parts, then all but those near the
    end that was found. That is exact wherever the end lies inside what was told apart; elsewhere all is told apart, and solved anew.
    """

    def run(begins: NDArray[np.bool_]) -> tuple[Flow, Whole]:
        place, units, worths = steps.together(begins)
        flow = network.solve(supplies, sink, (nodes[place], np.full(len(place), sink, np.int64), units, -worths))
        return flow, np.bincount(place, flow.amounts[flow.singles :], len(nodes)).astype(np.int64)

    if not len(steps.place):
        return network.solve(supplies, sink), np.zeros(len(nodes), np.int64)
    part = -(-np.bincount(steps.place) // _PARTS)[steps.place]
    number = steps.rank // part
    _, reached = run(steps.rank % part == 0)
    # the part in which each place's share ends, and its neighbours
    inside = (steps.before <= reached[steps.place]).astype(np.int64)
    last = np.zeros(len(nodes), np.int64)
    np.maximum.at(last, steps.place, number * inside)
    near = np.abs(number - last[steps.place]) <= 1
    while True:
        begins = near | np.concatenate([near[:1], near[:-1]])
        flow, reached = run(begins)
        apart = _told_apart(steps, near, reached)
        if apart.all():
            return flow, reached
        near = near | ~apart[steps.place]


def _told_apart(steps: _Steps, near: NDArray[np.bool_], reached: Whole) -> NDArray[np.bool_]:
    """Whether each place's share ends between two steps that are told apart, or inside one."""
    behind = steps.before + steps.units
    ends = reached[steps.place]
    left = (steps.before < ends) & (ends <= behind)
    right = (steps.before <= ends) & (ends < behind)
    blurred = np.zeros(len(reached), np.bool_)
    blurred[steps.place[(left | right) & ~near]] = True
    return ~blurred


def _handed_on(
    ground: Ground, arrived: Mapping[tuple[str, str], Sequence[tuple[int, int]]], totals: Sequence[int]
) -> dict[tuple[Wish, int], int]:
    """What arrives at each place, handed to its demands in their order as far as each one's total goes."""
    waiting = {place: list(reversed(parcels)) for place, parcels in arrived.items()}
    shares: dict[tuple[Wish, int], int] = {}
    for j, total in enumerate(totals):
        left = total
        while left:
            parcels = waiting[ground.places[int(ground.place[j])]]
            wish, quantity = parcels.pop()
            taken = min(quantity, left)
            left -= taken
            shares[ground.wishes[wish], j] = shares.get((ground.wishes[wish], j), 0) + taken
            if quantity > taken:
                parcels.append((wish, quantity - taken))
    return shares


def _prices(ground: Ground, totals: Whole, shares: Mapping[tuple[Wish, int], int]) -> dict[Wish, int]:
    """The least prices at which every wish pays for what it gets and could get nothing better, found by raising them."""
    problem = ground.problem
    floor = nothing_better(problem, len(ground.wishes))
    upcoming = np.full(len(ground.places), floor * 2, np.int64)
    reached = ground.given + totals
    step = -(-ground.need // STEPS)
    start = np.maximum(reached // step * step, ground.given)
    short = np.nonzero(reached < ground.need)[0]
    units = np.minimum((reached // step + 1) * step, ground.need) - start
    coming = ground.worth(short, start[short], units[short]) * TIES + ground.tie[short]
    np.maximum.at(upcoming, ground.place[short], coming)
    costs = np.where(ground.reach == AWAY, off_area_cost(problem), 0)
    closed = ground.reach == CLOSED
    number = {wish: n for n, wish in enumerate(ground.wishes)}
    served = sorted({(number[wish], int(ground.place[j])) for wish, j in shares})
    rows, columns = np.array(served, np.int64).reshape(-1, 2).T
    prices = np.full(len(ground.wishes), floor, np.int64)
    for _ in range(len(ground.wishes) + 1):
        demanded = upcoming.copy()
        np.maximum.at(demanded, columns, prices[rows] + costs[rows, columns])
        offered = demanded - costs
        offered[closed] = floor
        raised = np.maximum(prices, offered.max(axis=1, initial=floor))
        if (raised == prices).all():
            return dict(zip(ground.wishes, raised.tolist(), strict=True))
        prices = raised
    raise RuntimeError("no prices support these shares: they aren't the best ones")
