"""A min-cost flow network with named nodes, solved exactly in whole numbers by OR-Tools."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # type: ignore[import-untyped]  # it brings no types

Whole = NDArray[np.int64]
Arcs = tuple[Whole, Whole, Whole, Whole]
"""Many arcs: tails, heads, capacities, and the cost of each unit."""
ANY = 1 << 40
"""A capacity that nothing reaches."""


@dataclass(slots=True)
class Network:
    """Nodes by name, arcs with a capacity and a cost for each unit."""

    nodes: dict[Hashable, int] = field(default_factory=dict)
    _tails: list[int] = field(default_factory=list)
    _heads: list[int] = field(default_factory=list)
    _capacities: list[int] = field(default_factory=list)
    _costs: list[int] = field(default_factory=list)

    def node(self, name: Hashable) -> int:
        """The number of a node, which is made when it is new."""
        return self.nodes.setdefault(name, len(self.nodes))

    def arc(self, tail: int, head: int, capacity: int = ANY, cost: int = 0) -> None:
        """Add one arc."""
        self._tails.append(tail)
        self._heads.append(head)
        self._capacities.append(capacity)
        self._costs.append(cost)

    def solve(self, supplies: Mapping[int, int], sink: int, *more: Arcs) -> "Flow":
        """Carry as much as possible from the supplies to the sink, at the least cost, over these arcs, too."""
        one_by_one = [np.array(part, np.int64) for part in (self._tails, self._heads, self._capacities, self._costs)]
        tails, heads, capacities, costs = (np.concatenate(parts) for parts in zip(one_by_one, *more, strict=True))
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
        for node, quantity in supplies.items():
            solver.set_node_supply(node, quantity)
        solver.set_node_supply(sink, -sum(supplies.values()))
        status = solver.solve_max_flow_with_min_cost()
        if status != SimpleMinCostFlow.OPTIMAL:
            raise RuntimeError(f"the flow wasn't solved: {status}")
        return Flow(tails, heads, solver.flows(np.arange(len(tails))), len(self._tails))


@dataclass(frozen=True, slots=True)
class Flow:
    """How much goes through each arc, in the order in which they were added."""

    tails: Whole
    heads: Whole
    amounts: Whole
    singles: int
    """How many of them were added one by one."""

    def onward(self) -> dict[int, list[tuple[int, int]]]:
        """Head and amount of each arc that was added by itself and carries something, by tail, in the order of the arcs."""
        used = np.nonzero(self.amounts[: self.singles])[0]
        found: dict[int, list[tuple[int, int]]] = {}
        for tail, head, amount in zip(
            self.tails[used].tolist(), self.heads[used].tolist(), self.amounts[used].tolist(), strict=True
        ):
            found.setdefault(tail, []).append((head, amount))
        return found
