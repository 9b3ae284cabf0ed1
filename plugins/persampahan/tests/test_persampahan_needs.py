"""What the formulas make of what is known of a target."""

import pytest

from ksbb.program import TargetFacts, TargetKind
from ksbb_persampahan import PROGRAM


@pytest.mark.parametrize(
    ("aid_type", "households", "figures", "quantity"),
    [
        ("bin", 240, {}, 480),
        ("bin", 0, {}, 0),
        ("bin", None, {}, None),
    ],
)
def test_what_is_needed(aid_type: str, households: int | None, figures: dict[str, int], quantity: int | None) -> None:
    plan = PROGRAM.need_plan(aid_type)
    assert plan is not None
    assert plan.estimate is not None
    facts = TargetFacts(code="T", kind=TargetKind.RW, area_code="31.71.06.1002", households=households, figures=figures)
    assert plan.estimate(facts, PROGRAM.settings()) == quantity
