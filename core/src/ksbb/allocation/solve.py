"""The plan of a problem, step by step."""

from dataclasses import replace

import numpy as np

from ksbb.allocation.balance import balanced
from ksbb.allocation.fair import fair_shares
from ksbb.allocation.ground import CLOSED, Ground, ground_of
from ksbb.allocation.improve import improved
from ksbb.allocation.lots import Pair, chosen, shared_out
from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Problem
from ksbb.allocation.refine import refined


def allocate(problem: Problem) -> Plan:
    """The plan of a problem that has no faults."""
    offers = tuple(offer for offer in problem.offers if not offer.expired(problem.today))
    live = problem if len(offers) == len(problem.offers) else replace(problem, offers=offers)
    ground = ground_of(live)
    fair = fair_shares(ground)
    totals = fair.totals(len(live.demands))
    pairs = chosen(ground, shared_out(ground, totals))
    near = ground.given + np.array(totals, np.int64)
    drops = improved(ground, balanced(ground, pairs, near), near)
    _place_rest(ground, drops)
    if problem.refine:
        drops = refined(ground, drops)
    named = (Drop(live.demands[j].target_id, live.offers[i].line_id, quantity) for (i, j), quantity in drops.items())
    return Plan(tuple(sorted(named)), fair)


def _place_rest(ground: Ground, drops: dict[Pair, int]) -> None:
    """Make a further drop wherever what is left of an offer is enough for one, at the worst off first: no unit stays over that a
    target could still take.
    """
    demands, offers = ground.problem.demands, ground.problem.offers
    left, room = ground.quantity.tolist(), ground.need - ground.given
    for (i, j), quantity in drops.items():
        left[i] -= quantity
        room[j] -= quantity
    everyone = np.arange(len(demands))
    for i in sorted((i for i, quantity in enumerate(left) if quantity), key=lambda i: (-left[i], i)):
        least = ground.least(np.array(i), everyone)
        reached = ground.reach[ground.wish[i], ground.place] != CLOSED
        able = np.nonzero(reached & (room > 0) & (least <= np.minimum(room, left[i])))[0]
        score = ground.worth(able, ground.need[able] - room[able], least[able])
        for j in able[np.argsort(-score, kind="stable")].tolist():
            quantity = min(left[i], int(room[j]))
            if (
                quantity >= least[j]
                and left[i]
                and (i, j) not in drops
                and demands[j].target_id not in offers[i].served
            ):
                drops[i, j] = quantity
                left[i] -= quantity
                room[j] -= quantity
