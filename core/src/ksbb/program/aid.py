"""Aid types: what can be committed, in which unit, at which reference value, with which attributes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from ksbb.domain.text import Text

JsonSchema = Mapping[str, Any]
"""A JSON Schema, draft 2020-12."""

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: a short `id` such as `package`, and its names. Quantities are whole units."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceValue:
    """What one unit is worth, in whole rupiah, from a day on, and the `source` that says so.

    `where` restricts the value to lines whose attributes have these values.
    """

    rupiah: int
    valid_from: date
    source: str
    where: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identifier:
    """An attribute that identifies single items across the whole platform, such as IMEIs.

    `kind` names the register (`imei`), `attribute` the line's attribute: a string or a list of strings.
    """

    kind: str
    attribute: str


def described(schema: JsonSchema, title: Text, description: Text) -> dict[str, Any]:
    """`schema` with title and description in both languages.

    The standard keywords carry Indonesian, the annotations `x-en-title` and `x-en-description` English.
    """
    return {
        **schema,
        "title": title.id,
        "description": description.id,
        "x-en-title": title.en,
        "x-en-description": description.en,
    }


def choice(values: Mapping[str, Text], title: Text, description: Text) -> dict[str, Any]:
    """A schema that allows one of `values`, each with its name for people in the annotation `x-labels`."""
    labels = {value: {"id": name.id, "en": name.en} for value, name in values.items()}
    return described({"type": "string", "enum": list(values), "x-labels": labels}, title, description)


def object_schema(
    properties: Mapping[str, JsonSchema], required: Sequence[str], title: Text, description: Text
) -> JsonSchema:
    """The schema of a line's attributes: an object that allows exactly `properties`."""
    return described(
        {
            "$schema": Draft202012Validator.META_SCHEMA["$id"],
            "type": "object",
            "properties": {name: dict(value) for name, value in properties.items()},
            "required": list(required),
            "additionalProperties": False,
        },
        title,
        description,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AidType:
    """A kind of aid of one program.

    `schema` describes the attributes of a line, `schema_version` grows with each change of it. `service` marks training,
    works and the like, whose handover is an attendance or completion report. `expiry_attribute` names the attribute with the
    expiry day of goods. `examples` are attributes that validate, and stand in the API's documentation.
    Compared by identity. Raises ValueError that names the bad value.
    """

    id: str
    name: Text
    unit: Unit
    schema: JsonSchema
    schema_version: int = 1
    reference_values: tuple[ReferenceValue, ...] = ()
    service: bool = False
    identifiers: tuple[Identifier, ...] = ()
    expiry_attribute: str | None = None
    examples: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        where = f"aid type {self.id!r}"
        if not _ID.match(self.id):
            raise ValueError(f"{where}: id must match {_ID.pattern}")
        if self.schema_version < 1:
            raise ValueError(f"{where}: schema_version must be at least 1, given {self.schema_version}")
        _check_schema(where, self.schema)
        properties = self.schema.get("properties", {})
        named = [identifier.attribute for identifier in self.identifiers]
        for name in [*named, *filter(None, [self.expiry_attribute])]:
            if name not in properties:
                raise ValueError(f"{where}: attribute {name!r} is not in the schema, which has {sorted(properties)}")
        if not self.examples:
            raise ValueError(f"{where}: at least one example of attributes is needed")
        validator = Draft202012Validator(dict(self.schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
        for example in self.examples:
            for wrong in validator.iter_errors(dict(example)):
                raise ValueError(f"{where}: example {dict(example)} does not validate: {wrong.message}")

    def value_on(self, day: date, attributes: Mapping[str, Any]) -> int | None:
        """The reference value of one unit in whole rupiah on a day, None where the program names none.

        Of the values in force, the latest wins, and of those the one with the most specific `where`.
        """
        fitting = [
            value
            for value in self.reference_values
            if value.valid_from <= day and all(attributes.get(key) == wanted for key, wanted in value.where.items())
        ]
        if not fitting:
            return None
        return max(fitting, key=lambda value: (len(value.where), value.valid_from)).rupiah


def _check_schema(where: str, schema: JsonSchema) -> None:
    try:
        Draft202012Validator.check_schema(dict(schema))
    except SchemaError as error:
        path = "/".join(str(part) for part in error.absolute_path)
        raise ValueError(f"{where}: schema is not valid JSON Schema 2020-12 at /{path}: {error.message}") from error
    if schema.get("type") != "object" or schema.get("additionalProperties") is not False:
        raise ValueError(f"{where}: schema must be of type object with additionalProperties false")
    for name, value in {"": schema, **schema.get("properties", {})}.items():
        missing = {"title", "description", "x-en-title", "x-en-description"} - set(value)
        if missing:
            raise ValueError(f"{where}: schema property {name or '/'!r} lacks {sorted(missing)}; use described()")
