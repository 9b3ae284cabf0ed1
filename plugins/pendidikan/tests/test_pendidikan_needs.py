"""What the formulas make of what is known of a target."""

import pytest

from ksbb.program import TargetFacts, TargetKind
from ksbb_pendidikan import PROGRAM


@pytest.mark.parametrize(
    ("aid_type", "households", "figures", "quantity"),
    [
        ("student_device", None, {"pupils_without_device": 35}, 35),
        ("student_device", 100, {}, None),
        ("teacher_computer", None, {"teachers_without_computer": 3}, 3),
        ("teacher_computer", None, {}, None),
    ],
)
def test_what_is_needed(aid_type: str, households: int | None, figures: dict[str, int], quantity: int | None) -> None:
    plan = PROGRAM.need_plan(aid_type)
    assert plan is not None
    assert plan.estimate is not None
    facts = TargetFacts(
        code="T", kind=TargetKind.SCHOOL, area_code="31.71.06.1002", households=households, figures=figures
    )
    assert plan.estimate(facts, PROGRAM.settings()) == quantity


def test_the_published_totals() -> None:
    assert {plan.aid_type: [one.total for one in plan.controls] for plan in PROGRAM.needs} == {
        "student_device": [171_998],
        "teacher_computer": [12_649],
    }
