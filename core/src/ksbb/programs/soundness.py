"""Whether a program is what its types say: Python doesn't look, and a wrong value would fail far from its author, in a request."""

import dataclasses
import inspect
import re
import typing
from collections.abc import Callable as AbstractCallable
from collections.abc import Iterator, Mapping, Set
from functools import cache
from importlib.util import find_spec
from types import UnionType
from typing import Any

import msgspec

from ksbb.program import AidType, Program, ProgramFlow
from ksbb.program.validation import surely_valid
from ksbb.programs.limits import shown
from ksbb.settings import ProgramsSettings

_FLOW_NAME = re.compile(r"^[A-Za-z][\w-]{0,39}$")
_CRON_RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "day of the week": (0, 7)}
_CRON_FIELD = re.compile(r"^[\w*?#,/-]+$")
_MOST_TOLD = 3


def require_sound(program: Program) -> None:
    """Raises ValueError that names the values that aren't what they should be."""
    wrong = [f"{where} must be {expected}, given {given}" for where, expected, given in _misfits(program)]
    if wrong:
        raise ValueError("; ".join(wrong[:_MOST_TOLD]))
    if program.id in ProgramsSettings.model_fields:
        raise ValueError(f"program {program.id!r}: its id is a setting of the platform, programs.{program.id}")
    for flow in program.flows:
        _require_sound_flow(flow)
    for aid_type in program.aid_types:
        _require_sound_aid_type(aid_type)


def require_flows(program: Program) -> None:
    """Raises ValueError that names a flow whose module isn't there. Its package is imported, the module itself is not: that
    would be Prefect's import, too.
    """
    for flow in program.flows:
        module = flow.entrypoint.partition(":")[0]
        try:
            found = find_spec(module)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise ValueError(f"flow {flow.name!r}: there is no module {module}")


def _require_sound_flow(flow: ProgramFlow) -> None:
    where = f"flow {flow.name!r}"
    if not _FLOW_NAME.match(flow.name):
        raise ValueError(f"{where}: name must match {_FLOW_NAME.pattern}")
    for field, (name, (low, high)) in zip((flow.schedule or "").split(), _CRON_RANGES.items(), strict=False):
        values = [int(number) for part in re.split(r"[,\-]", field) if (number := part.partition("/")[0]).isdigit()]
        if not _CRON_FIELD.match(field) or any(not low <= value <= high for value in values):
            raise ValueError(
                f"{where}: schedule {flow.schedule!r} is not cron: {name} must be within {low}-{high}, given {field!r}"
            )


def _require_sound_aid_type(aid_type: AidType) -> None:
    where = f"aid type {aid_type.id!r}"
    try:
        msgspec.json.encode((aid_type.schema, aid_type.examples, [value.where for value in aid_type.reference_values]))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: schema, examples and where must be JSON: {error}") from error
    try:
        accepted = [surely_valid(aid_type, example) for example in aid_type.examples]
    except ValueError as error:
        raise ValueError(f"{where}: schema can't be compiled: {str(error).splitlines()[0]}") from error
    for example, valid in zip(aid_type.examples, accepted, strict=True):
        if not valid:
            raise ValueError(f"{where}: example {shown(dict(example))} is refused by the compiled schema")


def _misfits(program: Program) -> Iterator[tuple[str, str, str]]:
    return _fields(program, "program")


def _fields(value: Any, where: str) -> Iterator[tuple[str, str, str]]:
    kind: type = type(value)
    for name, expected in _types(kind).items():
        yield from _check(getattr(value, name), expected, f"{where}.{name}")


@cache
def _types(kind: type) -> dict[str, Any]:
    """The types of a dataclass's public fields."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind) if not field.name.startswith("_")}


def _check(value: Any, expected: Any, where: str) -> Iterator[tuple[str, str, str]]:
    """The places at and below `where` whose value isn't of its type: place, expected type, given value."""
    origin, inner = typing.get_origin(expected), typing.get_args(expected)
    if not _fits(value, expected, origin, inner):
        yield where, _named(expected), shown(value)
    elif origin in (typing.Union, UnionType):
        fitting = [one for one in inner if _fits(value, one, typing.get_origin(one), typing.get_args(one))]
        yield from _check(value, fitting[0], where)
    elif origin is tuple:
        for position, one in enumerate(value):
            yield from _check(one, inner[0], f"{where}[{position}]")
    elif isinstance(origin, type) and issubclass(origin, Set):
        for one in value:
            yield from _check(one, inner[0], f"{where}[]")
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        for key, one in value.items():
            yield from _check(key, inner[0], f"{where} key")
            yield from _check(one, inner[1], f"{where}[{key!r}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _fields(value, where)


def _fits(value: Any, expected: Any, origin: Any, inner: tuple[Any, ...]) -> bool:
    """Whether a value is of a type, without a look at what is in it."""
    if expected is Any:
        return True
    if origin in (typing.Union, UnionType):
        return any(_fits(value, one, typing.get_origin(one), typing.get_args(one)) for one in inner)
    if origin is tuple:
        return isinstance(value, (tuple, list))
    if origin is type:
        return inspect.isclass(value) and issubclass(value, inner[0])
    if origin is AbstractCallable:
        return callable(value)
    kind = origin or expected
    return isinstance(value, Set if kind is frozenset else kind)


def _named(expected: Any) -> str:
    """A type as its author writes it."""
    if isinstance(expected, type) and not typing.get_args(expected):
        return expected.__name__
    return re.sub(r"\b(?:[a-z_]+\.)+(\w+)", r"\1", str(expected))
