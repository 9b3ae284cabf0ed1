"""The plan of a problem, step by step."""

from collections.abc import Mapping

from ksbb.allocation.balance import balanced
from ksbb.allocation.fair import fair_shares
from ksbb.allocation.improve import improved
from ksbb.allocation.lots import Pair, chosen, shared_out
from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Problem

_ROUNDS = 2


def allocate(problem: Problem) -> Plan:
    """The plan of a problem that has no faults."""
    left, given = _left(problem, {})
    fair = first = fair_shares(problem, left, given)
    near = [had + share for had, share in zip(given, fair.totals(len(given)), strict=True)]
    drops: dict[Pair, int] = {}
    for number in range(_ROUNDS):
        pieces = shared_out(problem, left, fair.totals(len(problem.demands)))
        pairs = chosen(problem, drops, pieces, first=number == 0)
        if pairs == set(drops):
            break
        drops = balanced(problem, pairs, near)
        left, given = _left(problem, drops)
        if not left:
            break
        fair = fair_shares(problem, left, given)
    if drops:
        drops = improved(problem, drops, near)
    named = (
        Drop(problem.demands[j].target_id, problem.offers[i].line_id, quantity) for (i, j), quantity in drops.items()
    )
    return Plan(tuple(sorted(named)), first)


def _left(problem: Problem, drops: Mapping[Pair, int]) -> tuple[dict[int, int], list[int]]:
    """What is left of each offer by its number, where any is, and what each demand has."""
    left = {i: 0 if offer.expired(problem.today) else offer.quantity for i, offer in enumerate(problem.offers)}
    given = [demand.given for demand in problem.demands]
    for (i, j), quantity in drops.items():
        left[i] -= quantity
        given[j] += quantity
    return {i: quantity for i, quantity in left.items() if quantity}, given
