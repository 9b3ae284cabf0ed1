"""What people give to the two programs, and how an operator sets them up."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.dropins.caller import AREA
from tests.dropins.case import Line, day

AGENDA = "agenda.csv"
SETTINGS = f"""\
[programs]
enabled = ["seni_budaya", "urban_farming"]

[programs.seni_budaya]
min_fee = 700000
report_days = 7
agenda = "{AGENDA}"

[programs.urban_farming]
survival_days = 60
packets_per_10_m2 = 4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A program as its people meet it."""

    program_id: str
    names: tuple[str, str]
    """Indonesian and English."""
    aid_types: tuple[str, ...]
    reference: tuple[str, ...]
    mapping: str
    """Which of its mappings reads `table`, a table of another system."""
    table: str
    target: tuple[str, str, str]
    """What the table becomes: code, kind, name."""
    flawed: tuple[Line, ...]
    findings: tuple[tuple[str, str, str], ...]
    """What its rules find in `flawed`: severity, code, pointer."""
    sound: tuple[Line, ...]
    section: tuple[str, str]
    """Its section in the handover report: a line in Indonesian and in English."""
    follow_up: tuple[str, int]
    """What is owed after a handover, and in how many days."""
    result: dict[str, Any]
    route: str
    answer: dict[str, Any]


def seni_budaya() -> Content:
    """Three fees of too little money for nobody in particular, and a show without a permit; then as it should be."""
    fee = {"culture": "art", "event": "Pentas lenong warga", "performed_on": day(13), "copyright_consent": True}
    slot = {
        "venue": "Balai warga RW 03",
        "event_on": day(13),
        "minutes": 90,
        "seats": 150,
        "free_entry": True,
        "copyright_consent": True,
    }
    allowed = {**slot, "venue_permit": "IK/112", "permit_valid_until": day(13)}
    return Content(
        program_id="seni_budaya",
        names=("Seni Budaya", "Arts and Culture"),
        aid_types=("fee", "stage_slot", "equipment", "studio_hours"),
        reference=("culture_objects",),
        mapping="seni_budaya.studio_register",
        table=f"nomor,sanggar,kode_kelurahan\n SG/2026/001,Sanggar Contoh,{AREA}\n",
        target=("SG-2026-001", "studio", "Sanggar Contoh"),
        flawed=(("fee", 3, {**fee, "amount": 600_000}), ("stage_slot", 1, slot)),
        findings=(
            ("block", "register_number_missing", "/lines/0/attributes/register_number"),
            ("block", "venue_permit_missing", "/lines/1/attributes/venue_permit"),
            ("warn", "fee_below_standard", "/lines/0/attributes/amount"),
        ),
        sound=(("fee", 3, {**fee, "amount": 700_000, "register_number": "SB/2025/00123"}), ("stage_slot", 1, allowed)),
        section=(
            f"Pentas {day(13)} : Balai warga RW 03, 150 penonton",
            f"Show on {day(13)} : Balai warga RW 03, audience: 150",
        ),
        follow_up=("event_report", 7),
        result={"artists_paid": 3, "events_held": 1},
        route="standard-fee",
        answer={"min_fee": 700_000, "currency": "IDR", "as_of": day(0)},
    )


def urban_farming() -> Content:
    """Fish that nobody has looked at, and weak seed; then as it should be."""
    fish = {
        "species": "lele",
        "litres": 80,
        "fingerlings": 60,
        "place_consent": True,
        "water_source": "well",
        "health_certificate": "SKIM/07/2026/0112",
    }
    seed = {"crop": "kangkung", "grams": 10, "best_before": day(300), "germination_percent": 90}
    return Content(
        program_id="urban_farming",
        names=("Pertanian Kota", "Urban Farming"),
        aid_types=("seed", "hydroponic_set", "fish_set", "poultry_set", "training"),
        reference=(),
        mapping="urban_farming.garden_register",
        table=f"kode,nama_kebun,kode_kelurahan\nKEBUN-001,Kebun Contoh,{AREA}\n",
        target=("KEBUN-001", "community_garden", "Kebun Contoh"),
        flawed=(
            ("fish_set", 2, {**fish, "certificate_until": day(13)}),
            ("seed", 5, {**seed, "germination_percent": 70}),
        ),
        findings=(
            ("block", "health_certificate_expires", "/lines/0/attributes/certificate_until"),
            ("warn", "germination_low", "/lines/1/attributes/germination_percent"),
        ),
        sound=(("fish_set", 2, {**fish, "certificate_until": day(14)}), ("seed", 5, seed)),
        section=("Surat kesehatan lele : nomor SKIM/07/2026/0112", "Health of lele : certificate SKIM/07/2026/0112"),
        follow_up=("survival_90_days", 60),
        result={"harvested_kg": 12, "alive": 2},
        route="seed-need?m2=25",
        answer={"m2": 25, "packets": 10, "packets_per_10_m2": 4},
    )


def agenda(folder: Path) -> list[tuple[str, str]]:
    """What the arts program wrote down for its agency: what happened to which commitment."""
    file = folder / AGENDA
    rows = [line.split(",") for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    return [(row[1], row[2]) for row in rows]
