"""One line of a check."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """`ok`; `warning`: works, look at it soon; `fault`: something doesn't work until it is remedied."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How one thing stands. `remedy` is empty where there is nothing to do."""

    what: str
    health: Health
    message: str
    remedy: str = ""


def ok(what: str, message: str) -> Line:
    """A thing that is well."""
    return Line(what=what, health=Health.OK, message=message)


def warning(what: str, message: str, remedy: str) -> Line:
    """A thing to look at soon."""
    return Line(what=what, health=Health.WARNING, message=message, remedy=remedy)


def fault(what: str, message: str, remedy: str) -> Line:
    """A thing that doesn't work."""
    return Line(what=what, health=Health.FAULT, message=message, remedy=remedy)


def told(what: str, message: str) -> Line:
    """A fault by a message that names its remedy in its second half, as those of the platform do."""
    head, separator, remedy = message.rpartition("; ")
    return fault(what, head if separator else message, remedy)
