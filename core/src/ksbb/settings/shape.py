"""The shape of a settings model: which keys it knows at a place, and where it holds secrets."""

import dataclasses
import typing
from collections.abc import Collection, Iterator, Mapping, Set
from types import UnionType
from typing import Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

SECRET_TYPES = (Secret, SecretStr, SecretBytes)
_SECRET_ENDS = ("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "apikey")
_SECRET_KEYS = ("api_key", "access_key", "private_key", "signing_key")

Location = tuple[int | str, ...]


def is_called_secret(name: str) -> bool:
    """Whether a key's name speaks of a secret; for texts whose author forgot `SecretStr`."""
    lowered = name.lower().removesuffix("s")
    return lowered.rpartition("_")[2] in _SECRET_ENDS or lowered.endswith(_SECRET_KEYS)


def types_at(model: Any, location: Location) -> tuple[Any, ...]:
    """The types that a value at this place may have, by the model's annotations."""
    found = tuple(_alternatives(model))
    for key in location:
        # A location also names which member of a union was tried: that leads nowhere, and the types stay.
        found = tuple(inner for outer in found for inner in _within(outer, key)) or found
    return found


def keys_at(model: Any, location: Location) -> Collection[str]:
    """The keys of the models at this place; none in a table of values."""
    return [key for found in types_at(model, location) for key in _fields(found)]


def holds_secret(annotation: Any) -> bool:
    """Whether a value of this type is a secret, or has one in it."""
    return _holds_secret(annotation, set())


def secrets_in(annotation: Any, value: object) -> Iterator[str]:
    """The secrets in a raw value, as they were given."""
    for found in _alternatives(annotation):
        if _is_secret(found):
            if isinstance(value, str):
                yield value
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                for kind in _within(found, str(key)):
                    yield from secrets_in(kind, inner)
        elif isinstance(value, (list, tuple, Set)):
            for inner in value:
                for kind in _within(found, 0):
                    yield from secrets_in(kind, inner)


def _holds_secret(annotation: Any, seen: set[Any]) -> bool:
    for found in _alternatives(annotation):
        if _is_secret(found):
            return True
        fields = _fields(found)
        if fields and found in seen:
            continue
        if fields:
            seen.add(found)
        if any(_holds_secret(inner, seen) for inner in [*fields.values(), *typing.get_args(found)]):
            return True
    return False


def _is_secret(annotation: Any) -> bool:
    kind = typing.get_origin(annotation) or annotation
    return isinstance(kind, type) and issubclass(kind, SECRET_TYPES)


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The types that an annotation stands for, without aliases, `Annotated` and unions."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _alternatives(typing.get_args(annotation)[0])
    elif origin in (typing.Union, UnionType):
        for member in typing.get_args(annotation):
            yield from _alternatives(member)
    elif hasattr(annotation, "__value__"):  # type X = …
        yield from _alternatives(annotation.__value__)
    elif hasattr(annotation, "__supertype__"):  # NewType
        yield from _alternatives(annotation.__supertype__)
    else:
        yield annotation


def _within(annotation: Any, key: int | str) -> list[Any]:
    """The types of what a value of this type has at a key."""
    fields = _fields(annotation)
    if fields:
        return list(_alternatives(fields[key])) if key in fields else []
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if not isinstance(origin, type) or not inner:
        return []
    chosen = inner[1:] if issubclass(origin, Mapping) else inner
    return [one for member in chosen if member is not Ellipsis for one in _alternatives(member)]


def _fields(annotation: Any) -> dict[str, Any]:
    """The annotations of a model's fields by the keys that they are given under; empty for other types."""
    if not isinstance(annotation, type):
        return {}
    if issubclass(annotation, BaseModel):
        return {key_of(name, field): field.annotation for name, field in annotation.model_fields.items()}
    if dataclasses.is_dataclass(annotation) or typing.is_typeddict(annotation):
        return typing.get_type_hints(annotation)
    return {}


def key_of(name: str, field: Any) -> str:
    """The key under which a field of a model is given."""
    alias = field.validation_alias or field.alias
    return alias if isinstance(alias, str) else name
