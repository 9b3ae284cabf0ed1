"""The plan of a problem, step by step."""

from collections.abc import Mapping
from dataclasses import replace

from ksbb.allocation.balance import balanced
from ksbb.allocation.fair import fair_shares
from ksbb.allocation.improve import improved
from ksbb.allocation.lots import Pair, chosen, shared_out
from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Problem
from ksbb.allocation.reasons import score

_ROUNDS = 2


def allocate(problem: Problem) -> Plan:
    """The plan of a problem that has no faults."""
    live = replace(problem, offers=tuple(offer for offer in problem.offers if not offer.expired(problem.today)))
    left, given = _left(live, {})
    fair = first = fair_shares(live, left, given)
    near = [had + share for had, share in zip(given, fair.totals(len(given)), strict=True)]
    drops: dict[Pair, int] = {}
    for number in range(_ROUNDS):
        pieces = shared_out(live, left, fair.totals(len(live.demands)))
        pairs = chosen(live, drops, pieces, first=number == 0)
        if pairs == set(drops):
            break
        drops = balanced(live, pairs, near)
        left, given = _left(live, drops)
        if not left:
            break
        fair = fair_shares(live, left, given)
    if drops:
        drops = improved(live, drops, near)
    _place_rest(live, drops)
    named = (Drop(live.demands[j].target_id, live.offers[i].line_id, quantity) for (i, j), quantity in drops.items())
    return Plan(tuple(sorted(named)), first)


def _place_rest(problem: Problem, drops: dict[Pair, int]) -> None:
    """Make a further drop wherever what is left of an offer is enough for one, at the worst off first: no unit stays over that a
    target could still take.
    """
    left, given = _left(problem, drops)
    for i in sorted(left, key=lambda i: (-left[i], i)):
        offer = problem.offers[i]
        able = [
            j
            for j, demand in enumerate(problem.demands)
            if given[j] < demand.need and (i, j) not in drops and offer.may_serve(demand)
        ]
        for j in sorted(able, key=lambda j: (-score(problem.demands[j], given[j]), j)):
            demand = problem.demands[j]
            quantity = min(left[i], demand.need - given[j])
            if quantity >= offer.least(demand) and left[i]:
                drops[i, j] = quantity
                left[i] -= quantity
                given[j] += quantity


def _left(problem: Problem, drops: Mapping[Pair, int]) -> tuple[dict[int, int], list[int]]:
    """What is left of each offer by its number, where any is, and what each demand has."""
    left = {i: offer.quantity for i, offer in enumerate(problem.offers)}
    given = [demand.given for demand in problem.demands]
    for (i, j), quantity in drops.items():
        left[i] -= quantity
        given[j] += quantity
    return {i: quantity for i, quantity in left.items() if quantity}, given
