"""Plans of any small problem keep every limit, are proven the best, and depend on nothing but the problem."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ksbb.allocation.certificate import objections
from ksbb.allocation.measure import off_area_cost, steps_of, tie_of, worth
from ksbb.allocation.plan import Drop
from ksbb.allocation.problem import Problem, faults
from ksbb.allocation.solve import allocate

from .problems import demand, offer, offers, problem, small_problems


@given(small_problems())
@settings(max_examples=300, deadline=None)
def test_nothing_speaks_against_a_plan(given_problem: Problem) -> None:
    assert faults(given_problem) == []
    assert objections(given_problem, allocate(given_problem)) == []


@given(small_problems(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_input_changes_nothing(given_problem: Problem, chance: random.Random) -> None:
    demands, lines = list(given_problem.demands), list(given_problem.offers)
    chance.shuffle(demands)
    chance.shuffle(lines)
    shuffled = replace(given_problem, demands=tuple(demands), offers=tuple(lines))
    assert allocate(shuffled) == allocate(given_problem)


def fair_totals(given_problem: Problem) -> list[int]:
    return allocate(given_problem).fair.totals(len(given_problem.demands))


@given(small_problems(), offers(9, 60))
@settings(max_examples=300, deadline=None)
def test_a_further_donation_lowers_no_targets_fair_total(given_problem: Problem, further: object) -> None:
    before = fair_totals(given_problem)
    after = fair_totals(replace(given_problem, offers=(*given_problem.offers, further)))  # type: ignore[arg-type]  # drawn
    assert all(now >= then for then, now in zip(before, after, strict=True)), (before, after)


def every_share(given_problem: Problem) -> Iterator[dict[tuple[int, int], int]]:
    """All ways to share a tiny problem out, by units."""
    pairs = [
        (i, j)
        for i, line in enumerate(given_problem.offers)
        for j, one in enumerate(given_problem.demands)
        if line.may_serve(one) and not line.expired(given_problem.today)
    ]
    most = [min(given_problem.offers[i].quantity, given_problem.demands[j].open) for i, j in pairs]
    for quantities in itertools.product(*(range(limit + 1) for limit in most)):
        shares = dict(zip(pairs, quantities, strict=True))
        taken = [sum(q for (i, _), q in shares.items() if i == n) for n in range(len(given_problem.offers))]
        got = [sum(q for (_, j), q in shares.items() if j == n) for n in range(len(given_problem.demands))]
        if all(t <= line.quantity for t, line in zip(taken, given_problem.offers, strict=True)) and all(
            g <= one.open for g, one in zip(got, given_problem.demands, strict=True)
        ):
            yield shares


def value(given_problem: Problem, shares: dict[tuple[int, int], int]) -> tuple[int, int]:
    """How much is placed, and what it is worth less the cost of wishes left."""
    total = 0
    for n, one in enumerate(given_problem.demands):
        left = sum(q for (_, j), q in shares.items() if j == n)
        for start, units in steps_of(one, one.given):
            taken = min(left, units)
            left -= taken
            total += taken * worth(one, start, units, tie_of(given_problem.seed, one.target_id))
    for (i, j), quantity in shares.items():
        if given_problem.offers[i].leaves_preference(given_problem.demands[j]):
            total -= quantity * off_area_cost(given_problem)
    return sum(shares.values()), total


@given(small_problems(targets=3, lines=2, most=4))
@settings(max_examples=200, deadline=None)
def test_no_other_shares_of_a_tiny_problem_are_better(given_problem: Problem) -> None:
    best = max(value(given_problem, shares) for shares in every_share(given_problem))
    totals = fair_totals(given_problem)
    as_fair = [
        value(given_problem, shares)
        for shares in every_share(given_problem)
        if [sum(q for (_, j), q in shares.items() if j == n) for n in range(len(totals))] == totals
    ]
    assert max(as_fair) == best


def test_the_neediest_come_first_and_nobody_gets_crumbs() -> None:
    """Two RWs of 100: the one of weight 3 is served until its weighted shortfall is as small as the other's."""
    plan = allocate(problem([demand(1, need=100), demand(2, need=100, weight=300)], [offer(1, quantity=100, lot=10)]))
    assert plan.drops == (Drop("target-1", "line-1", 25), Drop("target-2", "line-1", 75))


@pytest.mark.parametrize(
    ("elsewhere", "stays"), [(80, 10), (60, 5)], ids=["hardly worse off", "a fifth worse off and more"]
)
def test_aid_leaves_its_preferred_area_only_for_a_shortfall_that_is_worse_by_lambda(elsewhere: int, stays: int) -> None:
    here = demand(1, need=100, given=80)
    there = demand(2, need=100, given=elsewhere, area_code="31.72.01.1001")
    plan = allocate(problem([here, there], [offer(1, quantity=10, prefers="31.71")]))
    assert sum(drop.quantity for drop in plan.drops if drop.target_id == "target-1") == stays


@pytest.mark.parametrize("refused", [1, 2])
def test_what_one_target_had_or_refused_goes_to_another_and_nothing_is_lost(refused: int) -> None:
    lines = [
        offer(number, quantity=60 if number == refused else 100, lot=None, served=served)
        for number, served in ((number, frozenset({"target-1"} if number == refused else ())) for number in (1, 2))
    ]
    two = problem([demand(1, need=100), demand(2, need=100)], lines)
    other = 3 - refused
    assert set(allocate(two).drops) == {
        Drop("target-1", f"line-{other}", 75),
        Drop("target-2", f"line-{other}", 25),
        Drop("target-2", f"line-{refused}", 60),
    }


@pytest.mark.parametrize(("home", "stays"), [(20, 10), (0, 0)])
def test_aid_leaves_its_preferred_kind_of_target_only_for_a_shortfall_that_is_worse_by_lambda(
    home: int, stays: int
) -> None:
    """The orphanage lacks four fifths, the RW all: a fifth more is λ. Where the orphanage lacks nothing, all goes to the RW."""
    needs = [demand(1, kind="orphanage", need=100, given=100 - 4 * home), demand(2, need=100)]
    (drop,) = allocate(problem(needs, [offer(1, favours=frozenset({"orphanage"}))], off_area=30)).drops
    assert drop == (Drop("target-1", "line-1", stays) if stays else Drop("target-2", "line-1", 10))
