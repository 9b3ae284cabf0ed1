"""The area tree as a flow network: from what is offered, down province, city, district and sub-district, to where it may go."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, cast

from ksbb.allocation.network import Flow, Network
from ksbb.allocation.wishes import Wish

Parcel = tuple[int, int]
"""A giver's number and a quantity."""


def add_leaves(network: Network, leaves: Iterable[tuple[str, str, int]]) -> None:
    """Add the tree above these places: a sub-district or any area, a kind of target, and a size of lot."""
    made: set[tuple[str, str, int]] = set()
    for area, kind, size in leaves:
        lower = area
        while "." in lower and (lower, kind, size) not in made:
            made.add((lower, kind, size))
            upper = lower.rpartition(".")[0]
            network.arc(network.node((upper, kind, size)), network.node((lower, kind, size)))
            lower = upper


def add_supplies(network: Network, quantities: Mapping[Wish, int], off_area_cost: int) -> dict[int, int]:
    """Add a supply for each wish, with its ways into the tree; the quantities by node."""

    def gate(areas: tuple[str, ...], kinds: tuple[str, ...], size: int) -> int:
        name = ("gate", areas, kinds, size)
        known = name in network.nodes
        node = network.node(name)
        if not known:
            for area in areas:
                for kind in kinds:
                    below = network.nodes.get((area, kind, size))
                    if below is not None:
                        network.arc(node, below)
        return node

    supplies = {}
    for wish in sorted(quantities):
        node = network.node(wish)
        supplies[node] = quantities[wish]
        choosy = bool(wish.prefers or wish.favours)
        if choosy:
            home = (wish.prefers,) if wish.prefers else wish.areas
            network.arc(node, gate(home, wish.favours or wish.kinds, wish.size), quantities[wish])
        network.arc(node, gate(wish.areas, wish.kinds, wish.size), quantities[wish], off_area_cost if choosy else 0)
    return supplies


def carried(
    network: Network,
    flow: Flow,
    parcels: Mapping[Wish, Sequence[Parcel]],
) -> dict[tuple[Any, ...], list[Parcel]]:
    """Follow each wish's parcels down the tree to the nodes named ("end", …); what arrives at each, by the rest of its name.

    At every node parcels are split only where a branch is full, so that there are hardly more pieces than givers and ends.
    """
    names = list(network.nodes)
    onward = flow.onward()
    held: dict[int, list[Parcel]] = {network.nodes[wish]: list(given) for wish, given in parcels.items()}
    arrived: dict[tuple[Any, ...], list[Parcel]] = {}
    for node in sorted(
        (node for node in onward if _depth(names[node]) < _END), key=lambda node: (_depth(names[node]), node)
    ):
        waiting = held.pop(node, [])
        waiting.reverse()
        for head, amount in sorted(onward[node]):
            left = amount
            name = names[head]
            is_end = isinstance(name, tuple) and name[0] == "end"
            goal = arrived.setdefault(cast("tuple[Any, ...]", name)[1:], []) if is_end else held.setdefault(head, [])
            while left:
                giver, quantity = waiting.pop()
                taken = min(quantity, left)
                left -= taken
                goal.append((giver, taken))
                if quantity > taken:
                    waiting.append((giver, quantity - taken))
    return arrived


_END = 99


def _depth(name: Hashable) -> int:
    """The order in which nodes pass on: supplies, gates, areas from the province down."""
    if isinstance(name, Wish):
        return 0
    if isinstance(name, tuple):
        if name[0] == "gate":
            return 1
        if name[0] != "end":
            return 2 + str(name[0]).count(".")
    return _END
