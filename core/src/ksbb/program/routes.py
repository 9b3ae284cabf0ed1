"""Read-only routes of a program's own, under `/api/v1/programs/<id>/`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from ksbb.domain.text import Text
from ksbb.program.aid import JsonSchema

_PATH = re.compile(r"^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$")
TAKEN = ("figures", "guide", "reference")
"""First parts of paths that the platform answers itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest:
    """What a route is asked: the query's `parameters`, which satisfy the route's schemas; the program's `settings`; the day
    in Asia/Jakarta.
    """

    parameters: Mapping[str, str]
    settings: Any
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A public `GET` below the program's address.

    `answer` is a pure function to a JSON value, in which a `Text` becomes `{"id": …, "en": …}` and a day is written
    `YYYY-MM-DD`. It has two seconds; one that raises, takes longer or answers with something else than JSON is told as the
    program's failure. `parameters` holds the JSON Schema (of a string) of every query parameter, made with `described` or
    `choice`; those in `required` must be given. Raises ValueError that names the bad value.
    """

    path: str
    title: Text
    description: Text
    answer: Callable[[RouteRequest], Any]
    parameters: Mapping[str, JsonSchema] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        where = f"route {self.path!r}"
        if not _PATH.match(self.path):
            raise ValueError(f"{where}: path must match {_PATH.pattern}")
        if self.path.split("/")[0] in TAKEN:
            raise ValueError(f"{where}: the platform answers {', '.join(TAKEN)} itself; choose another path")
        for name, schema in self.parameters.items():
            try:
                Draft202012Validator.check_schema(schema)
            except SchemaError as error:
                raise ValueError(f"{where}: the schema of {name} is not a JSON Schema: {error.message}") from error
            if schema.get("type") != "string":
                raise ValueError(f"{where}: parameter {name} must have type string, given {schema.get('type')!r}")
        unknown = sorted(set(self.required) - set(self.parameters))
        if unknown:
            raise ValueError(f"{where}: required parameters {unknown} are not among its parameters")
