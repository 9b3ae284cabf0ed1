"""Who serves whom: fair shares made into drops of sensible size, few of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ksbb.allocation.ground import AWAY, CLOSED, Ground
from ksbb.allocation.measure import UNIT
from ksbb.allocation.network import Network, Whole
from ksbb.allocation.problem import LEAST_LOT, Offer
from ksbb.allocation.tree import Parcel, add_leaves, add_supplies, carried
from ksbb.allocation.wishes import Wish

Pair = tuple[int, int]
"""The numbers of an offer and of a demand."""
_SIZES = (10, 25)
"""Lots up to these are of one size, larger ones of the last."""
_LARGEST = 50
"""A share of so much has room for a lot of any size."""
_PART = 16
"""A drop to those worst off is at least this part of their need, and no less than the usual lot."""
_ROUND_UP = 0.5
"""A piece of at least so much of a lot becomes a drop; a smaller one is given up, for others may fill the place."""
_MUCH = 4
"""A piece of more than this part of its target's share becomes a drop even where earlier ones took more than theirs."""
_TOO_SMALL = 300
"""What it costs to put a lot where a share is a size too small, in ten-thousandths of a unit's worth: more than any wish for an
area, and less than not to place it.
"""
_WASTED = 3
"""What it costs to put a small lot where the share would take a larger one, for each size."""


def shared_out(ground: Ground, totals: Sequence[int]) -> dict[Pair, int]:
    """Which offers make up the fair totals: pieces of the offers, small lots where shares are small."""
    problem, offers = ground.problem, ground.problem.offers
    places: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
    for j, total in enumerate(totals):
        if total:
            places[(*ground.places[int(ground.place[j])], _room_for(total))].append(j)
    givers: defaultdict[Wish, list[int]] = defaultdict(list)
    for i, wish in enumerate(ground.wish.tolist()):
        givers[replace(ground.wishes[wish], size=_size_of(offers[i]))].append(i)
    sizes = sorted({wish.size for wish in givers})
    network = Network()
    sink = network.node("sink")
    add_leaves(network, sorted({(area, kind, size) for area, kind, _ in places for size in sizes}))
    for (area, kind, room), js in sorted(places.items()):
        end = network.node(("end", area, kind, room))
        wanted = sum(totals[j] for j in js)
        network.arc(end, sink, wanted)
        for size in sizes:
            network.arc(network.node((area, kind, size)), end, wanted, _misfit(size, room))
    supply = {wish: sum(offers[i].quantity for i in numbers) for wish, numbers in givers.items()}
    flow = network.solve(add_supplies(network, supply, problem.off_area * 100), sink)
    parcels = {wish: [(i, offers[i].quantity) for i in numbers] for wish, numbers in givers.items()}
    arrived = carried(network, flow, parcels)
    pieces: dict[Pair, int] = {}
    for name, js in places.items():
        _meet(offers, totals, arrived.get(name, []), js, pieces)
    _exchange(ground, pieces)
    return pieces


def _exchange(ground: Ground, pieces: dict[Pair, int]) -> None:
    """Exchange pieces for a target that the line was promised to before with pieces of other lines of the same wish."""
    demands, offers = ground.problem.demands, ground.problem.offers

    def barred(i: int, j: int) -> bool:
        return demands[j].target_id in offers[i].served

    if not any(offer.served for offer in offers):
        return
    alike: defaultdict[int, list[Pair]] = defaultdict(list)
    for i, j in sorted(pieces):
        alike[int(ground.wish[i])].append((i, j))
    for i, j in [pair for pair in sorted(pieces) if barred(*pair)]:
        for other, where in alike[int(ground.wish[i])]:
            quantity = min(pieces.get((i, j), 0), pieces.get((other, where), 0))
            if quantity and other != i and not barred(other, j) and not barred(i, where):
                for pair, units in (
                    ((i, j), -quantity),
                    ((other, where), -quantity),
                    ((i, where), quantity),
                    ((other, j), quantity),
                ):
                    pieces[pair] = pieces.get(pair, 0) + units
    for pair in [pair for pair, quantity in pieces.items() if not quantity]:
        del pieces[pair]


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


def chosen(ground: Ground, pieces: Mapping[Pair, int]) -> set[Pair]:
    """The pairs that get a drop: the pieces that can be brought up to a lot, the largest of each offer, by lots, first; then those
    worst off, for what is left of an offer whose pieces are too small.
    """
    demands, offers = ground.problem.demands, ground.problem.offers
    least = ground.least_of(pieces)
    found: set[Pair] = set()
    room, left, spent = (ground.need - ground.given).tolist(), ground.quantity.tolist(), [0] * len(offers)
    got = ground.given.tolist()
    shares: defaultdict[int, int] = defaultdict(int)
    for (_, j), quantity in pieces.items():
        shares[j] += quantity
    for i, j in sorted(pieces, key=lambda pair: (pair[0], -pieces[pair] / least[pair], pair[1])):
        lot, quantity = least[i, j], pieces[i, j]
        fits = lot <= room[j] and spent[i] + lot <= offers[i].quantity
        due = lot <= left[i] or quantity * _MUCH > shares[j]
        if fits and due and quantity >= _ROUND_UP * lot and demands[j].target_id not in offers[i].served:
            quantity = max(lot, min(quantity, left[i]))
            found.add((i, j))
            spent[i] += lot
            left[i] = max(0, left[i] - quantity)
            room[j] -= lot
            got[j] += quantity
    return found | _to_the_worst_off(ground, found, left, np.array(room, np.int64), np.array(got, np.int64))


def _to_the_worst_off(ground: Ground, known: set[Pair], rest: Sequence[int], room: Whole, got: Whole) -> set[Pair]:
    """Further pairs for the `rest` of each offer, at those worst off, who have `got` so much and have `room` for lots."""
    demands, offers = ground.problem.demands, ground.problem.offers
    found: set[Pair] = set()
    everyone = np.arange(len(demands))
    for i in sorted((i for i, units in enumerate(rest) if units), key=lambda i: (-rest[i], i)):
        left = rest[i]
        lots = ground.least(np.array(i), everyone)
        reach = ground.reach[ground.wish[i], ground.place]
        js = np.nonzero((reach != CLOSED) & (room > 0) & (lots <= np.minimum(room, left)))[0]
        sizes = np.maximum(lots[js], np.minimum(np.maximum(LEAST_LOT, ground.need[js] // _PART), room[js]))
        worth = ground.worth(js, got[js], sizes) - (reach[js] == AWAY) * (ground.problem.off_area * UNIT)
        order = np.argsort(-worth, kind="stable")
        for j, size in zip(js[order].tolist(), sizes[order].tolist(), strict=True):
            if lots[j] > left:
                break
            if (i, j) not in known and demands[j].target_id not in offers[i].served:
                quantity = min(size, left)
                found.add((i, j))
                left -= quantity
                room[j] -= lots[j]
                got[j] += quantity
    return found


def _size_of(offer: Offer) -> int:
    lot = min(offer.lot or LEAST_LOT, offer.quantity)
    return next((size for size, most in enumerate(_SIZES) if lot <= most), len(_SIZES))


def _room_for(total: int) -> int:
    """The largest size of lot that fits a share; -1 when it is smaller than all of them."""
    if total >= _LARGEST:
        return len(_SIZES)
    return next((size for size in reversed(range(len(_SIZES))) if total >= _SIZES[size]), -1)


def _misfit(size: int, room: int) -> int:
    return _WASTED * (room - size) if size <= room else _TOO_SMALL * (size - room) + 400
