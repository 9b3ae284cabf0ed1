"""Walk through the schemas of a program."""

from collections.abc import Iterator, Mapping
from typing import Any

from ksbb.program import JsonSchema, Program

ANNOTATIONS = ("title", "description", "x-en-title", "x-en-description")
"""What says in words what a schema is: Indonesian first, then English."""
_HOLD_SCHEMAS = ("properties", "patternProperties", "$defs", "dependentSchemas")
_ARE_SCHEMAS = ("items", "contains", "not", "if", "then", "else", "propertyNames", "unevaluatedItems")
_LIST_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")


def every_schema(program: Program) -> Iterator[tuple[str, JsonSchema]]:
    """Every schema of every aid type at every depth, with its place such as `staple_food/contents/*/food`."""
    for aid_type in program.aid_types:
        yield from below(aid_type.id, aid_type.schema)


def every_attribute(program: Program) -> Iterator[tuple[str, JsonSchema]]:
    """Every attribute of every aid type at every depth, and every kind of item that has attributes of its own."""
    for aid_type in program.aid_types:
        yield from attributes(aid_type.id, aid_type.schema)


def attributes(place: str, schema: JsonSchema) -> Iterator[tuple[str, JsonSchema]]:
    """Every attribute below a schema, at every depth; `*` stands for every item of a list."""
    for name, value in _mapping(schema.get("properties")).items():
        yield f"{place}/{name}", value
        yield from attributes(f"{place}/{name}", value)
    items = schema.get("items")
    if isinstance(items, Mapping):
        if "properties" in items:
            yield f"{place}/*", items
        yield from attributes(f"{place}/*", items)


def below(place: str, schema: JsonSchema) -> Iterator[tuple[str, JsonSchema]]:
    """A schema and every one inside of it, whatever keyword holds it."""
    yield place, schema
    for keyword in _HOLD_SCHEMAS:
        for name, value in _mapping(schema.get(keyword)).items():
            inner = f"{place}/{name}" if keyword == "properties" else f"{place}/{keyword}/{name}"
            yield from _of(inner, value)
    for keyword in _ARE_SCHEMAS:
        yield from _of(f"{place}/*" if keyword == "items" else f"{place}/{keyword}", schema.get(keyword))
    for keyword in _LIST_SCHEMAS:
        for index, value in enumerate(schema.get(keyword, ())):
            yield from _of(f"{place}/{keyword}/{index}", value)


def _of(place: str, value: Any) -> Iterator[tuple[str, JsonSchema]]:
    if isinstance(value, Mapping):
        yield from below(place, value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
