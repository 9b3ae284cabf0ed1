"""Schemas of aid types: the compiled check lets nothing pass that `jsonschema` refuses."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from ksbb.program import AidType, Text, Unit, object_schema
from ksbb.program.aid import _is_surely_a_schema

NAME = Text("Contoh", "Example")
REFUSED: tuple[dict[str, Any], ...] = (
    {"type": "whole"},
    {"type": ["string", "x"]},
    {"minLength": -1},
    {"minimum": "3"},
    {"multipleOf": 0},
    {"required": "a"},
    {"required": ["a", "a"]},
    {"properties": {"a": 3}},
    {"properties": {"a": {"pattern": "("}}},
    {"enum": "a"},
    {"enum": ("a",)},
    {"items": [{}]},
    {"pattern": "("},
    {"pattern": r"\p{L}"},
    {"patternProperties": {"(": {}}},
    {"allOf": [{"patternProperties": {r"\p{L}": {}}}]},
    {"$defs": {"a": {"type": "whole"}}},
    {"$ref": 3},
    {"$anchor": "3x"},
    {"anyOf": {}},
    {"minLength": True},
    {"title": 3},
)
ACCEPTED: tuple[dict[str, Any], ...] = (
    {"properties": {"pattern": {"type": "string"}}},
    {"properties": {"a": {"pattern": "^(?P<x>a)(?=b)$"}}},
    {"enum": ["a", None, 1.5], "default": {"pattern": "a"}},
)


@pytest.mark.parametrize("schema", REFUSED, ids=str)
def test_what_jsonschema_refuses_is_never_surely_a_schema(schema: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        Draft202012Validator.check_schema(schema)
    assert not _is_surely_a_schema(schema)


@pytest.mark.parametrize("schema", ACCEPTED, ids=str)
def test_usual_schemas_need_no_second_look(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert _is_surely_a_schema(schema)


def test_what_jsonschema_alone_accepts_is_accepted() -> None:
    property_ = {**object_schema({}, [], NAME, NAME), "pattern": "a", "maximum": float("inf")}
    schema = object_schema({"size": property_}, [], NAME, NAME)
    assert not _is_surely_a_schema(schema)
    made = AidType(id="thing", name=NAME, unit=Unit("piece", NAME), schema=schema, examples=({},))
    assert made.schema is schema
