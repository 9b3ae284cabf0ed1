"""What is wrong with the attributes of a commitment's first line, and the problems to expect.

`place` is where an attribute stands in the line, such as `expires_on` or `contents/0/food`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ksbb.domain.errors import Problem
from ksbb.domain.text import Text
from ksbb.program.aid import AidType
from ksbb.program.validation import attribute_problems

AT = "/lines/0/attributes"
"""Where the attributes of the first line stand."""


def problems(aid_type: AidType, attributes: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Everything that is wrong with the attributes of a commitment's first line, by field."""
    return attribute_problems(aid_type, attributes, AT)


def missing(*places: str) -> tuple[Problem, ...]:
    """Required attributes that aren't given."""
    message = Text("wajib diisi", "is required")
    return tuple(
        Problem(code="required", message=message, pointer=f"{AT}/{place}", expected="a value") for place in places
    )


def unknown(place: str, known: Sequence[str], given: object) -> Problem:
    """An attribute that isn't among the `known` ones, in their order."""
    return Problem(
        code="additionalProperties",
        message=Text(
            f"tidak dikenal; yang dikenal: {', '.join(known)}", f"is not known; known are: {', '.join(known)}"
        ),
        pointer=f"{AT}/{place}",
        expected=list(known),
        given=given,
    )


def not_among(place: str, choices: Iterable[str], given: object) -> Problem:
    """A value that isn't among the choices."""
    expected = list(choices)
    return Problem(
        code="enum",
        message=Text(f"harus salah satu dari {', '.join(expected)}", f"must be one of {', '.join(expected)}"),
        pointer=f"{AT}/{place}",
        expected=expected,
        given=given,
    )


def no_day(place: str, given: object) -> Problem:
    """A text that should be a day of the calendar, and isn't."""
    return Problem(
        code="format",
        message=Text("harus berformat date", "must have the format date"),
        pointer=f"{AT}/{place}",
        expected="date",
        given=given,
    )


def unlike(place: str, pattern: str, given: object) -> Problem:
    """A text that doesn't match its pattern."""
    return Problem(
        code="pattern",
        message=Text(f"harus sesuai pola {pattern}", f"must match the pattern {pattern}"),
        pointer=f"{AT}/{place}",
        expected=pattern,
        given=given,
    )


def repeated(place: str, given: object) -> Problem:
    """A list that says something twice."""
    return Problem(
        code="uniqueItems",
        message=Text("isi tidak boleh berulang", "items must not repeat"),
        pointer=f"{AT}/{place}",
        expected=True,
        given=given,
    )
