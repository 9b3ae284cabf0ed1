"""Ways to share aid out: ours at once and day by day, what people do by hand, and the exact optimum that knows no lots."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from time import process_time

import numpy as np
from tests.bench.jakarta import Season

from ksbb.allocation.ground import CLOSED, Ground, ground_of
from ksbb.allocation.measure import UNIT
from ksbb.allocation.network import Network, Whole
from ksbb.allocation.plan import Drop
from ksbb.allocation.problem import Problem
from ksbb.allocation.solve import allocate
from ksbb.allocation.tree import add_leaves, add_supplies


@dataclass(frozen=True, slots=True)
class Shared:
    """What came of an aid type: its drops, the limits that they break, the seconds of each day (or of all at once), and the fewest
    drops that could serve the same targets from the same lines, day by day.
    """

    drops: list[Drop]
    broken: int
    seconds: list[float]
    fewest: int


def one_batch(season: Season) -> Shared:
    """All commitments at once."""
    begun = process_time()
    drops = list(allocate(season.problem).drops)
    seconds = process_time() - begun
    return Shared(drops, broken(season.problem, drops), [seconds], fewest(drops))


def day_by_day(season: Season) -> Shared:
    """Each day's commitments when they come; what was given before stays."""
    drops: list[Drop] = []
    seconds, wrong, bound = [], 0, 0
    given: Counter[str] = Counter()
    for offers in season.days:
        demands = tuple(replace(demand, given=given[demand.target_id]) for demand in season.problem.demands)
        today = replace(season.problem, demands=demands, offers=tuple(offers))
        begun = process_time()
        found = allocate(today).drops if offers else ()
        seconds.append(process_time() - begun)
        wrong += broken(today, found)
        bound += fewest(found)
        for drop in found:
            given[drop.target_id] += drop.quantity
        drops += found
    return Shared(drops, wrong, seconds, bound)


def fewest(drops: Collection[Drop]) -> int:
    """A lower bound of the drops that reach these targets from these lines: one for each target, and one for each line."""
    return max(len({drop.target_id for drop in drops}), len({drop.line_id for drop in drops}))


def broken(problem: Problem, drops: Iterable[Drop]) -> int:
    """How many limits drops break: needs over-served, lines over-used, drops that aren't allowed, double, or under the lot."""
    demands = {demand.target_id: demand for demand in problem.demands}
    offers = {offer.line_id: offer for offer in problem.offers}
    used: Counter[str] = Counter()
    got: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    wrong = 0
    for drop in drops:
        demand, offer = demands[drop.target_id], offers[drop.line_id]
        used[drop.line_id] += drop.quantity
        got[drop.target_id] += drop.quantity
        pairs[drop.target_id, drop.line_id] += 1
        wrong += not offer.may_serve(demand)
        wrong += drop.quantity < offer.least(demand)
    wrong += sum(count > 1 for count in pairs.values())
    wrong += sum(quantity > offers[line].quantity for line, quantity in used.items())
    return wrong + sum(quantity > demands[target].open for target, quantity in got.items())


Rank = Callable[[Ground, Whole, Whole], Whole]
"""The order in which a commitment serves those whom it may serve (the demands' numbers, what all have), the least first."""


def _by_hand(season: Season, rank: Rank, most: Whole | None = None) -> Shared:
    """Commitment by commitment as they come, each to those first in rank, up to `most` each (or their whole need), by lots."""
    begun = process_time()
    ground = ground_of(season.problem)
    number = {offer.line_id: i for i, offer in enumerate(season.problem.offers)}
    limit = ground.need if most is None else np.minimum(most, ground.need)
    got = np.zeros_like(ground.need)
    drops = []
    for offer in season.arrivals:
        i, left = number[offer.line_id], offer.quantity
        reached = ground.reach[ground.wish[i], ground.place] != CLOSED
        js = np.nonzero(reached & (got < limit))[0]
        least = dict(zip(js.tolist(), ground.least(np.array(i), js).tolist(), strict=True))
        for j in js[np.argsort(rank(ground, js, got), kind="stable")].tolist():
            quantity = min(left, max(least[j], int(limit[j] - got[j])), int(ground.need[j] - got[j]))
            if quantity >= least[j]:
                drops.append(Drop(season.problem.demands[j].target_id, offer.line_id, quantity))
                got[j] += quantity
                left -= quantity
            if not left:
                break
    return Shared(drops, broken(season.problem, drops), [process_time() - begun], fewest(drops))


def first_come(season: Season) -> Shared:
    """The list from the top."""
    return _by_hand(season, lambda _, js, __: js)


def neediest(season: Season) -> Shared:
    """Whoever is worst off is filled up, then the next."""
    return _by_hand(season, lambda ground, js, got: -ground.worth(js, got[js], np.zeros_like(js)))


def spreadsheet(season: Season) -> Shared:
    """A quota for each target in proportion to its weighted need, then commitments to those who lack most of theirs, by lots."""
    ground = ground_of(season.problem)
    supply, shares = int(ground.quantity.sum()), ground.weight * ground.need
    quota = np.minimum(shares * supply // int(shares.sum()) + 1, ground.need)
    return _by_hand(season, lambda _, js, got: got[js] - quota[js], quota)


def optimum(season: Season) -> dict[str, int]:
    """What each target gets where nothing is worth more by a unit: no lots, no preferences, the hard restrictions only."""
    bare = replace(season.problem, offers=tuple(replace(offer, prefers=None) for offer in season.problem.offers))
    ground = ground_of(bare)
    supply: defaultdict[int, int] = defaultdict(int)
    for wish, offer in zip(ground.wish.tolist(), bare.offers, strict=True):
        supply[wish] += offer.quantity
    network = Network()
    sink = network.node("sink")
    add_leaves(network, [(area, kind, 0) for area, kind in ground.places])
    nodes = np.array([network.node((area, kind, 0)) for area, kind in ground.places], np.int64)
    supplies = add_supplies(network, {ground.wishes[wish]: quantity for wish, quantity in supply.items()}, 0)
    js = np.repeat(np.arange(len(ground.need)), ground.need)
    unit = np.arange(len(js)) - np.repeat(np.cumsum(ground.need) - ground.need, ground.need)
    worth = ground.weight[js] * (2 * (ground.need[js] - unit) - 1) * UNIT // (2 * ground.need[js])
    order = np.lexsort((-worth, ground.place[js]))
    js, worth = js[order], worth[order]
    ones = np.ones(len(js), np.int64)
    flow = network.solve(supplies, sink, (nodes[ground.place[js]], ones * sink, ones, -worth))
    got = np.bincount(js, flow.amounts[flow.singles :], len(ground.need))
    return {demand.target_id: int(units) for demand, units in zip(bare.demands, got, strict=True)}


def reduction(problem: Problem, got: dict[str, int]) -> float:
    """By how much the weighted shortfall shrinks, Σ w·n·(1-c)² before minus after."""
    return sum(
        demand.weight / 100 * demand.need * (1 - (1 - got.get(demand.target_id, 0) / demand.need) ** 2)
        for demand in problem.demands
    )
