"""Aid types: what can be committed, in which unit, at which reference value, with which attributes."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from ksbb.domain.text import Text
from ksbb.program.privacy import PersonalData

JsonSchema = Mapping[str, Any]
"""A JSON Schema, draft 2020-12."""

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_DRAFT = Draft202012Validator.META_SCHEMA["$id"]


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

    `schema` describes the attributes of a line. `schema_version` grows with each change of it or of the unit: what differs from what
    was kept under the same version is refused. `service` marks training, works and the like, whose handover is an attendance or
    completion report. `expiry_attribute` names the attribute with the expiry day of goods. `examples` are attributes that validate,
    and stand in the API's documentation; `counter_examples` are attributes that the schema refuses. `personal_data` declares the
    attributes about persons. `upgrades` holds, by schema version, the pure function that carries a draft's attributes from it to
    the next version; without one they go on as they are. What the present version then misses is completed by hand before the
    draft is submitted.
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
    counter_examples: tuple[Mapping[str, Any], ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    upgrades: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"aid type {self.id!r}"
        if not _ID.match(self.id):
            raise ValueError(f"{where}: id must match {_ID.pattern}")
        if self.schema_version < 1:
            raise ValueError(f"{where}: schema_version must be at least 1, given {self.schema_version}")
        _check_schema(where, self.schema)
        _check_attributes(where, self)
        _check_examples(where, self)
        late = sorted(version for version in self.upgrades if not 1 <= version < self.schema_version)
        if late:
            raise ValueError(f"{where}: upgrades from {late}, which are no versions before {self.schema_version}")

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


def _check_attributes(where: str, aid_type: AidType) -> None:
    properties = aid_type.schema.get("properties", {})
    named = [identifier.attribute for identifier in aid_type.identifiers]
    for name in [*named, *filter(None, [aid_type.expiry_attribute])]:
        if name not in properties:
            raise ValueError(f"{where}: attribute {name!r} is not in the schema, which has {sorted(properties)}")
    for personal in aid_type.personal_data:
        if not _has(aid_type.schema, personal.attribute.split("/")):
            raise ValueError(f"{where}: personal data {personal.attribute!r} is not in the schema")


def _check_examples(where: str, aid_type: AidType) -> None:
    if not aid_type.examples:
        raise ValueError(f"{where}: at least one example of attributes is needed")
    validator = Draft202012Validator(dict(aid_type.schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
    for example in aid_type.examples:
        for wrong in validator.iter_errors(dict(example)):
            raise ValueError(f"{where}: example {dict(example)} does not validate: {wrong.message}")
    for example in aid_type.counter_examples:
        if validator.is_valid(dict(example)):
            raise ValueError(f"{where}: counter-example {dict(example)} validates")


def _is_surely_a_schema(schema: JsonSchema) -> bool:
    """Whether a compiled validator, some hundred times as fast as `jsonschema`, finds a valid schema: fifty programs would wait a
    second at each start. What it refuses, `jsonschema` judges, and so it does what isn't plain JSON or has patterns that Python can't
    read, for those the compiled one lets pass.
    """
    return _is_plain(schema) and jsonschema_rs.meta.is_valid({**schema, "$schema": _DRAFT})


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        patterns = [value["pattern"]] if isinstance(value.get("pattern"), str) else []
        if isinstance(value.get("patternProperties"), dict):
            patterns += value["patternProperties"]
        return all(map(_is_pattern, patterns)) and all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (str, bool, int, float))


def _is_pattern(value: object) -> bool:
    try:
        re.compile(str(value))
    except re.error:
        return False
    return True


def _has(schema: JsonSchema, path: Sequence[str]) -> bool:
    """Whether the schema has the attribute at this path; `*` stands for every item of a list."""
    if not path:
        return True
    inner = schema.get("items") if path[0] == "*" else schema.get("properties", {}).get(path[0])
    return isinstance(inner, Mapping) and _has(inner, path[1:])


def _check_schema(where: str, schema: JsonSchema) -> None:
    try:
        if not _is_surely_a_schema(schema):
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
