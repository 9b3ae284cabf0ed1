"""Hook specifications: the one that registers a program, and the broadcast of life-cycle events."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from ksbb.program.program import Program

PROJECT = "ksbb"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleEvent:
    """Something that happened to a commitment, after it was committed to the database. `data` holds its quantities."""

    program_id: str
    stage: str
    commitment_id: str
    commitment_number: str
    at: datetime
    data: dict[str, Any]


@hookspec
def ksbb_program() -> "Program":  # type: ignore[empty-body]  # a specification has no body
    """The program of this plugin. Called once at start; must return a `Program`.

    Example::

        @hookimpl
        def ksbb_program() -> Program:
            return PROGRAM
    """


@hookspec
def ksbb_lifecycle(event: LifecycleEvent, settings: Any) -> None:
    """Told of every life-cycle event of every program, after commit and at least once, each implementation isolated.

    `event.stage` is a `Stage`, `settings` are those of the program that listens; an implementation takes what it needs.
    By default a program does nothing. Example::

        @hookimpl
        def ksbb_lifecycle(event: LifecycleEvent, settings: Any) -> None:
            if event.stage == Stage.CLOSED:
                notify(event.commitment_number)
    """
