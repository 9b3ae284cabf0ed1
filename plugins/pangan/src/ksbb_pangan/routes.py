"""What the food program tells on addresses of its own, for pages and shops that put packages together."""

from typing import Any

from ksbb.program import Route, RouteRequest, Text, described
from ksbb_pangan.foods import FOOD_NAMES, MEASURE_NAMES
from ksbb_pangan.settings import EidWindow, PanganSettings


def standard_package(request: RouteRequest) -> dict[str, Any]:
    """The standard package in force: for whom, what it is worth in whole rupiah, and what is in it at least."""
    settings: PanganSettings = request.settings
    return {
        "people": settings.household_size,
        "days": 7,
        "value": settings.staple_value,
        "min_expiry_months": settings.min_expiry_months,
        "contents": [
            {
                "food": item.food.value,
                "name": FOOD_NAMES[item.food],
                "amount": item.amount,
                "unit": None if item.amount is None else item.unit.value,
                "unit_name": None if item.amount is None else MEASURE_NAMES[item.unit],
                "registration_needed": item.food not in settings.foods_without_registration,
            }
            for item in settings.weekly_package
        ],
    }


def eid_window(request: RouteRequest) -> dict[str, Any]:
    """Whether Eid aid may be handed over on a day (today when none is asked for), and the window that is open or comes next."""
    settings: PanganSettings = request.settings
    day = request.parameters.get("day", request.today.isoformat())
    windows = sorted(settings.eid_windows, key=lambda window: window.start)
    found = next((window for window in windows if day <= window.end.isoformat()), None)
    return {
        "day": day,
        "open": found is not None and found.start.isoformat() <= day,
        "window": None if found is None else _shown(found),
    }


def _shown(window: EidWindow) -> dict[str, Any]:
    return {"year": window.year, "start": window.start, "end": window.end}


ROUTES = (
    Route(
        path="standard-package",
        title=Text("Paket sembako standar", "Standard staple package"),
        description=Text(
            "Isi paket standar yang sedang berlaku untuk satu keluarga selama seminggu, nilai acuannya dalam rupiah, dan "
            "pangan mana yang wajib bernomor izin edar. amount null: berapa pun cukup.",
            "What is in the standard package in force for one household and week, its reference value in rupiah, and which "
            "foods need a registration number. amount null: any amount will do.",
        ),
        answer=standard_package,
    ),
    Route(
        path="eid-window",
        title=Text("Masa penyerahan bantuan Lebaran", "When Eid aid may be handed over"),
        description=Text(
            "Apakah bantuan Lebaran boleh diserahkan pada suatu hari, dan masa yang sedang atau akan berjalan; window null: "
            "belum diketahui.",
            "Whether Eid aid may be handed over on a day, and the window that is open or comes next; window null: not known "
            "yet.",
        ),
        answer=eid_window,
        parameters={
            "day": described(
                {"type": "string", "format": "date", "pattern": r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"},
                Text("Hari", "Day"),
                Text("Hari yang ditanyakan (TTTT-BB-HH); kosong: hari ini.", "The day (YYYY-MM-DD); empty: today."),
            )
        },
    ),
)
