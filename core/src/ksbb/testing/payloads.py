"""Hypothesis strategies for all that a program's schemas allow, and what its rules must do with it.

The only module here that needs Hypothesis: import it by its own name.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st

from ksbb.program import AidType, CommitmentView, Finding, JsonSchema, LineView, Program, ProgramSettings
from ksbb.program.validation import attribute_problems
from ksbb.testing.views import commitment_view
from ksbb.usecases.assess import run_rules
from ksbb.usecases.desk import ActiveProgram

Values = st.SearchStrategy[Any]

_KEYWORDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "string": {"enum", "format", "pattern", "minLength", "maxLength"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "exclusiveMinimum", "maximum"},
    "boolean": set[str](),
}
_SAY_NOTHING = {"$schema", "type", "title", "description"}
_MOST_ITEMS = 5
_ZONES = ("Z", "+07:00", "-11:30", "+14:00")
# A pattern on a day narrows the years, and most of the calendar's would be drawn in vain.
_CENTURY = (date(2000, 1, 1), date(2099, 12, 31))


def attributes_of(aid_type: AidType) -> st.SearchStrategy[dict[str, Any]]:
    """Attributes that the aid type's schema allows, texts of its examples and whole floats for integers among them.

    Examples are drawn from because rules look deeper than schemas: at check digits, or at what stands twice.
    Raises ValueError for a keyword of JSON Schema that isn't covered here.
    """
    return _values(aid_type.schema, aid_type.examples)


def commitments_of(program: Program, most_units: int = 10**9) -> st.SearchStrategy[CommitmentView]:
    """Commitments of one to four lines, 1 to `most_units` of any aid types with any attributes, on any days."""

    @st.composite
    def commitments(draw: st.DrawFn) -> CommitmentView:
        aid_types = draw(st.lists(st.sampled_from(program.aid_types), min_size=1, max_size=4))
        lines = (
            LineView(
                position=position,
                aid_type=aid_type.id,
                quantity=draw(st.integers(1, most_units)),
                attributes=draw(attributes_of(aid_type)),
            )
            for position, aid_type in enumerate(aid_types)
        )
        return commitment_view(program, *lines, submitted_on=draw(st.dates()), planned_handover_on=draw(st.dates()))

    return commitments()


def checked_findings(program: Program, settings: ProgramSettings, view: CommitmentView) -> list[Finding]:
    """The findings of all the program's rules over a commitment whose attributes satisfy their schemas.

    Raises RuleFailed when a rule raises or answers with a code that isn't its own, and AssertionError that says what
    is wrong when the attributes don't satisfy the schemas, a finding stands nowhere, or the second answer is another.
    """
    for line in view.lines:
        aid_type = program.aid_type(line.aid_type)
        if aid_type is None:
            raise AssertionError(f"program {program.id!r} has no aid type {line.aid_type!r}")
        problems = attribute_problems(aid_type, line.attributes, line.at(""))
        if problems:
            raise AssertionError(f"attributes {line.attributes} of {aid_type.id!r} are not valid: {problems}")
    active = ActiveProgram(program=program, settings=settings)
    found = run_rules(active, view)
    nowhere = [finding for finding in found if not finding.pointer.startswith("/")]
    if nowhere:
        raise AssertionError(f"findings without a pointer: {nowhere}")
    again = run_rules(active, view)
    if found != again:
        raise AssertionError(f"rules are not pure: they found {found}, then {again}")
    return list(found)


def _values(schema: JsonSchema, examples: Sequence[Any]) -> Values:
    kind = schema["type"]
    beyond = {name for name in schema if not name.startswith("x-")} - _SAY_NOTHING - _KEYWORDS[kind]
    if beyond:
        raise ValueError(f"schema of type {kind} has {sorted(beyond)}, which payloads do not cover: {dict(schema)}")
    return _OF_TYPE[kind](schema, examples)


def _objects(schema: JsonSchema, examples: Sequence[Mapping[str, Any]]) -> Values:
    fields = {
        name: _values(value, [example[name] for example in examples if name in example])
        for name, value in schema["properties"].items()
    }
    required = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=fields)


def _arrays(schema: JsonSchema, examples: Sequence[Sequence[Any]]) -> Values:
    items = _values(schema["items"], [item for example in examples for item in example])
    least, most = schema.get("minItems", 0), schema.get("maxItems", _MOST_ITEMS)
    return st.lists(
        items, min_size=least, max_size=min(most, max(least, _MOST_ITEMS)), unique=schema.get("uniqueItems", False)
    )


def _strings(schema: JsonSchema, examples: Sequence[str]) -> Values:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    drawn = _formatted(schema)
    return drawn | st.sampled_from(examples) if examples else drawn


def _formatted(schema: JsonSchema) -> Values:
    pattern, form = schema.get("pattern"), schema.get("format")
    first, last = _CENTURY if pattern else (date.min, date.max)
    if form == "date":
        return _matching(st.dates(first, last).map(date.isoformat), pattern)
    if form == "date-time":
        moments = st.datetimes(datetime(first.year, 1, 1), datetime(last.year, 12, 31))  # noqa: DTZ001 - zone below
        written = moments.map(lambda moment: moment.isoformat(timespec="seconds"))
        return _matching(st.builds(str.__add__, written, st.sampled_from(_ZONES)), pattern)
    if form is not None:
        raise ValueError(f"format {form!r} is not covered by payloads: {dict(schema)}")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if pattern is None:
        return st.text(min_size=least, max_size=most)
    texts = st.from_regex(pattern, fullmatch=True)
    return texts.filter(lambda text: least <= len(text) and (most is None or len(text) <= most))


def _matching(texts: st.SearchStrategy[str], pattern: str | None) -> st.SearchStrategy[str]:
    return texts if pattern is None else texts.filter(re.compile(pattern).search)


def _integers(schema: JsonSchema, _examples: Sequence[Any]) -> Values:
    # JSON Schema counts 3.0 among the integers.
    whole = st.integers(schema.get("minimum"), schema.get("maximum"))
    return whole | whole.map(float)


def _numbers(schema: JsonSchema, _examples: Sequence[Any]) -> Values:
    above, most = schema.get("exclusiveMinimum"), schema["maximum"]
    least = schema["minimum"] if above is None else above
    floats = st.floats(least, most, exclude_min=above is not None)
    return floats | st.integers(math.ceil(least), math.floor(most)).filter(lambda number: number != above)


_OF_TYPE: dict[str, Callable[[JsonSchema, Sequence[Any]], Values]] = {
    "object": _objects,
    "array": _arrays,
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "boolean": lambda _schema, _examples: st.booleans(),
}
