"""The proof of a plan: from what was stored, without the solver, that its shares are the best ones and every limit is kept.

By the duality of convex flows no other shares are better where each wish has a price, each demand pays the least price at which
it can be served, and that price lies between what its last unit was worth and what its next one would be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ksbb.allocation.measure import nothing_better, tie_of, worth_of_last, worth_of_next
from ksbb.allocation.plan import Drop, Fair, Plan
from ksbb.allocation.problem import Problem
from ksbb.allocation.wishes import Wish, cost_of, kinds_of, wish_of


def objections(problem: Problem, plan: Plan) -> list[str]:
    """What speaks against a plan; empty when its shares are optimal and its drops keep every limit."""
    return [*_against_shares(problem, plan.fair), *broken_limits(problem, plan.drops)]


def _against_shares(problem: Problem, fair: Fair) -> Iterator[str]:
    kinds = kinds_of(problem)
    offered: defaultdict[Wish, int] = defaultdict(int)
    for offer in problem.offers:
        if not offer.expired(problem.today):
            offered[wish_of(offer, kinds)] += offer.quantity
    strange = [
        f"a share of {quantity} from {wish} for demand {j}, which isn't part of the problem"
        for (wish, j), quantity in fair.given.items()
        if quantity < 1 or wish not in offered or not 0 <= j < len(problem.demands)
    ]
    if strange or fair.prices.keys() != offered.keys():
        yield from strange or ["the prices aren't those of the wishes that are offered"]
        return
    used: defaultdict[Wish, int] = defaultdict(int)
    givers: defaultdict[int, set[Wish]] = defaultdict(set)
    for (wish, j), quantity in fair.given.items():
        used[wish] += quantity
        givers[j].add(wish)
    unplaced = nothing_better(problem, len(offered))
    for wish, quantity in offered.items():
        if used[wish] > quantity:
            yield f"{wish} offers {quantity} and gives {used[wish]}"
        if used[wish] < quantity and fair.prices[wish] != unplaced:
            yield f"{wish} has {quantity - used[wish]} left and still a price"
    totals = fair.totals(len(problem.demands))
    for j, demand in enumerate(problem.demands):
        tie = tie_of(problem.seed, demand.target_id)
        asked = {
            wish: fair.prices[wish] + cost for wish in offered if (cost := cost_of(problem, wish, demand)) is not None
        }
        if totals[j] > demand.open:
            yield f"{demand.target_id} needs {demand.open} and gets {totals[j]}"
        coming = worth_of_next(demand, demand.given, totals[j], tie) if totals[j] <= demand.open else None
        last = worth_of_last(demand, demand.given, totals[j], tie)
        yield from _against_price(demand.target_id, asked, givers[j], coming, last)


def _against_price(
    target_id: str, asked: dict[Wish, int], givers: Iterable[Wish], coming: int | None, last: int | None
) -> Iterator[str]:
    least = min(asked.values(), default=None)
    for wish in givers:
        if wish not in asked:
            yield f"{target_id} is served by {wish}, which may not"
        elif asked[wish] != least:
            yield f"{target_id} is served by {wish} at {asked[wish]}, where {least} would do"
    if least is not None and coming is not None and coming > least:
        yield f"{target_id} would pay {coming} for one more unit, which costs {least}"
    if least is not None and last is not None and last < least:
        yield f"{target_id} got a unit worth {last}, which costs {least}"


def broken_limits(problem: Problem, drops: Sequence[Drop], *, lots: bool = True) -> Iterator[str]:
    """The limits that drops break; without `lots`, what people decided may be smaller than a lot."""
    demands = {demand.target_id: demand for demand in problem.demands}
    offers = {offer.line_id: offer for offer in problem.offers}
    taken: defaultdict[str, int] = defaultdict(int)
    got: defaultdict[str, int] = defaultdict(int)
    pairs: set[tuple[str, str]] = set()
    for drop in drops:
        demand, offer = demands.get(drop.target_id), offers.get(drop.line_id)
        if demand is None or offer is None:
            yield f"{drop} names a target or a line that isn't part of the problem"
            continue
        taken[drop.line_id] += drop.quantity
        got[drop.target_id] += drop.quantity
        if (drop.target_id, drop.line_id) in pairs:
            yield f"{drop} is the second for the same target and line"
        pairs.add((drop.target_id, drop.line_id))
        if offer.expired(problem.today) or not offer.may_serve(demand):
            yield f"{drop} isn't allowed by the line's restrictions"
        least = max(1, offer.least(demand)) if lots else 1
        if drop.quantity < least:
            yield f"{drop} is under the lot of {least}"
    for line_id, quantity in taken.items():
        if quantity > offers[line_id].quantity:
            yield f"line {line_id} has {offers[line_id].quantity} and gives {quantity}"
    for target_id, quantity in got.items():
        if quantity > demands[target_id].open:
            yield f"target {target_id} needs {demands[target_id].open} and gets {quantity}"
