"""The food program's schemas, reference values and settings."""

from datetime import date

import pytest
from pydantic import ValidationError

from ksbb.program import AidType
from ksbb.testing.problems import AT, missing, no_day, not_among, problems, unknown
from ksbb_pangan import PROGRAM, ksbb_program
from ksbb_pangan.aid import AID_TYPES, EID_PACKAGE, HOLIDAY_ALLOWANCE, READY_MEAL, STAPLE_FOOD
from ksbb_pangan.foods import Food
from ksbb_pangan.settings import EidWindow, PanganSettings


def test_the_program_serves_the_food_targets() -> None:
    assert ksbb_program() is PROGRAM
    assert [aid_type.id for aid_type in PROGRAM.aid_types] == [
        "staple_food",
        "ready_meal",
        "eid_package",
        "holiday_allowance",
    ]
    assert {str(kind) for kind in PROGRAM.target_kinds} == {
        "rw",
        "orphanage",
        "nursing_home",
        "boarding_school",
        "disability_home",
    }
    assert PROGRAM.guide.id.startswith("# Pangan\n")
    assert PROGRAM.guide.en.startswith("# Food\n")


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_validate_with_formats(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2
    assert [problems(aid_type, example) for example in aid_type.examples] == [()] * len(aid_type.examples)


def test_everything_required_is_named() -> None:
    given = problems(STAPLE_FOOD, {})

    assert given == missing("contents", "expires_on", "halal", "packaging_neutral")


def test_a_recipients_name_has_no_place() -> None:
    known = ["packaging_neutral", "per", "unit_value"]

    assert problems(HOLIDAY_ALLOWANCE, {"per": "person", "packaging_neutral": True, "recipient": "x"}) == (
        unknown("recipient", known, "x"),
    )


def test_a_day_that_does_not_exist_is_refused() -> None:
    attributes = {**EID_PACKAGE.examples[0], "expires_on": "2027-02-30"}

    assert problems(EID_PACKAGE, attributes) == (no_day("expires_on", "2027-02-30"),)


def test_an_unknown_food_is_refused_with_the_known_ones() -> None:
    foods = [food.value for food in Food]
    attributes = {**STAPLE_FOOD.examples[0], "contents": [{"food": "beer", "amount": 1, "unit": "l"}]}

    assert problems(STAPLE_FOOD, attributes) == (not_among("contents/0/food", foods, "beer"),)


def test_a_meal_time_needs_a_time_zone() -> None:
    attributes = {**READY_MEAL.examples[0], "cooked_at": "2026-08-01T09:30:00"}

    found = problems(READY_MEAL, attributes)

    assert {problem.pointer for problem in found} == {f"{AT}/cooked_at"}
    assert "pattern" in {problem.code for problem in found}


@pytest.mark.parametrize(
    ("aid_type", "attributes", "rupiah"),
    [
        (STAPLE_FOOD, {}, 200_000),
        (READY_MEAL, {}, 45_000),
        (EID_PACKAGE, {}, 85_000),
        (HOLIDAY_ALLOWANCE, {"per": "person"}, 50_000),
        (HOLIDAY_ALLOWANCE, {"per": "family"}, 200_000),
        (HOLIDAY_ALLOWANCE, {}, None),
    ],
)
def test_reference_values_hold_from_april_2020(
    aid_type: AidType, attributes: dict[str, str], rupiah: int | None
) -> None:
    assert aid_type.value_on(date(2020, 4, 1), attributes) == rupiah
    assert aid_type.value_on(date(2020, 3, 31), attributes) is None


def test_default_eid_windows_reach_from_40_days_before_to_7_after() -> None:
    windows = {window.year: (window.start, window.end) for window in PanganSettings().eid_windows}

    assert list(windows) == list(range(2020, 2028))
    assert windows[2020] == (date(2020, 4, 14), date(2020, 5, 31))
    assert windows[2026] == (date(2026, 2, 9), date(2026, 3, 28))


def test_settings_from_a_configuration_file() -> None:
    settings = PanganSettings.model_validate(
        {
            "eid_windows": [{"year": 2028, "start": "2028-01-18", "end": "2028-03-05"}],
            "weekly_package": [{"food": "rice", "amount": 10, "unit": "kg"}],
        }
    )

    assert settings.eid_windows == (EidWindow(year=2028, start=date(2028, 1, 18), end=date(2028, 3, 5)),)
    assert [(item.food, item.amount, item.unit) for item in settings.weekly_package] == [("rice", 10.0, "kg")]


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError, match="Eid window 2028 starts on 2028-03-05, after its end on 2028-01-18"):
        EidWindow(year=2028, start=date(2028, 3, 5), end=date(2028, 1, 18))


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="min_expiry_month\n  Extra inputs are not permitted"):
        PanganSettings.model_validate({"min_expiry_month": 3})
