"""The food program's part of the replay."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ksbb.cli.replay.figures import CITY_SHARES, CLASS_SHARES
from ksbb.cli.replay.plan import SEED, Drop, Goods, Mishap, Plan, donors
from ksbb.cli.replay.sites import Sites, dealt, split

_BLOCKED_AT_FIRST, _SOME_REJECTED, _SOME_LOST, _TOO_FEW_FOR_A_MISHAP = 97, 17, 41, 5
"""Every how many commitments something goes wrong, as it does in the field."""

PANGAN_WAVES = (
    (date(2020, 4, 27), 130),
    (date(2020, 6, 8), 100),
    (date(2020, 9, 7), 25),
    (date(2020, 12, 7), 20),
    (date(2021, 4, 19), 25),
    (date(2021, 7, 12), 60),
    (date(2021, 10, 4), 40),
)
_PUBLISHED_IN_MAY = 300
_SHARED = {
    ("ready_meal", True): 60_000,
    ("ready_meal", False): 114_948,
    ("eid_package", True): 20_000,
    ("eid_package", False): 13_687,
    ("holiday_allowance", True): 2_000,
    ("holiday_allowance", False): 344,
    ("staple_food", True): 52_500,
    ("staple_food", False): 11_964,
}
"""(aid type, before 17 July 2020?) → quantity. The first halves are worth Rp 15 billion at reference values."""

_RARE = {
    date(2020, 4, 27): {"ready_meal": 5, "eid_package": 8, "holiday_allowance": 5},
    date(2020, 6, 8): {"ready_meal": 5},
    date(2021, 4, 19): {"eid_package": 6, "holiday_allowance": 3},
    date(2021, 7, 12): {"ready_meal": 8},
}


def pangan(sites: Sites) -> list[Plan]:
    """400 food commitments: shares by class, target and aid kind over all of them, by city over the 300 until May 2021."""
    rng = random.Random(SEED + 1)  # noqa: S311 - made-up data, the same at every run
    total = sum(number for _, number in PANGAN_WAVES)
    cities = dealt({city: share * _PUBLISHED_IN_MAY // 100 for city, share in CITY_SHARES.items()}, rng)
    cities += dealt({"31.71": 20, "31.72": 20, "31.73": 20, "31.74": 20, "31.75": 20}, rng)
    classes = dealt({name: share * total // 100 for name, share in CLASS_SHARES.items()}, rng)
    kinds = dealt({"rw": 340, "orphanage": 20, "boarding_school": 18, "nursing_home": 12, "disability_home": 10}, rng)
    pool = donors(
        "Donatur pangan",
        {"social_organisations": 40, "enterprises": 46, "individuals": 24, "communities": 10, "government": 6},
    )
    turns = dict.fromkeys(pool, 0)
    aid_types: list[str] = []
    for wave, number in PANGAN_WAVES:
        rare = _RARE.get(wave, {})
        aid_types += dealt({"staple_food": number - sum(rare.values()), **rare}, rng)
    waves = [wave for wave, number in PANGAN_WAVES for _ in range(number)]
    quantities = {
        key: split(
            amount,
            sum(a == key[0] and (w <= date(2020, 7, 17)) == key[1] for a, w in zip(aid_types, waves, strict=True)),
            rng,
        )
        for key, amount in _SHARED.items()
    }
    plans = []
    for index in range(total):
        aid_type, wave, city, kind = aid_types[index], waves[index], cities[index], kinds[index]
        donor_class = classes[index]
        donor = pool[donor_class][turns[donor_class] % len(pool[donor_class])]
        turns[donor_class] += 1
        quantity = quantities[aid_type, wave <= date(2020, 7, 17)].pop()
        handover = wave + timedelta(days=7)
        drops = _pangan_drops(sites, city, kind, aid_type, quantity, index)
        # Half of the packages at once: as many journeys as their donors could make
        lot = -(-quantity // 2) if aid_type == "staple_food" else None
        goods = Goods(aid_type, quantity, _food(aid_type, handover), lot)
        plan = Plan(
            key=f"PANGAN {index + 1:04d}",
            program="pangan",
            donor=donor,
            aggregator=index % 9,
            city=city,
            target_kind=kind,
            wave=wave,
            planned_handover=handover,
            goods=(goods,),
            drops=tuple(drops),
            mishap=_mishap(drops[0].quantity, index),
            receipts=2 if index % 23 == 0 and quantity > 1 else 1,
            fund_source="ziswaf" if index % 29 == 0 else "own",
        )
        if index % _BLOCKED_AT_FIRST == 0 and aid_type == "staple_food":
            early = goods.attributes | {"expires_on": (handover + timedelta(days=60)).isoformat()}
            plan = replace(plan, first_attempt=(replace(goods, attributes=early),))
        plans.append(plan)
    return plans


def _pangan_drops(sites: Sites, city: str, kind: str, aid_type: str, quantity: int, index: int) -> list[Drop]:
    if kind == "rw" and aid_type == "staple_food":
        return [Drop(0, code, part) for code, part in sites.take_staples(city, quantity)]
    names = {
        "orphanage": "Panti asuhan",
        "boarding_school": "Pesantren",
        "nursing_home": "Panti jompo",
        "disability_home": "Yayasan disabilitas",
    }
    site = sites.any_rw(city) if kind == "rw" else sites.make(kind, city, index, names[kind])
    sites.need(site, "pangan", aid_type, quantity + quantity // 4)
    return [Drop(0, site.code, quantity)]


def _mishap(quantity: int, index: int) -> Mishap:
    if quantity <= _TOO_FEW_FOR_A_MISHAP:
        return Mishap()
    if index % _SOME_REJECTED == 0:
        return Mishap(rejected=2, reason="kemasan rusak")
    if index % _SOME_LOST == 0:
        return Mishap(lost=1, reason="hilang di perjalanan, dilaporkan kepada polisi")
    return Mishap()


_STAPLES = (
    ("rice", 5, "kg", ""),
    ("cooking_oil", 2, "l", "MD 123456789001"),
    ("flour", 1, "kg", "MD 123456789002"),
    ("sugar", 1, "kg", "MD 123456789003"),
    ("condensed_milk", 370, "g", "MD 123456789004"),
    ("tea", 25, "pcs", "MD 123456789005"),
    ("sardines", 155, "g", "MD 123456789006"),
    ("instant_noodles", 5, "pcs", "MD 123456789007"),
)
_EID = (("biscuits", 650, "g", "MD 123456789009"), ("syrup", 460, "ml", "MD 123456789010"))


def _food(aid_type: str, handover: date) -> dict[str, Any]:
    def contents(items: Sequence[tuple[str, int, str, str]]) -> list[dict[str, Any]]:
        return [
            {"food": food, "amount": amount, "unit": unit, **({"registration_number": number} if number else {})}
            for food, amount, unit, number in items
        ]

    packaged = {"expires_on": (handover + timedelta(days=400)).isoformat(), "halal": True, "packaging_neutral": True}
    if aid_type == "staple_food":
        return {"contents": contents(_STAPLES), **packaged}
    if aid_type == "eid_package":
        return {"contents": contents(_EID), **packaged}
    if aid_type == "ready_meal":
        return {
            "cooked_at": f"{handover}T09:30:00+07:00",
            "eat_by": f"{handover}T13:00:00+07:00",
            "halal": True,
            "packaging_neutral": True,
            "allergens": ["egg", "soy"],
            "menu": "Nasi, ayam kecap, tumis buncis, pisang",
        }
    return {"per": "person", "packaging_neutral": True}
