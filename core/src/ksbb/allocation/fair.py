"""The fair shares: the exact optimum of who gets how much, without regard to lots, and the prices that prove it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import cast

import numpy as np

from ksbb.allocation.ground import Ground
from ksbb.allocation.measure import STEPS, TIES, UNIT, nothing_better, off_area_cost, tie_of, worth_of_next
from ksbb.allocation.network import Network, Whole
from ksbb.allocation.plan import Fair
from ksbb.allocation.problem import Problem
from ksbb.allocation.tree import add_leaves, add_supplies, carried
from ksbb.allocation.wishes import Wish, kinds_of, wish_of

_NEAR = 2
"""Steps on either side that are told apart where it is known how much a demand will have."""


def fair_shares(problem: Problem, left: Mapping[int, int], given: Sequence[int]) -> Fair:
    """The best shares of what is `left` of the offers (by number), where `given` is what each demand has."""
    kinds = kinds_of(problem)
    supply: defaultdict[Wish, int] = defaultdict(int)
    for i, quantity in left.items():
        supply[wish_of(problem.offers[i], kinds)] += quantity
    network = Network()
    sink = network.node("sink")
    open_ones = [j for j, demand in enumerate(problem.demands) if given[j] < demand.need]
    add_leaves(network, sorted({(problem.demands[j].area_code, problem.demands[j].kind, 0) for j in open_ones}))
    for j in open_ones:
        demand = problem.demands[j]
        place = network.node((demand.area_code, demand.kind, 0))
        network.arc(place, network.node(j), demand.need - given[j])
    supplies = add_supplies(network, supply, off_area_cost(problem))
    network.arcs(*arcs_of_steps(problem, open_ones, given, network, sink))
    flow = network.solve(supplies, sink)
    numbers = {wish: number for number, wish in enumerate(supply)}
    wishes = list(supply)
    parcels = {wish: [(numbers[wish], quantity)] for wish, quantity in supply.items()}
    arrived = carried(network, flow, parcels, lambda name: isinstance(name, int))
    shares: defaultdict[tuple[Wish, int], int] = defaultdict(int)
    for name, pieces in arrived.items():
        for number, quantity in pieces:
            shares[wishes[number], cast("int", name)] += quantity
    return Fair(dict(shares), _prices(problem, supply, given, shares))


def arcs_of_steps(
    problem: Problem,
    open_ones: Sequence[int],
    given: Sequence[int],
    network: Network,
    sink: int,
    near: Sequence[int] | None = None,
) -> tuple[Whole, Whole, Whole, Whole]:
    """The arcs from each demand to the sink, one for each step of its need: as `steps_of` and `worth` say, all at once.

    With `near`, what each demand will have more or less, steps that are far from there are taken together: a fifth of the arcs.
    """
    chosen = [problem.demands[j] for j in open_ones]
    need, weight, tie, node, had = (
        np.array(column, np.int64)[:, None]
        for column in (
            [demand.need for demand in chosen],
            [demand.weight for demand in chosen],
            [_tie(problem.seed, demand.target_id) for demand in chosen],
            [network.nodes[j] for j in open_ones],
            [given[j] for j in open_ones],
        )
    )
    step = -(-need // STEPS)
    edges = step * np.arange(STEPS + 1, dtype=np.int64)
    if near is not None:
        middle = np.array([near[j] for j in open_ones], np.int64)[:, None] // step
        inner = step * (middle + np.arange(-_NEAR, _NEAR + 2, dtype=np.int64))
        edges = np.concatenate([np.zeros_like(need), np.maximum(inner, 0), need], axis=1)
    edges = np.clip(edges, had, need)
    start, end = edges[:, :-1], edges[:, 1:]
    some = end > start
    shortfall = 2 * (need - start) - (end - start)
    value = weight * shortfall * UNIT // (2 * need) * TIES + tie
    tails = np.broadcast_to(node, some.shape)[some]
    return tails, np.full(len(tails), sink, np.int64), (end - start)[some], -value[some]


_tie = lru_cache(maxsize=1 << 16)(tie_of)


def _prices(
    problem: Problem,
    supply: Mapping[Wish, int],
    given: Sequence[int],
    shares: Mapping[tuple[Wish, int], int],
) -> dict[Wish, int]:
    """The least prices at which every wish pays for what it gets and could get nothing better, found by raising them."""
    wishes = sorted(supply)
    number = {wish: n for n, wish in enumerate(wishes)}
    totals = [0] * len(problem.demands)
    for (_, j), quantity in shares.items():
        totals[j] += quantity
    floor = nothing_better(problem, len(wishes))
    upcoming = np.array(
        [
            floor * 2
            if (value := worth_of_next(demand, given[j], totals[j], _tie(problem.seed, demand.target_id))) is None
            else value
            for j, demand in enumerate(problem.demands)
        ],
        np.int64,
    )
    costs = _costs(problem, wishes)
    served = [(number[wish], j) for wish, j in shares]
    rows, columns = np.array(served, np.int64).reshape(-1, 2).T
    prices = np.full(len(wishes), floor, np.int64)
    for _ in range(len(wishes) + 1):
        demanded = upcoming.copy()
        np.maximum.at(demanded, columns, prices[rows] + costs[rows, columns])
        raised = np.maximum(prices, np.where(costs < _CLOSED, demanded - costs, floor).max(axis=1, initial=floor))
        if (raised == prices).all():
            return dict(zip(wishes, raised.tolist(), strict=True))
        prices = raised
    raise RuntimeError("no prices support these shares: they aren't the best ones")


def _costs(problem: Problem, wishes: Sequence[Wish]) -> Whole:
    """What it costs to serve each demand from each wish; `_CLOSED` where it can't. The same as `cost_of`, all at once."""
    ground = Ground(problem.demands)
    costs = np.full((len(wishes), len(problem.demands)), _CLOSED, np.int64)
    for n, wish in enumerate(wishes):
        reached = ground.inside(wish.areas) & ground.of_kinds(wish.kinds)
        costs[n, reached] = 0
        if wish.prefers:
            costs[n, reached & ~ground.inside((wish.prefers,))] = off_area_cost(problem)
    return costs


_CLOSED = 1 << 60
