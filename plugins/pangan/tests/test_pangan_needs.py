"""What the formulas make of what is known of a target."""

from typing import Any

import pytest

from ksbb.program import TargetFacts, TargetKind
from ksbb_pangan import PROGRAM
from ksbb_pangan.settings import PanganSettings


def needed(aid_type: str, households: int | None, settings: dict[str, Any] | None = None, **figures: int) -> int | None:
    plan = PROGRAM.need_plan(aid_type)
    assert plan is not None
    assert plan.estimate is not None
    facts = TargetFacts(code="T", kind=TargetKind.RW, area_code="31.71.06.1002", households=households, figures=figures)
    return plan.estimate(facts, PanganSettings(**(settings or {})))


@pytest.mark.parametrize(
    ("households", "figures", "settings", "packages"),
    [
        (240, {}, {}, 56),
        (1, {}, {}, 1),
        (0, {}, {}, 0),
        (240, {}, {"vulnerable_households_percent": 50, "staple_packages_per_week": 2}, 240),
        (None, {"residents": 41}, {}, 11),
        (None, {"residents": 41}, {"household_size": 5}, 9),
        (None, {}, {}, None),
    ],
)
def test_staple_packages_for_a_week(
    households: int | None, figures: dict[str, int], settings: dict[str, Any], packages: int | None
) -> None:
    assert needed("staple_food", households, settings, **figures) == packages


def test_one_eid_package_for_each_vulnerable_household() -> None:
    assert needed("eid_package", 240, {"staple_packages_per_week": 7}) == 56


def test_meals_for_a_week_of_those_who_cannot_cook() -> None:
    assert needed("ready_meal", 240) is None
    assert needed("ready_meal", None, without_kitchen=12) == 84


def test_the_published_total_is_that_of_the_standard_settings() -> None:
    plan = PROGRAM.need_plan("staple_food")
    assert plan is not None
    people, settings = 2_400_000, PanganSettings()
    packages = people // settings.household_size * settings.staple_packages_per_week
    assert [control.total for control in plan.controls] == [packages]
