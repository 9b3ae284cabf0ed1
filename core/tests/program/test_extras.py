"""What programs bring beyond their aid is checked when it is made; the message names the bad value."""

from typing import Any

import pytest

from ksbb.program import Measure, Route, SuccessMetric, Text

NAME = Text("Contoh", "Example")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"path": "guide"},
            "route 'guide': the platform answers figures, guide, reference itself; choose another path",
        ),
        ({"path": "A"}, "route 'A': path must match ^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$"),
        ({"required": ("x",)}, "route 'shown': required parameters ['x'] are not among its parameters"),
        (
            {"parameters": {"x": {"type": "integer"}}},
            "route 'shown': parameter x must have type string, given 'integer'",
        ),
        (
            {"parameters": {"x": {"type": "strin"}}},
            "route 'shown': the schema of x is not a JSON Schema: 'strin' is not valid under any of the given schemas",
        ),
    ],
)
def test_a_route_is_checked_when_it_is_made(changes: dict[str, Any], said: str) -> None:
    given = {"path": "shown", "title": NAME, "description": NAME, "answer": dict, **changes}
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        Route(**given)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "X"}, "metric 'X': id must match ^[a-z][a-z0-9_]{1,29}$"),
        ({"aid_types": ()}, "metric 'served': measure accepted_over_need needs the aid types that it counts"),
        (
            {"measure": Measure.FOLLOW_UP_SUM},
            "metric 'served': measure follow_up_sum needs follow_up_kind and result_field",
        ),
    ],
)
def test_a_metric_is_checked_when_it_is_made(changes: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {
        "id": "served",
        "name": NAME,
        "unit": NAME,
        "measure": Measure.ACCEPTED_OVER_NEED,
        "aid_types": ("thing",),
    }
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        SuccessMetric(**{**given, **changes})
    assert str(caught.value) == said
