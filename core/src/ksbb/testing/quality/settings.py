"""Walk through the settings of a program."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def every_model(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A settings model, and every one that its fields hold, once each."""
    found: dict[type[BaseModel], None] = {}
    _collect(model, found)
    yield from found


def every_field(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Every setting, also of the models inside, with its place such as `PanganSettings.meal_hours`."""
    for inner in every_model(model):
        for name, field in inner.model_fields.items():
            yield f"{inner.__name__}.{name}", field


def types_in(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of: `int` and `None` of `int | None`."""
    parts = get_args(annotation)
    if not parts:
        yield annotation
    for part in parts:
        yield from types_in(part)


def _collect(model: type[BaseModel], found: dict[type[BaseModel], None]) -> None:
    if model in found:
        return
    found[model] = None
    for field in model.model_fields.values():
        for one in types_in(field.annotation):
            if isinstance(one, type) and issubclass(one, BaseModel):
                _collect(one, found)
