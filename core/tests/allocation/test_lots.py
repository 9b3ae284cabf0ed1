"""Drops in lots where lots are few: equal targets are treated alike, and little is lost against the best drops there are."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ksbb.allocation.certificate import objections
from ksbb.allocation.measure import STEPS
from ksbb.allocation.problem import Offer, Problem
from ksbb.allocation.solve import allocate

from .problems import demand, offer, problem


def totals_of_drops(given_problem: Problem) -> list[int]:
    """What each target gets, in their order."""
    plan = allocate(given_problem)
    assert objections(given_problem, plan) == []
    return [
        sum(drop.quantity for drop in plan.drops if drop.target_id == one.target_id) for one in given_problem.demands
    ]


@pytest.mark.parametrize(
    ("quantity", "lot", "targets"),
    [(200, 100, 2), (60, 20, 3), (100, 25, 4)],
    ids=["two lots for two", "three lots for three", "four lots for four"],
)
def test_as_many_lots_as_equal_targets_make_one_each(quantity: int, lot: int, targets: int) -> None:
    equal = problem([demand(number, need=300) for number in range(targets)], [offer(1, quantity=quantity, lot=lot)])
    assert totals_of_drops(equal) == [lot] * targets


@st.composite
def equal_targets(draw: st.DrawFn) -> tuple[Problem, int, int]:
    """Targets of one need, one line that has so many lots for each of them, and the step of that need: a lot is no less."""
    need = draw(st.integers(1, 600))
    step = -(-need // STEPS)
    lots = draw(st.integers(1, min(3, need // step)))
    lot = draw(st.integers(step, need // lots))
    targets = draw(st.integers(2, 8))
    seed = draw(st.sampled_from(("", "2026-04", "2026-05")))
    lines = [offer(1, quantity=targets * lots * lot, lot=lot)]
    return problem([demand(number, need=need) for number in range(targets)], lines, seed=seed), lots, step


@given(equal_targets())
@settings(max_examples=1500, deadline=None)
def test_equal_targets_get_equal_drops_of_what_can_be_divided_among_them(drawn: tuple[Problem, int, int]) -> None:
    """One lot for each is shared out evenly; of more lots each gets the same but for a step of its need."""
    equal, lots, step = drawn
    totals = totals_of_drops(equal)
    assert sum(totals) == equal.offers[0].quantity
    assert max(totals) - min(totals) <= (0 if lots == 1 else step)


@st.composite
def tiny_problems(draw: st.DrawFn) -> Problem:
    """Up to three targets and two lines for all of them, whose lots are at most half of any need and quantity."""
    needs = draw(st.lists(st.integers(2, 9), min_size=1, max_size=3))
    quantities = draw(st.lists(st.integers(2, 9), min_size=1, max_size=2))
    most = min(*needs, *quantities) // 2
    return problem(
        [demand(j, need=need, weight=draw(st.sampled_from((100, 150, 200, 300)))) for j, need in enumerate(needs)],
        [offer(i, quantity=quantity, lot=draw(st.integers(1, most))) for i, quantity in enumerate(quantities)],
        seed=draw(st.sampled_from(("", "2026-04"))),
    )


@given(tiny_problems())
@settings(max_examples=150, deadline=None)
def test_drops_in_lots_are_nearly_as_good_as_the_best_there_are(tiny: Problem) -> None:
    """Without a search for the best lots: less than one lot stays over that could be placed, and four fifths of what the best
    drops do for those in need is done. Lots of more than half of a need are for that search.
    """
    totals, all_totals = totals_of_drops(tiny), every_totals(tiny)
    assert sum(totals) > max(map(sum, all_totals)) - max(line.lot or 0 for line in tiny.offers)
    assert relief(tiny, totals) >= 0.8 * max(relief(tiny, others) for others in all_totals)


def relief(tiny: Problem, totals: list[int] | tuple[int, ...]) -> float:
    """By how much the weighted shortfall, squared, is less."""
    return sum(
        one.weight * one.need * (1 - (1 - total / one.need) ** 2)
        for one, total in zip(tiny.demands, totals, strict=True)
    )


def every_totals(tiny: Problem) -> set[tuple[int, ...]]:
    """What targets have after all ways to share the lines out by lots."""
    needs = [one.need for one in tiny.demands]
    found = {(0,) * len(needs)}
    for line in tiny.offers:
        shares = list(every_share(tiny, line, line.quantity, 0))
        found = {
            tuple(map(sum, zip(before, further, strict=True)))
            for before in found
            for further in shares
            if all(had + more <= need for had, more, need in zip(before, further, needs, strict=True))
        }
    return found


def every_share(tiny: Problem, line: Offer, left: int, j: int) -> Iterator[tuple[int, ...]]:
    """All ways to give what is left of a line to the targets from that number on."""
    if j == len(tiny.demands):
        yield ()
        return
    one = tiny.demands[j]
    for quantity in (0, *range(line.least(one), min(left, one.need) + 1)):
        for others in every_share(tiny, line, left - quantity, j + 1):
            yield (quantity, *others)
