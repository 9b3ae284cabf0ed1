"""What a unit is worth to a target, and what it costs to leave a preferred area: whole numbers, the same on every machine."""

import hashlib
from functools import lru_cache
from itertools import pairwise

from ksbb.allocation.problem import Demand, Problem

STEPS = 24
"""In how many steps a need is served: a step is a 24th of it, at least one unit."""
TIES = 1 << 16
"""Ties are settled below one in so many."""
UNIT = 10_000
"""A whole shortfall of a target, before its weight in hundredths."""


def worth(demand: Demand, given: int, units: int, tie: int) -> int:
    """What one unit is worth to a target that has `given`, in a step of `units`: its weight times its shortfall half-way.

    That is the order of Sainte-Laguë (UU 7/2017 art. 415) on unmet need. In millionths of a whole shortfall of weight 1,
    times 65,536, plus the tie-breaker: whole numbers, the same on every machine.
    """
    shortfall = 2 * (demand.need - given) - units
    return demand.weight * shortfall * UNIT // (2 * demand.need) * TIES + tie


@lru_cache(maxsize=1 << 14)
def tie_of(seed: str, target_id: str) -> int:
    """A target's rank where shortfalls are equal: nobody can choose it who doesn't know the seed beforehand."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{target_id}".encode()).digest()[:2], "big")


def steps_of(demand: Demand, given: int) -> list[tuple[int, int]]:
    """The steps that are left of a need of which so much is given: from where, and how many units."""
    step = -(-demand.need // STEPS)
    bounds = [given, *range((given // step + 1) * step, demand.need, step), demand.need] if given < demand.need else []
    return [(start, end - start) for start, end in pairwise(bounds)]


def worth_of_next(demand: Demand, start: int, total: int, tie: int) -> int | None:
    """What the next unit is worth to a demand that had `start` and gets `total` more; None when it needs no more."""
    reached = start + total
    return next((worth(demand, at, units, tie) for at, units in steps_of(demand, start) if at + units > reached), None)


def worth_of_last(demand: Demand, start: int, total: int, tie: int) -> int | None:
    """What the last unit of `total` was worth to a demand that had `start`; None when it gets none."""
    reached = start + total
    steps = [worth(demand, at, units, tie) for at, units in steps_of(demand, start) if at < reached]
    return steps[-1] if total and steps else None


def nothing_better(problem: Problem, wishes: int) -> int:
    """The price of a wish whose offers aren't all placed, below anything that moving units along could cost."""
    dearest = max((demand.weight for demand in problem.demands), default=1) * UNIT * TIES
    return -(wishes + 2) * (dearest + off_area_cost(problem))


def off_area_cost(problem: Problem) -> int:
    """What leaving a preferred area costs, in the measure of `worth`."""
    return problem.off_area * UNIT * TIES
