"""Tiny, lumpy problems: the best lots, against all there are."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import given, settings

from ksbb.allocation.certificate import objections
from ksbb.allocation.ground import ground_of
from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Problem
from ksbb.allocation.refine import merit
from ksbb.allocation.solve import allocate

from .problems import demand, offer, problem, small_problems


def test_a_lot_that_only_one_can_take_goes_there() -> None:
    """Whoever needs one would get it by the shares, and the other unit would be left."""
    lumpy = problem([demand(1, need=1), demand(2, need=2)], [offer(1, quantity=2, lot=None)])
    assert allocate(lumpy).drops == (Drop("target-1", "line-1", 1),)
    assert allocate(replace(lumpy, refine=True)).drops == (Drop("target-2", "line-1", 2),)


def test_it_takes_no_more_drops_than_they_are_worth() -> None:
    lumpy = problem(
        [demand(1, need=12), demand(2, need=12)], [offer(1, quantity=12), offer(2, quantity=12)], refine=True
    )
    assert len(allocate(lumpy).drops) == 2


@settings(max_examples=60, deadline=None)
@given(small_problems(targets=2, lines=2, most=4))
def test_no_other_drops_of_a_tiny_problem_are_better(tiny: Problem) -> None:
    plan = allocate(replace(tiny, refine=True))
    assert objections(tiny, plan) == []
    assert _merit(tiny, plan) == max(_merit(tiny, other) for other in _all_plans(tiny, plan))


def _merit(tiny: Problem, plan: Plan) -> tuple[int, int]:
    live = replace(tiny, offers=tuple(one for one in tiny.offers if not one.expired(tiny.today)))
    lines = {one.line_id: i for i, one in enumerate(live.offers)}
    targets = {one.target_id: j for j, one in enumerate(live.demands)}
    return merit(ground_of(live), {(lines[d.line_id], targets[d.target_id]): d.quantity for d in plan.drops})


def _all_plans(tiny: Problem, made: Plan) -> Iterator[Plan]:
    pairs = [(line, target) for line in tiny.offers for target in tiny.demands]
    for quantities in product(*(range(min(line.quantity, target.open) + 1) for line, target in pairs)):
        drops = tuple(
            sorted(
                Drop(target.target_id, line.line_id, quantity)
                for (line, target), quantity in zip(pairs, quantities, strict=True)
                if quantity
            )
        )
        plan = replace(made, drops=drops)
        if not objections(tiny, plan):
            yield plan
