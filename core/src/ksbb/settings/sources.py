"""Where settings come from: arguments over environment variables over the file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ksbb.domain.text import Text

PREFIX = "KSBB_"
"""Of the environment variables that are settings."""
LEVEL = "__"
"""Between the levels of a setting's name in a variable."""

Sources = Mapping[str, Mapping[str, Any]]
"""What each source gives, the strongest first: "" for arguments, `KSBB_` for the environment, then the file by its path."""


class OriginKind(StrEnum):
    """The kinds of sources."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    ARGUMENT = "argument"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value comes from; `name` is the file's path or the environment variable."""

    kind: OriginKind
    name: str = ""

    @property
    def text(self) -> Text:
        """For people."""
        said = {
            OriginKind.DEFAULT: Text("bawaan", "default"),
            OriginKind.FILE: Text(f"berkas {self.name}", f"file {self.name}"),
            OriginKind.ENVIRONMENT: Text(f"variabel lingkungan {self.name}", f"environment variable {self.name}"),
            OriginKind.ARGUMENT: Text("argumen", "argument"),
        }
        return said[self.kind]


def origin_of(location: tuple[str, ...], sources: Sources) -> Origin:
    """The strongest source that gives a value at this place."""
    for name, values in sources.items():
        if not _holds(values, location):
            continue
        if name == PREFIX:
            return Origin(OriginKind.ENVIRONMENT, _variable(location))
        return Origin(OriginKind.FILE, name) if name else Origin(OriginKind.ARGUMENT)
    return Origin(OriginKind.DEFAULT)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables as one; `over` wins, tables within are merged in their turn."""
    both = dict(under)
    for key, value in over.items():
        below = both.get(key)
        both[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return both


def _holds(values: object, location: tuple[str, ...]) -> bool:
    for key in location:
        if not isinstance(values, Mapping) or key not in values:
            return False
        values = values[key]
        if not isinstance(values, Mapping):
            return True
    return True


def _variable(location: tuple[str, ...]) -> str:
    """The variable that is set for this place, or for a table around it as JSON; the place's own name where none is."""
    names = [PREFIX + LEVEL.join(location[:depth]).upper() for depth in range(len(location), 0, -1)]
    return next((name for name in names if name in os.environ), names[0])
