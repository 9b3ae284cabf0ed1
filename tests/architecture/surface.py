"""The plugin surface in words: every public name of `ksbb.program` with its fields, signatures, values and hooks.

`python -m tests.architecture.surface` renews the snapshot of the present version in `tests/architecture/surface/`. A snapshot of a
version that was released is never renewed.
"""

import dataclasses
import inspect
import json
import re
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from ksbb import program
from ksbb.program import API_VERSION, hooks

SNAPSHOTS = Path(__file__).with_name("surface")
KEYWORDS = "*"
"""Stands in a list of parameters before those that are given by name only, as in Python."""

Described = dict[str, Any]


def describe() -> dict[str, Described]:
    """The whole surface by name; hooks have names of their own."""
    names = {name: _described(getattr(program, name)) for name in sorted(program.__all__)}
    specified = {name: spec for name, spec in vars(hooks).items() if hasattr(spec, f"{hooks.PROJECT}_spec")}
    return names | {name: {**_function(spec), "kind": "hook"} for name, spec in sorted(specified.items())}


def read(version: str) -> dict[str, Described]:
    """The snapshot of a version. Raises FileNotFoundError when there is none."""
    found: dict[str, Described] = json.loads((SNAPSHOTS / f"{version}.json").read_text("utf-8"))
    return found


def write(version: str) -> Path:
    """Keep the present surface as the snapshot of a version; the file."""
    file = SNAPSHOTS / f"{version}.json"
    file.write_text(json.dumps(describe(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return file


def additions(before: Mapping[str, Described], after: Mapping[str, Described]) -> list[str]:
    """What is new in `after`: names, and as `Name.part` what was added to names that stood before."""
    grown = {
        f"{name}.{part}" for name in set(before) & set(after) for part in _parts(after[name]) - _parts(before[name])
    }
    return sorted({*(set(after) - set(before)), *grown})


def breaks(before: Mapping[str, Described], after: Mapping[str, Described]) -> list[str]:
    """What of `before` a program can't rely on any more in `after`; empty where everything new is an addition."""
    return [broken for name in sorted(before) for broken in _broken(name, before[name], after.get(name))]


def _parts(described: Described) -> set[str]:
    named = {_name(parameter) for parameter in described.get("parameters", []) if parameter != KEYWORDS}
    return named.union(*(described.get(key, {}) for key in ("members", "properties", "methods")))


def _described(thing: Any) -> Described:
    if inspect.isclass(thing):
        return _class(thing)
    if inspect.isfunction(thing):
        return {**_function(thing), "kind": "function"}
    if typing.get_origin(thing) is not None:
        return {"kind": "alias", "type": _type(thing)}
    return {"kind": "constant", "type": type(thing).__name__}


def _class(kind: type) -> Described:
    own = {name: value for name, value in vars(kind).items() if not name.startswith("_")}
    properties = {name: _type(_returns(value.fget)) for name, value in own.items() if isinstance(value, property)}
    methods = {name: _function(value) for name, value in own.items() if inspect.isfunction(value)}
    return {
        **_nature(kind),
        **({"properties": properties} if properties else {}),
        **({"methods": methods} if methods else {}),
    }


def _nature(kind: type) -> Described:
    if issubclass(kind, StrEnum):
        return {"kind": "enum", "members": {member.name: member.value for member in kind}}
    if dataclasses.is_dataclass(kind):
        return {"kind": "dataclass", "parameters": _parameters(kind)}
    if getattr(kind, "_is_protocol", False):
        return {"kind": "protocol"}
    return {"kind": "class", "bases": [_type(base) for base in kind.__bases__]}


def _function(function: Callable[..., Any]) -> Described:
    return {
        **({"async": True} if inspect.iscoroutinefunction(function) else {}),
        "parameters": _parameters(function),
        "returns": _type(_returns(function)),
    }


def _returns(function: Any) -> Any:
    return inspect.signature(function).return_annotation


def _parameters(thing: Callable[..., Any]) -> list[str]:
    return list(_worded(thing))


def _worded(thing: Callable[..., Any]) -> Iterator[str]:
    by_name = False
    factories = {
        field.name: field.default_factory
        for field in (dataclasses.fields(thing) if dataclasses.is_dataclass(thing) else ())
        if field.default_factory is not dataclasses.MISSING
    }
    for name, parameter in inspect.signature(thing).parameters.items():
        if name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not by_name:
            by_name = True
            yield KEYWORDS
        star = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(parameter.kind.name, "")
        default = factories[name]() if name in factories else parameter.default
        given = "" if default is parameter.empty else f" = {_value(default)}"
        yield f"{star}{name}: {_type(parameter.annotation)}{given}"


def _type(annotation: Any) -> str:
    """An annotation as one writes it: `Mapping[str, Any]`, without the modules that the names come from."""
    worded = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", worded)


def _value(value: object) -> str:
    return str(value.value) if isinstance(value, StrEnum) else repr(value)


def _broken(name: str, before: Described, after: Described | None) -> Iterator[str]:
    if after is None:
        yield f"{name} is gone"
        return
    for key in sorted({"kind", "type", "returns", "async", "bases"} & (set(before) | set(after))):
        if before.get(key) != after.get(key):
            yield f"{name}: {key} was {before.get(key)}, is {after.get(key)}"
    for key in ("members", "properties"):
        for member, value in before.get(key, {}).items():
            if after.get(key, {}).get(member) != value:
                yield f"{name}.{member}: was {value}, is {after.get(key, {}).get(member, 'gone')}"
    for method, described in before.get("methods", {}).items():
        yield from _broken(f"{name}.{method}", described, after.get("methods", {}).get(method))
    parameters = before.get("parameters", []), after.get("parameters", [])
    if before.get("kind") == "hook":  # an implementation takes by name what it needs
        yield from (f"{name}: {one} is gone or changed" for one in parameters[0] if one not in parameters[1])
        return
    yield from _broken_parameters(name, *parameters)


def _broken_parameters(name: str, before: list[str], after: list[str]) -> Iterator[str]:
    places, names = _split(before)
    new_places, new_names = _split(after)
    for position, parameter in enumerate(places):
        given = new_places[position] if position < len(new_places) else "gone"
        if not _serves(parameter, given):
            yield f"{name}: parameter {position + 1} was {parameter}, is {given}"
    for parameter in names:
        if not any(_serves(parameter, given) for given in (*new_places, *new_names)):
            yield f"{name}: {parameter} is gone or changed"
    known = {_name(parameter) for parameter in before}
    for parameter in after:
        if _name(parameter) not in known and not parameter.startswith(KEYWORDS) and " = " not in parameter:
            yield f"{name}: {parameter} is new and has no default"


def _split(parameters: list[str]) -> tuple[list[str], list[str]]:
    if KEYWORDS not in parameters:
        return parameters, []
    at = parameters.index(KEYWORDS)
    return parameters[:at], parameters[at + 1 :]


def _name(parameter: str) -> str:
    return parameter.partition(":")[0]


def _serves(before: str, after: str) -> bool:
    """Whether a parameter can be given as before: it is the same, or got a default."""
    return after == before or after.startswith(f"{before} = ")


if __name__ == "__main__":
    sys.stdout.write(f"{write(API_VERSION)}\n")
