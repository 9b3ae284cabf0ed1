"""Who serves whom: fair shares made into drops of sensible size, few of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from ksbb.allocation.network import Network
from ksbb.allocation.problem import LEAST_LOT, Offer, Problem
from ksbb.allocation.tree import Parcel, add_leaves, add_supplies, carried
from ksbb.allocation.wishes import Wish, kinds_of, wish_of

Pair = tuple[int, int]
"""The numbers of an offer and of a demand."""
_SIZES = (3, 6, 10, 15, 21, 28, 38)
"""Lots up to these are of one size, larger ones of the last."""
_ROUND_UP = 0.5
"""A piece of at least so much of a lot becomes a drop at first; a smaller one is given up."""
_TOO_SMALL = 300
"""What it costs to put a lot where a share is a size too small, in ten-thousandths of a unit's worth: more than any wish for an area,
and less than not to place it.
"""
_WASTED = 3
"""What it costs to put a small lot where the share would take a larger one, for each size."""


def shared_out(problem: Problem, left: Mapping[int, int], totals: Sequence[int]) -> dict[Pair, int]:
    """Which offers make up the fair totals: pieces of what is `left` of the offers, small lots where shares are small."""
    demands, kinds = problem.demands, kinds_of(problem)
    places: defaultdict[tuple[str, str, str, int], list[int]] = defaultdict(list)
    for j, total in enumerate(totals):
        if total:
            places["end", demands[j].area_code, demands[j].kind, _room_for(total)].append(j)
    givers: defaultdict[Wish, list[int]] = defaultdict(list)
    for i in sorted(left):
        givers[wish_of(problem.offers[i], kinds, _size_of(problem.offers[i]))].append(i)
    sizes = sorted({wish.size for wish in givers})
    network = Network()
    sink = network.node("sink")
    add_leaves(network, sorted({(area, kind, size) for _, area, kind, _ in places for size in sizes}))
    for name, js in sorted(places.items()):
        end = network.node(name)
        wanted = sum(totals[j] for j in js)
        network.arc(end, sink, wanted)
        for size in sizes:
            network.arc(network.node((name[1], name[2], size)), end, wanted, _misfit(size, name[3]))
    supply = {wish: sum(left[i] for i in wish_givers) for wish, wish_givers in givers.items()}
    supplies = add_supplies(network, supply, problem.off_area * 100)
    flow = network.solve(supplies, sink)
    parcels = {wish: [(i, left[i]) for i in wish_givers] for wish, wish_givers in givers.items()}
    arrived = carried(network, flow, parcels, lambda name: isinstance(name, tuple) and name[0] == "end")
    pieces: dict[Pair, int] = {}
    for name, js in places.items():
        _meet(problem.offers, totals, arrived.get(name, []), js, pieces)
    return pieces


def _meet(
    offers: Sequence[Offer],
    totals: Sequence[int],
    parcels: Sequence[Parcel],
    js: Collection[int],
    pieces: dict[Pair, int],
) -> None:
    """Hand the parcels of one place to its demands, the smallest lots to the smallest shares."""
    whole: defaultdict[int, int] = defaultdict(int)
    for i, quantity in parcels:
        whole[i] += quantity
    waiting = sorted(whole.items(), key=lambda parcel: (-(offers[parcel[0]].lot or LEAST_LOT), -parcel[0]))
    for j in sorted(js, key=lambda j: (totals[j], j)):
        wanted = totals[j]
        while wanted and waiting:
            i, quantity = waiting.pop()
            taken = min(quantity, wanted)
            wanted -= taken
            pieces[i, j] = taken
            if quantity > taken:
                waiting.append((i, quantity - taken))


def chosen(problem: Problem, drops: Mapping[Pair, int], pieces: Mapping[Pair, int], *, first: bool) -> set[Pair]:
    """The pairs that get a drop: those that have one, and the pieces that can be brought up to a lot.

    The largest pieces of an offer go first, by lots; in the `first` round small ones are given up, for others may fill the place.
    """
    demands, offers = problem.demands, problem.offers
    room = {j: demands[j].open for _, j in pieces}
    budget = {i: offers[i].quantity for i, _ in pieces}
    for (i, j), quantity in drops.items():
        if j in room:
            room[j] -= offers[i].least(demands[j])
        if i in budget:
            budget[i] -= quantity
    found = set(drops)

    def lots(pair: Pair) -> float:
        return pieces[pair] / offers[pair[0]].least(demands[pair[1]])

    for i, j in sorted(pieces, key=lambda pair: (pair[0], -lots(pair), pair[1])):
        quantity, least = pieces[i, j], offers[i].least(demands[j])
        if (i, j) in drops:
            budget[i] -= min(quantity, budget[i])
        elif (
            least <= min(budget[i], room[j])
            and (not first or quantity >= _ROUND_UP * least)
            and demands[j].target_id not in offers[i].served
        ):
            found.add((i, j))
            room[j] -= least
            budget[i] -= max(least, min(quantity, budget[i]))
    return _affordable(problem, drops, found)


def _affordable(problem: Problem, drops: Mapping[Pair, int], pairs: set[Pair]) -> set[Pair]:
    """The pairs whose lots an offer can pay all together, those that have a drop first."""
    spent: defaultdict[int, int] = defaultdict(int)
    kept = set()
    for i, j in sorted(pairs, key=lambda pair: (pair not in drops, pair)):
        least = problem.offers[i].least(problem.demands[j])
        if spent[i] + least <= problem.offers[i].quantity:
            spent[i] += least
            kept.add((i, j))
    return kept


def _size_of(offer: Offer) -> int:
    lot = min(offer.lot or LEAST_LOT, offer.quantity)
    return next((size for size, most in enumerate(_SIZES) if lot <= most), len(_SIZES))


def _room_for(total: int) -> int:
    """The largest size of lot that fits a share; -1 when it is smaller than all of them."""
    if total >= _LARGEST:
        return len(_SIZES)
    return next((size for size in reversed(range(len(_SIZES))) if total >= _SIZES[size]), -1)


_LARGEST = 50


def _misfit(size: int, room: int) -> int:
    return _WASTED * (room - size) if size <= room else _TOO_SMALL * (size - room) + 400
