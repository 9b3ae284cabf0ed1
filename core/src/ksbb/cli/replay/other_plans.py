"""The other five programs' part of the replay. Settlement and waste have no published figure: theirs are plausible inventions."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ksbb.cli.replay.plan import SEED, Donor, Drop, Goods, Plan, donors
from ksbb.cli.replay.sites import STUDENTS_WITHOUT_DEVICE, TEACHERS_WITHOUT_COMPUTER, Site, Sites, split

CITIES = ("31.71", "31.72", "31.73", "31.74", "31.75")


def _plan(
    program: str, index: int, donor: Donor, site: Site, wave: date, goods: Goods, *, aggregators: int, days: int = 14
) -> Plan:
    return Plan(
        key=f"{program.upper()} {index + 1:04d}",
        program=program,
        donor=donor,
        aggregator=index % aggregators,
        city=site.area_code[:5],
        target_kind=site.kind,
        wave=wave,
        planned_handover=wave + timedelta(days=days),
        goods=(goods,),
        drops=(Drop(0, site.code, goods.quantity),),
    )


def _flat(pool: dict[str, list[Donor]]) -> list[Donor]:
    return [donor for group in pool.values() for donor in group]


def umkm(sites: Sites) -> list[Plan]:
    """280 training and 59 facilities commitments, capital for 16 enterprises, by 197 co-creators through 10 aggregators."""
    rng = random.Random(SEED + 2)  # noqa: S311 - made-up data, the same at every run
    pool = _flat(
        donors(
            "Co-creator UMKM",
            {"enterprises": 110, "social_organisations": 40, "communities": 27, "individuals": 12, "government": 8},
        )
    )
    markets = [sites.make("market_location", CITIES[index % 5], index, "Lokbin") for index in range(40)]
    enterprises = [sites.make("enterprise", CITIES[index % 5], index, "Usaha") for index in range(75)]
    kinds = ["training"] * 280 + ["facilities"] * 59 + ["capital"] * 16
    topics = ("Pemasaran digital", "Pembukuan sederhana", "Sertifikasi halal", "Pengemasan produk")
    plans = []
    facility = capital = 0
    for index, kind in enumerate(kinds):
        wave = date(2020, 9, 21) if index % 3 == 0 else date(2021, 3, 8) if index % 3 == 1 else date(2021, 9, 13)
        nib = f"{1_234_500_000_000 + index}"
        if kind == "training":
            site = markets[index % len(markets)]
            hours = rng.choice((8, 16, 24))
            goods = Goods(
                "training", rng.randint(15, 40), {"topic": topics[index % 4], "hours": hours, "mode": "hybrid"}
            )
        elif kind == "facilities":
            site = enterprises[16 + facility]
            facility += 1
            attributes = {
                "facility": "cart",
                "description": "Gerobak rangka baja ringan",
                "condition": "new",
                "usable": True,
                "nibs": [nib],
            }
            goods = Goods("facilities", 1, attributes)
        else:
            site = enterprises[capital]
            capital += 1
            amount = rng.choice((2_500_000, 5_000_000, 7_500_000))
            goods = Goods("capital", amount, {"form": "grant", "principal": amount, "nibs": [nib]})
        sites.need(site, "umkm", goods.aid_type, goods.quantity)
        plans.append(_plan("umkm", index, pool[index % len(pool)], site, wave, goods, aggregators=10))
    return plans


def pendidikan(sites: Sites) -> list[Plan]:
    """1,708 student devices, 188 teacher computers and 61,500 SIM cards by 54 co-creators, for schools that need far more."""
    rng = random.Random(SEED + 3)  # noqa: S311 - made-up data, the same at every run
    pool = _flat(
        donors(
            "Co-creator pendidikan",
            {"enterprises": 26, "social_organisations": 14, "communities": 8, "individuals": 4, "government": 2},
        )
    )
    schools = [sites.make("school", CITIES[index % 5], index, "Sekolah") for index in range(250)]
    for site, students, teachers in zip(
        schools,
        split(STUDENTS_WITHOUT_DEVICE, len(schools), rng, least=200),
        split(TEACHERS_WITHOUT_COMPUTER, len(schools), rng, least=15),
        strict=True,
    ):
        sites.need(site, "pendidikan", "student_device", students)
        sites.need(site, "pendidikan", "teacher_computer", teachers)
    plans = []
    serial = 0
    amounts: Iterable[tuple[str, int]] = [
        *(("student_device", part) for part in split(1_708, 36, rng, least=12)),
        *(("teacher_computer", part) for part in split(188, 12, rng, least=4)),
        *(("sim_card", part) for part in split(61_500, 12, rng, least=500)),
    ]
    for index, (aid_type, quantity) in enumerate(amounts):
        site = schools[index * 4]
        wave = date(2020, 10, 5) if index % 2 == 0 else date(2021, 2, 1)
        if aid_type == "student_device":
            serials = range(serial, serial + quantity)
            serial += quantity
            attributes: dict[str, Any] = {
                "device_kind": "tablet",
                "condition": "new",
                "usable": True,
                "android_version": 12,
                "ram_gb": 4,
                "storage_gb": 64,
                "imei": [imei(number) for number in serials],
            }
        elif aid_type == "teacher_computer":
            attributes = {"condition": "new", "usable": True, "ram_gb": 8, "lent": True, "owned_by_school": True}
        else:
            attributes = {"quota_gb": 30, "valid_days": 30, "activate_before": "2022-12-31"}
            sites.need(site, "pendidikan", "sim_card", quantity)
        goods = Goods(aid_type, quantity, attributes)
        plans.append(_plan("pendidikan", index, pool[index % len(pool)], site, wave, goods, aggregators=6))
    return plans


def imei(number: int) -> str:
    """A made-up IMEI: a test type allocation code, a serial number, and Luhn's check digit."""
    body = f"00440200{number:06d}"
    digits = [int(digit) * (2 if position % 2 else 1) for position, digit in enumerate(body)]
    total = sum(digit - 9 if digit > 9 else digit for digit in digits)  # noqa: PLR2004 - the digits of the double are added
    return body + str(-total % 10)


def ketenagakerjaan(sites: Sites) -> list[Plan]:
    """55 trainings since January 2021 with 2,404 participants, by 38 co-creators."""
    pool = _flat(
        donors(
            "Co-creator tenaga kerja",
            {"enterprises": 20, "social_organisations": 10, "communities": 4, "individuals": 2, "government": 2},
        )
    )
    plans = []
    for index in range(55):
        site = sites.make("job_seeker_group", CITIES[index % 5], index, "Kelompok pencari kerja")
        wave = date(2021, 2, 15) if index < 30 else date(2021, 8, 9)  # noqa: PLR2004 - the first thirty in the first wave
        batches, seats = (2, 22) if index else (1, 28)
        attributes = {
            "topic": "Pemrograman web dasar" if index % 2 else "Barista",
            "batches": batches,
            "seats_per_batch": seats,
            "hours": 40,
            "skkni_units": ["J.620100.004.02"],
            "trainer_certificate": {"number": f"62010.2513.4.{index:07d}.2020", "expires_on": "2024-05-31"},
            "jakarta_residents_only": True,
        }
        goods = Goods("training", batches * seats, attributes)
        sites.need(site, "ketenagakerjaan", "training", goods.quantity)
        plans.append(
            _plan("ketenagakerjaan", index, pool[index % len(pool)], site, wave, goods, aggregators=5, days=30)
        )
    return plans


def permukiman(sites: Sites) -> list[Plan]:
    """Twenty made-up settlement commitments: drains, septic tanks, houses, material."""
    pool = _flat(donors("Co-creator permukiman", {"enterprises": 8, "social_organisations": 4}))
    plans = []
    for index in range(20):
        site = sites.make("dwelling_group", CITIES[index % 5], index, "Kelompok hunian")
        wave = date(2021, 3, 15)
        built: dict[str, Any] = {
            "slum_indicators": ["building_density", "drainage", "road_condition", "human_waste_disposal"],
            "action_plan_year": 2020,
            "planned_start_on": "2021-04-19",
            "planned_end_on": "2021-06-30",
            "land_status": "government_permitted",
            "budget_rupiah": 86_400_000,
            "structural": False,
            "consent": {"document_number": f"{index + 1:03d}/BA/III/2021", "signed_on": "2021-03-10"},
        }
        quantity, attributes = {
            0: (72, built | {"work_type": "drain", "dimension": "linear", "length_m": 120, "width_cm": 60}),
            1: (1, built | {"facility": "septic_tank", "households_served": 1, "land_status": "owned"}),
            2: (3, built | {"parts": ["roof", "ventilation"], "land_status": "owned"}),
            3: (
                200,
                {
                    "material": "cement",
                    "specification": "sak 50 kg",
                    "slum_indicators": built["slum_indicators"],
                    "action_plan_year": 2020,
                },
            ),
        }[index % 4]
        aid_type = ("works", "sanitation_unit", "house_repair", "material")[index % 4]
        sites.need(site, "permukiman", aid_type, quantity)
        plan = _plan(
            "permukiman",
            index,
            pool[index % len(pool)],
            site,
            wave,
            Goods(aid_type, quantity, attributes),
            aggregators=3,
            days=120,
        )
        if aid_type == "material":
            drop = replace(plan.drops[0], quantity=quantity - 20)
            plan = replace(plan, cancelled=20, drops=(drop,))
        plans.append(plan)
    return plans


def persampahan(sites: Sites) -> list[Plan]:
    """Twenty-one made-up waste commitments over all seven aid types."""
    pool = _flat(donors("Co-creator persampahan", {"enterprises": 9, "social_organisations": 3, "communities": 3}))
    offers: tuple[tuple[str, int, dict[str, Any]], ...] = (
        (
            "waste_bank_kit",
            1,
            {
                "land_status": "government_permitted",
                "managers": 5,
                "lurah_decree": {"number": "27/2021", "issued_on": "2021-02-10"},
                "capacity_kg_per_day": 60,
                "maintenance_owner": "waste_bank",
            },
        ),
        ("bin", 240, {"households": 120, "streams": ["organic", "inorganic"], "maintenance_owner": "rw"}),
        ("composter", 4, {"method": "drum", "capacity_kg_per_day": 5, "maintenance_owner": "rw"}),
        ("scale", 2, {"max_load_kg": 150, "maintenance_owner": "waste_bank"}),
        (
            "collection_vehicle",
            1,
            {"vehicle": "motor_tricycle", "capacity_kg_per_day": 900, "maintenance_owner": "dlh"},
        ),
        ("training", 30, {"topic": "sorting", "hours": 4}),
        ("recyclable_offtake", 1_500, {"materials": ["plastic", "paper", "metal"], "pickups_per_month": 4}),
    )
    plans = []
    for index in range(21):
        site = sites.make("waste_bank", CITIES[index % 5], index, "Bank sampah")
        aid_type, quantity, attributes = offers[index % 7]
        sites.need(site, "persampahan", aid_type, quantity)
        goods = Goods(aid_type, quantity, attributes)
        plans.append(
            _plan("persampahan", index, pool[index % len(pool)], site, date(2021, 5, 17), goods, aggregators=3)
        )
    return plans
