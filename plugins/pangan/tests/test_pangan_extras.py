"""What the food program brings beyond its aid: the Eid days, and its own addresses."""

from datetime import date
from typing import Any

from ksbb.program import Route, RouteRequest, Text
from ksbb_pangan import PROGRAM
from ksbb_pangan.reference import EID_AL_FITR, eid_days
from ksbb_pangan.settings import PanganSettings


def ask(path: str, today: date = date(2026, 3, 1), settings: PanganSettings | None = None, **parameters: str) -> Any:
    route: Route = next(route for route in PROGRAM.routes if route.path == path)
    return route.answer(RouteRequest(parameters=parameters, settings=settings or PanganSettings(), today=today))


def test_the_eid_days_are_a_register_with_source() -> None:
    assert PROGRAM.reference_data == (EID_AL_FITR,)
    assert EID_AL_FITR.rows[6] == {"year": "2026", "day": "2026-03-21", "basis": "decided"}
    assert [row["year"] for row in EID_AL_FITR.rows] == [str(day.year) for day in eid_days()]
    assert [row["year"] for row in EID_AL_FITR.rows if row["basis"] != "decided"] == ["2027"]


def test_the_standard_package_in_force() -> None:
    answer = ask("standard-package")
    assert {**answer, "contents": len(answer["contents"])} == {
        "people": 4,
        "days": 7,
        "value": 200_000,
        "min_expiry_months": 6,
        "contents": 8,
    }
    assert answer["contents"][0] == {
        "food": "rice",
        "name": Text("beras", "rice"),
        "amount": 5,
        "unit": "kg",
        "unit_name": Text("kg", "kg"),
        "registration_needed": False,
    }
    assert answer["contents"][5] == {
        "food": "tea",
        "name": Text("teh", "tea"),
        "amount": None,
        "unit": None,
        "unit_name": None,
        "registration_needed": True,
    }


def test_the_package_follows_the_operators_settings() -> None:
    settings = PanganSettings.model_validate(
        {"staple_value": 250_000, "weekly_package": [{"food": "eggs", "amount": 30, "unit": "pcs"}]}
    )
    answer = ask("standard-package", settings=settings)
    assert (answer["value"], [(one["food"], one["amount"]) for one in answer["contents"]]) == (250_000, [("eggs", 30)])


def test_the_eid_window() -> None:
    window = {"year": 2026, "start": date(2026, 2, 9), "end": date(2026, 3, 28)}
    assert ask("eid-window") == {"day": "2026-03-01", "open": True, "window": window}
    assert ask("eid-window", day="2026-02-08") == {"day": "2026-02-08", "open": False, "window": window}
    assert ask("eid-window", day="2026-03-29")["window"]["year"] == 2027
    assert ask("eid-window", day="2030-01-01") == {"day": "2030-01-01", "open": False, "window": None}
