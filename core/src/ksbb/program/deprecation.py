"""How something leaves the surface: told with a warning as long as its major version lasts, and gone on time.

Additions come with any minor version; a removal only with a major one. A test of the house finds every `Deprecated` and fails
when the surface has reached its `removal`.
"""

import functools
import inspect
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import ParamSpec, TypeVar

from packaging.version import Version

P = ParamSpec("P")
R = TypeVar("R")

_SURFACE = "ksbb.program"


class ProgramDeprecationWarning(DeprecationWarning):
    """A program uses something that leaves the plugin surface."""


@dataclass(frozen=True, slots=True)
class Deprecated:
    """Something of the surface that leaves it: deprecated since version `since`, gone in `removal`, `instead` to be used.

    A function is decorated::

        @Deprecated("AidType.value", since="1.2", removal="2.0", instead="AidType.value_on")
        def value(self) -> int | None: ...

    a field calls `warn()` in `__post_init__` when it is given, and names that changed get a module's `__getattr__` from `renamed`.
    Raises ValueError when `removal` isn't a major version after `since`: within a major version nothing goes.
    """

    what: str
    since: str
    removal: str
    instead: str

    def __post_init__(self) -> None:
        since, removal = Version(self.since), Version(self.removal)
        if removal.release[1:] not in ((), (0,)) or removal.major <= since.major:
            raise ValueError(
                f"{self.what}: removal must be a major version after {self.since}, "
                f"such as {since.major + 1}.0, given {self.removal}"
            )

    def __str__(self) -> str:
        """The warning's text."""
        return (
            f"{self.what} is deprecated since version {self.since} of the program API "
            f"and goes with {self.removal}: use {self.instead}"
        )

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, which warns whenever it is called."""

        @functools.wraps(function)
        def warning(*args: P.args, **kwargs: P.kwargs) -> R:
            self.warn()
            return function(*args, **kwargs)

        return warning

    def warn(self) -> None:
        """Warn at the place outside of the surface that uses what is deprecated."""
        user = _user()
        warnings.warn_explicit(
            str(self),
            ProgramDeprecationWarning,
            filename=user.f_code.co_filename,
            lineno=user.f_lineno,
            module=user.f_globals.get("__name__", "<unknown>"),
            registry=user.f_globals.setdefault("__warningregistry__", {}),
        )


def renamed(module: str, names: Mapping[str, tuple[str, Deprecated]]) -> Callable[[str], object]:
    """A `__getattr__` for a module whose names changed: for each old name the new one, and its deprecation.

    For example::

        _GIFT = Deprecated("Gift", since="1.2", removal="2.0", instead="AidType")
        __getattr__ = renamed(__name__, {"Gift": ("AidType", _GIFT)})
    """

    def getattribute(name: str) -> object:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        new, deprecation = names[name]
        deprecation.warn()
        return getattr(sys.modules[module], new)

    return getattribute


def _user() -> FrameType:
    """The innermost frame outside of the surface and of the import machinery."""
    frame = inspect.currentframe()
    while frame is not None and _within(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    if frame is None:
        raise RuntimeError("the surface was not used by anybody")
    return frame


def _within(module: str) -> bool:
    return f"{module}.".startswith((f"{_SURFACE}.", "importlib."))
