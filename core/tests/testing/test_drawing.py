"""Whatever is drawn from a schema, the schema allows, for both validators; and what it allows is drawn in its width."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ksbb.testing.drawing import values_of
from ksbb.testing.payloads import steadily

SCHEMAS: list[dict[str, Any]] = [
    {"const": "yes"},
    {"enum": [1, "one", None]},
    {"type": ["string", "null"], "maxLength": 3},
    {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 4},
    {"type": "integer", "minimum": 5, "multipleOf": 5, "maximum": 50},
    {"type": "integer"},
    {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    {"type": "number", "multipleOf": 0.5, "minimum": 1, "maximum": 3},
    {"type": "string", "format": "date", "pattern": "^20"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "time"},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "email", "maxLength": 30},
    {"type": "string", "format": "uri"},
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$", "maxLength": 6},
    {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 3}, "uniqueItems": True, "minItems": 2},
    {"type": "array", "items": {"type": "string"}, "contains": {"minLength": 2}},
    {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
    {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2, "maximum": 9}]},
    {
        "type": "object",
        "properties": {
            "kind": {"enum": ["loan", "grant"]},
            "rate": {"type": "number", "minimum": 0, "maximum": 9},
            "years": {"type": "integer", "minimum": 1, "maximum": 9},
        },
        "required": ["kind"],
        "additionalProperties": False,
        "minProperties": 2,
        "dependentRequired": {"rate": ["years"]},
        "if": {"properties": {"kind": {"const": "loan"}}},
        "then": {"required": ["rate"]},
    },
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_what_is_drawn_is_allowed(schema: dict[str, Any]) -> None:
    authority = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    compiled = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    @steadily(50)
    @given(values_of(schema))
    def search(value: Any) -> None:
        assert authority.is_valid(value), value
        assert compiled.is_valid(value), value

    search()


@pytest.mark.parametrize("end", [5, 50])
def test_bounds_are_reached(end: int) -> None:
    drawn = values_of({"type": "integer", "minimum": 5, "maximum": 50})
    assert find(drawn, lambda value: value == end, settings=steadily(200)) == end


def test_texts_of_examples_are_drawn_at_every_depth() -> None:
    schema = {"type": "array", "items": {"type": "object", "properties": {"code": {"type": "string"}}}}
    drawn = values_of(schema, [[{"code": "A-17"}]])
    assert find(drawn, lambda value: any(item.get("code") == "A-17" for item in value)) == [{"code": "A-17"}]


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            {"type": "object", "$ref": "#/$defs/a"},
            r"schema of type object has \['\$ref'\], which payloads do not cover",
        ),
        ({"type": "string", "format": "ipv4"}, "format 'ipv4' is not covered by payloads"),
        ({"minimum": 1}, "schema has no type, and payloads cannot guess it"),
    ],
)
def test_what_is_not_covered_is_named(schema: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        values_of(schema)


def test_unions_of_types_are_drawn_whole() -> None:
    drawn: st.SearchStrategy[Any] = values_of({"type": ["string", "null"]})
    assert find(drawn, lambda value: value is None) is None
    assert find(drawn, lambda value: isinstance(value, str)) == ""
