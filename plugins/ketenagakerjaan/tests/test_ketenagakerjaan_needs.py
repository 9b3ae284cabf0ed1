"""What the formulas make of what is known of a target."""

import pytest

from ksbb.program import TargetFacts, TargetKind
from ksbb_ketenagakerjaan import PROGRAM


@pytest.mark.parametrize(
    ("aid_type", "households", "figures", "quantity"),
    [
        ("training", None, {"job_seekers": 25}, 25),
        ("training", None, {}, None),
    ],
)
def test_what_is_needed(aid_type: str, households: int | None, figures: dict[str, int], quantity: int | None) -> None:
    plan = PROGRAM.need_plan(aid_type)
    assert plan is not None
    assert plan.estimate is not None
    facts = TargetFacts(
        code="T", kind=TargetKind.JOB_SEEKER_GROUP, area_code="31.71.06.1002", households=households, figures=figures
    )
    assert plan.estimate(facts, PROGRAM.settings()) == quantity
