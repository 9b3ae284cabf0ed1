"""How much each drop carries, once it is settled who serves whom."""

from collections.abc import Collection, Sequence

from ksbb.allocation.fair import arcs_of_steps
from ksbb.allocation.lots import Pair
from ksbb.allocation.measure import off_area_cost
from ksbb.allocation.network import Network
from ksbb.allocation.problem import Problem


def balanced(problem: Problem, pairs: Collection[Pair], near: Sequence[int]) -> dict[Pair, int]:
    """The best quantities for these drops: each gets its lot, the rest is shared anew as fairly as the drops let it.

    `near` is what each demand has when all is shared fairly.
    """
    demands, offers = problem.demands, problem.offers
    least = {(i, j): offers[i].least(demands[j]) for i, j in sorted(pairs)}
    spare = {i: offers[i].quantity for i, _ in least}
    given = [demand.given for demand in demands]
    served = set()
    for (i, j), lot in least.items():
        spare[i] -= lot
        given[j] += lot
        served.add(j)
    network = Network()
    sink = network.node("sink")
    for i, j in least:
        cost = off_area_cost(problem) if offers[i].leaves_preference(demands[j]) else 0
        network.arc(network.node(("offer", i)), network.node(j), spare[i], cost)
    open_ones = [j for j in sorted(served) if given[j] < demands[j].need]
    network.arcs(*arcs_of_steps(problem, open_ones, given, network, sink, near))
    flow = network.solve({network.node(("offer", i)): quantity for i, quantity in spare.items()}, sink)
    more = flow.amounts[: len(least)].tolist()
    return {pair: lot + extra for (pair, lot), extra in zip(least.items(), more, strict=True)}
