"""Hypothesis strategies for the values that a JSON Schema allows. Needs Hypothesis."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ksbb.program import JsonSchema

Values = st.SearchStrategy[Any]

_KEYWORDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
    "string": {"format", "pattern", "minLength", "maxLength"},
    "integer": {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"},
    "number": {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"},
    "boolean": set[str](),
    "null": set[str](),
}
_SAY_NOTHING = {"$schema", "$id", "$comment", "type", "title", "description", "default", "examples", "deprecated"}
_LOOKED_AT_AFTERWARDS = {
    *("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"),
    *("minProperties", "maxProperties", "contains", "minContains", "maxContains"),
}
"""Keywords that narrow what the others allow: values are drawn without them, and those that they refuse are drawn again."""
_MOST_ITEMS = 5
_LARGEST = 10**12
_ZONES = ("Z", "+07:00", "-11:30", "+14:00")
# A pattern on a day narrows the years, and most of the calendar's would be drawn in vain.
_CENTURY = (date(2000, 1, 1), date(2099, 12, 31))


def values_of(schema: JsonSchema, examples: Sequence[Any] = ()) -> Values:
    """Values that a schema allows, texts of the examples and whole floats for integers among them.

    Raises ValueError for a keyword or a format of JSON Schema that isn't covered here.
    """
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = _kinds(schema)
    if not kinds:
        options = [values_of(option, examples) for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ()))]
        if not options:
            raise ValueError(f"schema has no type, and payloads cannot guess it: {dict(schema)}")
        return _filtered(st.one_of(options), schema)
    beyond = {name for name in schema if not name.startswith("x-")} - _SAY_NOTHING - _LOOKED_AT_AFTERWARDS
    beyond -= {keyword for kind in kinds for keyword in _KEYWORDS[kind]}
    if beyond:
        raise ValueError(
            f"schema of type {'/'.join(kinds)} has {sorted(beyond)}, which payloads do not cover: {dict(schema)}"
        )
    return _filtered(st.one_of([_OF_TYPE[kind](schema, examples) for kind in kinds]), schema)


def _kinds(schema: JsonSchema) -> list[str]:
    given = schema.get("type", "object" if "properties" in schema else [])
    return [given] if isinstance(given, str) else list(given)


def _filtered(drawn: Values, schema: JsonSchema) -> Values:
    if not _LOOKED_AT_AFTERWARDS & set(schema):
        return drawn
    return drawn.filter(Draft202012Validator(dict(schema)).is_valid)


def _objects(schema: JsonSchema, examples: Sequence[Any]) -> Values:
    held = [example for example in examples if isinstance(example, Mapping)]
    fields = {
        name: values_of(value, [example[name] for example in held if name in example])
        for name, value in schema.get("properties", {}).items()
    }
    required = {name: fields.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=fields)


def _arrays(schema: JsonSchema, examples: Sequence[Any]) -> Values:
    held = [item for example in examples if isinstance(example, (list, tuple)) for item in example]
    items = values_of(schema["items"], held)
    least, most = schema.get("minItems", 0), schema.get("maxItems", _MOST_ITEMS)
    unique_by = _same_in_json if schema.get("uniqueItems", False) else None
    return st.lists(items, min_size=least, max_size=min(most, max(least, _MOST_ITEMS)), unique_by=unique_by)


def _same_in_json(value: Any) -> Any:
    """Equal for values that are equal in JSON, where 1 is 1.0 and no truth value."""
    if isinstance(value, Mapping):
        return frozenset((name, _same_in_json(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return tuple(map(_same_in_json, value))
    return (isinstance(value, bool), value)


def _strings(schema: JsonSchema, examples: Sequence[Any]) -> Values:
    drawn, held = _formatted(schema), [example for example in examples if isinstance(example, str)]
    return drawn | st.sampled_from(held) if held else drawn


def _formatted(schema: JsonSchema) -> Values:
    pattern, form = schema.get("pattern"), schema.get("format")
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if form is not None and form not in _OF_FORMAT:
        raise ValueError(f"format {form!r} is not covered by payloads: {dict(schema)}")
    if form is not None:
        texts = _OF_FORMAT[form](*(_CENTURY if pattern else (date.min, date.max)))
        return _sized(texts if pattern is None else texts.filter(re.compile(pattern).search), least, most)
    if pattern is None:
        return st.text(min_size=least, max_size=most)
    return _sized(st.from_regex(pattern, fullmatch=True), least, most)


def _sized(texts: Values, least: int, most: int | None) -> Values:
    if not least and most is None:
        return texts
    return texts.filter(lambda text: least <= len(text) and (most is None or len(text) <= most))


def _moments(first: date, last: date) -> Values:
    drawn = st.datetimes(datetime(first.year, 1, 1), datetime(last.year, 12, 31))  # noqa: DTZ001 - zone below
    written = drawn.map(lambda moment: moment.isoformat(timespec="seconds"))
    return st.builds(str.__add__, written, st.sampled_from(_ZONES))


_OF_FORMAT: dict[str, Callable[[date, date], Values]] = {
    "date": lambda first, last: st.dates(first, last).map(date.isoformat),
    "date-time": _moments,
    "time": lambda _first, _last: st.times().map(lambda time: f"{time:%H:%M:%S}Z"),
    "uuid": lambda _first, _last: st.uuids().map(str),
    "email": lambda _first, _last: st.from_regex(r"[a-z][a-z0-9.]{0,8}[a-z]@[a-z]{2,9}\.(com|org|id)", fullmatch=True),
    "uri": lambda _first, _last: st.from_regex(
        r"https://[a-z]{2,9}\.(com|org|id)(/[a-z0-9]{1,9}){0,3}", fullmatch=True
    ),
}


def _integers(schema: JsonSchema, _examples: Sequence[Any]) -> Values:
    # JSON Schema counts 3.0 among the integers.
    whole = _multiples(schema, schema.get("multipleOf", 1))
    return whole | whole.map(float)


def _numbers(schema: JsonSchema, _examples: Sequence[Any]) -> Values:
    if "multipleOf" in schema:
        return _multiples(schema, schema["multipleOf"])
    least, above, most, below = _bounds(schema)
    floats = st.floats(least, most, exclude_min=above, exclude_max=below)
    return floats | _multiples(schema, 1)


def _multiples(schema: JsonSchema, step: float) -> Values:
    least, above, most, below = _bounds(schema)
    numbers = st.integers(math.ceil(least / step), math.floor(most / step)).map(lambda count: count * step)
    return numbers.filter(lambda number: not (above and number == least) and not (below and number == most))


def _bounds(schema: JsonSchema) -> tuple[float, bool, float, bool]:
    """Least value and whether it is left out, greatest value and whether it is left out."""
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    most, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    lowest = max((bound for bound in (least, above) if bound is not None), default=-_LARGEST)
    highest = min((bound for bound in (most, below) if bound is not None), default=_LARGEST)
    return lowest, lowest == above, highest, highest == below


_OF_TYPE: dict[str, Callable[[JsonSchema, Sequence[Any]], Values]] = {
    "object": _objects,
    "array": _arrays,
    "string": _strings,
    "integer": _integers,
    "number": _numbers,
    "boolean": lambda _schema, _examples: st.booleans(),
    "null": lambda _schema, _examples: st.none(),
}
