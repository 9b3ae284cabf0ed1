"""Attributes against an aid type's schema, with messages for people."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from ksbb.domain.errors import Problem
from ksbb.domain.text import Text
from ksbb.program.aid import AidType

_MESSAGES = {
    "type": Text("harus bertipe {expected}", "must be of type {expected}"),
    "enum": Text("harus salah satu dari {expected}", "must be one of {expected}"),
    "const": Text("harus {expected}", "must be {expected}"),
    "minimum": Text("paling kecil {expected}", "must be at least {expected}"),
    "maximum": Text("paling besar {expected}", "must be at most {expected}"),
    "exclusiveMinimum": Text("harus lebih dari {expected}", "must be more than {expected}"),
    "exclusiveMaximum": Text("harus kurang dari {expected}", "must be less than {expected}"),
    "multipleOf": Text("harus kelipatan {expected}", "must be a multiple of {expected}"),
    "minLength": Text("paling sedikit {expected} karakter", "must have at least {expected} characters"),
    "maxLength": Text("paling banyak {expected} karakter", "must have at most {expected} characters"),
    "pattern": Text("harus sesuai pola {expected}", "must match the pattern {expected}"),
    "format": Text("harus berformat {expected}", "must have the format {expected}"),
    "minItems": Text("paling sedikit {expected} isi", "must have at least {expected} items"),
    "maxItems": Text("paling banyak {expected} isi", "must have at most {expected} items"),
    "uniqueItems": Text("isi tidak boleh berulang", "items must not repeat"),
    "required": Text("wajib diisi", "is required"),
    "additionalProperties": Text("tidak dikenal; yang dikenal: {expected}", "is not known; known are: {expected}"),
}
_NULL = {"type": "null"}
_OTHER = Text("tidak memenuhi aturan {keyword}: {expected}", "does not satisfy {keyword}: {expected}")


@lru_cache(maxsize=256)
def _validator(aid_type: AidType) -> Draft202012Validator:
    return Draft202012Validator(dict(aid_type.schema), format_checker=Draft202012Validator.FORMAT_CHECKER)


@lru_cache(maxsize=256)
def _compiled(aid_type: AidType) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(aid_type.schema), validate_formats=True)


def surely_valid(aid_type: AidType, attributes: Mapping[str, Any]) -> bool:
    """Whether a compiled validator, some hundred times as fast as `jsonschema`, accepts a line's attributes.

    What it refuses, `jsonschema` judges; what it accepts, `jsonschema` accepts too, as a property test shows for every program.
    """
    return _compiled(aid_type).is_valid(dict(attributes))


def attribute_problems(aid_type: AidType, attributes: Mapping[str, Any], pointer: str) -> tuple[Problem, ...]:
    """Everything that is wrong with a line's attributes, by field; empty when they satisfy the schema.

    `pointer` is where the attributes stand in the request, such as `/lines/0/attributes`.
    """
    if surely_valid(aid_type, attributes):
        return ()
    return schema_problems(_validator(aid_type), dict(attributes), pointer)


def schema_problems(validator: Draft202012Validator, value: object, pointer: str = "") -> tuple[Problem, ...]:
    """Everything that is wrong with a JSON value, by field; empty when it satisfies the validator's schema.

    `pointer` is where the value stands in the request.
    """
    problems: list[Problem] = []
    for error in validator.iter_errors(value):
        problems.extend(_problems_of(error, pointer))
    return tuple(sorted(problems, key=lambda problem: (problem.pointer, problem.code)))


def _problems_of(error: ValidationError, base: str) -> list[Problem]:
    if error.validator == "anyOf" and isinstance(error.validator_value, list) and _NULL in error.validator_value:
        # "a value or null" says nothing to a person: the value's own problem does.
        own = [inner for inner in error.context or () if inner.schema != _NULL]
        return [problem for inner in own for problem in _problems_of(inner, base)]
    pointer = base + "".join(f"/{_escaped(part)}" for part in error.absolute_path)
    keyword = str(error.validator)
    schema: Mapping[str, Any] = error.schema if isinstance(error.schema, Mapping) else {}
    instance = error.instance
    if keyword == "required" and isinstance(instance, Mapping):
        missing = [name for name in schema["required"] if name not in instance]
        named = [name for name in missing if repr(name) in error.message]
        message = _MESSAGES["required"]
        return [
            Problem(code="required", message=message, pointer=f"{pointer}/{_escaped(name)}", expected="a value")
            for name in named
        ]
    if keyword == "additionalProperties" and isinstance(instance, Mapping):
        known = sorted(schema.get("properties", {}))
        return [
            Problem(
                code=keyword,
                message=_MESSAGES[keyword].filled(expected=", ".join(known)),
                pointer=f"{pointer}/{_escaped(name)}",
                expected=known,
                given=instance[name],
            )
            for name in instance
            if name not in known
        ]
    expected = error.validator_value
    shown = ", ".join(map(str, expected)) if isinstance(expected, list) else expected
    message = _MESSAGES.get(keyword, _OTHER).filled(expected=shown, keyword=keyword)
    return [Problem(code=keyword, message=message, pointer=pointer, expected=expected, given=instance)]


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
