"""The lines of a check."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import click


class Health(StrEnum):
    """`ok`; `warning`: works, look at it soon; `fault`: something doesn't work until it is remedied."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


_COLOURS = {Health.OK: "green", Health.WARNING: "yellow", Health.FAULT: "red"}


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


def print_lines(lines: Sequence[Line]) -> None:
    """For people: every line with its remedy, then how many faults and warnings there are."""
    width = max(len(line.what) for line in lines)
    for line in lines:
        mark = click.style(f"{line.health:<7}", fg=_COLOURS[line.health])
        click.echo(f"{mark}  {line.what:<{width}}  {line.message}")
        if line.remedy:
            click.echo(f"{'':7}  {'':{width}}  → {line.remedy}")
    counts = Counter(line.health for line in lines)
    faults, warnings = counts[Health.FAULT], counts[Health.WARNING]
    click.echo(
        f"{faults} {'fault' if faults == 1 else 'faults'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
    )
