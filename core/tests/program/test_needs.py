"""What a program says of needs is checked when it is made; the message names the bad value."""

from dataclasses import replace
from typing import Any

import pytest

from ksbb.program import ControlSum, NeedFigure, NeedPlan, Text
from ksbb.programs.soundness import require_sound
from ksbb.testing.own import installed_host

NAME = Text("Contoh", "Example")
FIGURE = NeedFigure(id="people", title=NAME)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": " "}, "need plan of 'thing': source must say what the formula rests on"),
        ({"figures": (FIGURE, FIGURE)}, "need plan of 'thing': the figures ['people'] are given twice"),
        (
            {"estimate": None, "figures": (FIGURE,)},
            "need plan of 'thing': figures ['people'] without an estimate that wants them",
        ),
    ],
)
def test_a_need_plan_is_checked_when_it_is_made(changes: dict[str, Any], said: str) -> None:
    given = {"aid_type": "thing", "title": NAME, "source": "Uji", "estimate": lambda *_: 1, **changes}
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        NeedPlan(**given)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (NeedFigure, {"id": "X", "title": NAME}, "need figure 'X': id must match ^[a-z][a-z0-9_]{1,39}$"),
        (
            NeedFigure,
            {"id": "households", "title": NAME},
            "need figure 'households': the name is taken; every table of figures has ['target_code', 'households']",
        ),
        (ControlSum, {"total": 0, "source": "Uji"}, "control sum: total must be at least 1, given 0"),
        (ControlSum, {"total": 1, "source": ""}, "control sum: source must say where it comes from"),
    ],
)
def test_its_parts_are_checked_when_they_are_made(kind: type, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        kind(**given)
    assert str(caught.value) == said


def test_a_program_has_one_plan_for_each_of_its_aid_types() -> None:
    program = installed_host().require("pangan").program
    plan = program.needs[0]
    for plans, said in (
        ((plan, plan), "program 'pangan': need plan staple_food is given twice"),
        (
            (replace(plan, aid_type="rice"),),
            "program 'pangan': there are need plans of unknown aid types ['rice']",
        ),
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
            replace(program, needs=plans)
        assert str(caught.value) == said
    with pytest.raises(ValueError, match=r"program.needs\[0\].period must be Period \| None, given 'week'"):
        require_sound(replace(program, needs=(replace(plan, period="week"),)))  # type: ignore[arg-type]  # that it is wrong is the point
