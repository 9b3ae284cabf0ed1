"""The very best drops of a tiny problem, where whole lots decide more than fair shares: an exact search by CP-SAT.

Three vehicles for four waste banks leave a flow nothing to share. The search has one worker and a limit that counts its steps,
never the time, and only what it has proven is taken: the same plan on every machine.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from ksbb.allocation.ground import AWAY, CLOSED, Ground
from ksbb.allocation.lots import Pair
from ksbb.allocation.measure import TIES, UNIT, steps_of, worth

MOST_PAIRS = 64
"""A problem with more pairs of an offer and a demand isn't tiny."""
_EFFORT = 1.0
"""Deterministic effort of each search, in the solver's measure: about a second on one quiet core."""
_TRIP = 2 * 100 * UNIT
"""A drop is made only where it is worth so much, which is what two units are worth at a target of weight 1 that has nothing."""
_HIGHEST = 1 << 61


def refined(ground: Ground, drops: Mapping[Pair, int]) -> dict[Pair, int]:
    """The drops that place the most aid and, among those, leave the least weighted shortfall; `drops` as they are where the problem
    isn't tiny, or nothing better is proven.
    """
    pairs = _pairs(ground)
    if not 0 < len(pairs) <= MOST_PAIRS or _worths_too_large(ground):
        return dict(drops)
    found = _searched(ground, pairs, drops)
    return found if found is not None and merit(ground, found) > merit(ground, drops) else dict(drops)


def _pairs(ground: Ground) -> dict[Pair, tuple[int, int]]:
    """The pairs that may have a drop, each with its smallest and its largest."""
    demands, offers = ground.problem.demands, ground.problem.offers
    if len(demands) > MOST_PAIRS or len(offers) > MOST_PAIRS:
        return {}
    everyone, room = np.arange(len(demands)), ground.need - ground.given
    found: dict[Pair, tuple[int, int]] = {}
    for i, offer in enumerate(offers):
        least = ground.least(np.array(i), everyone).tolist()
        for j, demand in enumerate(demands):
            most = min(offer.quantity, int(room[j]))
            reached = ground.reach[ground.wish[i], ground.place[j]] != CLOSED
            if reached and 0 < least[j] <= most and demand.target_id not in offer.served:
                found[i, j] = least[j], most
    return found


def _worths_too_large(ground: Ground) -> bool:
    units = int(ground.quantity.sum())
    return units * int(ground.weight.max(initial=1) + ground.problem.off_area) * UNIT >= _HIGHEST


def _searched(
    ground: Ground, pairs: Mapping[Pair, tuple[int, int]], hint: Mapping[Pair, int]
) -> dict[Pair, int] | None:
    """The best drops; None when they aren't proven within the effort."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - only tiny problems need it

    model = cp_model.CpModel()
    units, made = {}, {}
    for pair, (least, most) in pairs.items():
        units[pair] = model.new_int_var(0, most, "")
        made[pair] = model.new_bool_var("")
        model.add(units[pair] >= least).only_enforce_if(made[pair])
        model.add(units[pair] == 0).only_enforce_if(made[pair].negated())
        model.add_hint(units[pair], hint.get(pair, 0))
        model.add_hint(made[pair], pair in hint)
    for i, offer in enumerate(ground.problem.offers):
        model.add(sum(units[pair] for pair in pairs if pair[0] == i) <= offer.quantity)
    gains = []
    for j, demand in enumerate(ground.problem.demands):
        parts = []
        for start, size in steps_of(demand, demand.given):
            part = model.new_int_var(0, size, "")
            parts.append(part)
            gains.append(worth(demand, start, size, 0) // TIES * part)
        model.add(sum(units[pair] for pair in pairs if pair[1] == j) == sum(parts))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = _EFFORT
    placed = sum(units.values())
    model.maximize(placed)
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    model.add(placed == round(solver.objective_value))
    away = [units[pair] for pair in pairs if _is_away(ground, pair)]
    model.maximize(sum(gains) - ground.problem.off_area * UNIT * sum(away) - _TRIP * sum(made.values()))
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    quantities = {pair: solver.value(variable) for pair, variable in units.items()}
    return {pair: quantity for pair, quantity in quantities.items() if quantity}


def merit(ground: Ground, drops: Mapping[Pair, int]) -> tuple[int, int]:
    """Units placed, and what they are worth less what leaving preferred areas and making drops costs."""
    totals: defaultdict[int, int] = defaultdict(int)
    for (_, j), quantity in drops.items():
        totals[j] += quantity
    gained = 0
    for j, total in totals.items():
        demand, left = ground.problem.demands[j], total
        for start, size in steps_of(demand, demand.given):
            taken = min(size, left)
            gained += worth(demand, start, size, 0) // TIES * taken
            left -= taken
    away = sum(quantity for pair, quantity in drops.items() if _is_away(ground, pair))
    return sum(totals.values()), gained - ground.problem.off_area * UNIT * away - _TRIP * len(drops)


def _is_away(ground: Ground, pair: Pair) -> bool:
    return bool(ground.reach[ground.wish[pair[0]], ground.place[pair[1]]] == AWAY)
