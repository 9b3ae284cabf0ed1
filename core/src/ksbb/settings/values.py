"""The values in force, each with where it comes from, and without what is secret."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, time
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ksbb.settings.problems import MASK
from ksbb.settings.shape import SECRET_TYPES, is_called_secret, key_of
from ksbb.settings.sources import Origin, Sources, origin_of

_PASSWORD = re.compile(r"(?<=://)([^\s/@:]*):[^\s/@]+(?=@)")
"""The password in an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveValue:
    """One setting: its key with dots between levels, its value as JSON has it (secrets masked), its origin, what it is for."""

    key: str
    value: object
    origin: Origin
    description: str


def effective(settings: BaseModel, sources: Sources, at: tuple[str, ...] = ()) -> Iterator[EffectiveValue]:
    """Every value of a settings model, those of models within by themselves; `at` is where the model stands."""
    for name, field in type(settings).model_fields.items():
        key, value = key_of(name, field), getattr(settings, name)
        location = (*at, key)
        if isinstance(value, BaseModel) and not _is_kept_back(field):
            yield from effective(value, sources, location)
        else:
            yield EffectiveValue(
                key=".".join(location),
                value=_shown_field(key, field, value),
                origin=origin_of(location, sources),
                description=field.description or "",
            )


def shown(settings: BaseModel) -> dict[str, Any]:
    """A settings model as JSON values that everybody may see: secrets are masked."""
    return {
        key_of(name, field): _shown_field(name, field, getattr(settings, name))
        for name, field in type(settings).model_fields.items()
    }


def _is_kept_back(field: FieldInfo) -> bool:
    """Whether the model's author kept a field out of what is printed."""
    return bool(field.exclude) or not field.repr


def _shown_field(name: str, field: FieldInfo, value: object) -> object:
    return MASK if _is_kept_back(field) and value is not None else _shown(name, value)


def _shown(name: str, value: Any) -> object:
    plain = _plain(value)
    if isinstance(plain, Mapping):
        return {str(key): _shown(str(key), inner) for key, inner in plain.items()}
    if isinstance(plain, list):
        return [_shown(name, inner) for inner in plain]
    if isinstance(plain, str):
        return MASK if is_called_secret(name) else _PASSWORD.sub(rf"\1:{MASK}", plain)
    return plain


def _plain(value: Any) -> object:
    """A value as JSON has it, one level deep."""
    if isinstance(value, (*SECRET_TYPES, bytes)):
        return MASK
    if isinstance(value, BaseModel):
        return shown(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, (list, tuple, Set)):
        return sorted(value, key=_in_words) if isinstance(value, Set) else list(value)
    return value if value is None or isinstance(value, (Mapping, str, bool, int, float)) else _in_words(value)


def _in_words(value: object) -> str:
    try:
        return value.isoformat() if isinstance(value, (date, time)) else str(value)
    except Exception:  # noqa: BLE001 - a program's own type: it can't be shown, everything else can
        return type(value).__name__
