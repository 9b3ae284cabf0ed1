"""The compiled validator on the hot path never accepts what `jsonschema`, the authority, refuses."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ksbb.program import AidType
from ksbb.program.validation import attribute_problems, surely_valid
from ksbb.programs.host import load_programs
from ksbb.settings import PROGRAM_IDS, Settings
from ksbb.testing.payloads import attributes_of

PROGRAMS = load_programs(Settings())

_STRANGE = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 1.0, 1.5, -0.0, 1e20, 10**20, 2**63),
        *("", " ", "x", "1", "é" * 300, "\x00", "٣٥٢٠٩٩٠٠١٧٦١٤٨١", "352099001761481\n"),
        *("2026-02-30", "2026-2-3", "2026-02-03", "2026-02-03\n", "2026-02-03T10:00:00Z", "24:00"),
        *([], {}, [None], ["x", "x"], [1, 1.0, True], {"x": 1}),
    ]
)
"""What a client may send where something else is expected."""


def _spoilt(draw: st.DrawFn, value: Any) -> Any:
    """A value with one place of it, however deep, replaced, taken out or added to."""
    ways: list[Any] = [lambda: draw(_STRANGE)]
    if isinstance(value, dict) and value:
        name = draw(st.sampled_from(sorted(value)))
        ways += [
            lambda: {**value, name: _spoilt(draw, value[name])},
            lambda: {kept: value[kept] for kept in value if kept != name},
        ]
    elif isinstance(value, list) and value:
        place = draw(st.integers(0, len(value) - 1))
        ways += [lambda: [*value[:place], _spoilt(draw, value[place]), *value[place + 1 :]], lambda: value * 2]
    elif isinstance(value, str):
        ways += [lambda: value + draw(st.sampled_from(["\n", " ", "x"])), lambda: value[:-1], value.upper]
    elif isinstance(value, int):
        ways += [lambda: -value, lambda: value + 0.5, lambda: float(value), lambda: str(value)]
    return draw(st.sampled_from(ways))()


@st.composite
def _sent(draw: st.DrawFn, aid_type: AidType) -> dict[str, Any]:
    attributes = draw(attributes_of(aid_type))
    if draw(st.booleans()):
        return attributes
    name = draw(st.sampled_from([*sorted(aid_type.schema["properties"]), "no_such_attribute"]))
    return {**attributes, name: _spoilt(draw, attributes.get(name))}


@pytest.mark.parametrize("program_id", PROGRAM_IDS)
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_it_agrees_with_the_authority(program_id: str, data: st.DataObject) -> None:
    program = PROGRAMS.require(program_id).program
    aid_type = data.draw(st.sampled_from(program.aid_types))
    attributes = data.draw(_sent(aid_type))
    authority = Draft202012Validator(dict(aid_type.schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
    accepted = attribute_problems(aid_type, attributes, "") == ()
    assert accepted == authority.is_valid(attributes), attributes
    assert accepted or not surely_valid(aid_type, attributes)


@pytest.mark.parametrize("program_id", PROGRAM_IDS)
def test_examples_take_the_fast_way(program_id: str) -> None:
    for aid_type in PROGRAMS.require(program_id).program.aid_types:
        assert all(surely_valid(aid_type, example) for example in aid_type.examples)
