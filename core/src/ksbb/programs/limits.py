"""Calls of foreign code, with a limit of time: whatever it does, the caller goes on."""

import contextvars
import ctypes
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Generic, TypeVar

from ksbb.domain.text import Text

Result = TypeVar("Result")

_STANDARD_LIBRARY = sysconfig.get_path("stdlib")
_LONGEST = 300
"""Characters of a message of foreign code that are passed on."""


class Failed(Exception):
    """Foreign code raised `error`: an Exception, or also SystemExit, KeyboardInterrupt and the like."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        super().__init__(told(error))


class Overrun(Exception):
    """Foreign code hasn't come back within `seconds`; `place` is where it stands, empty where that can't be told. `told` says so."""

    def __init__(self, seconds: float, place: str) -> None:
        self.told = Text(f"belum selesai setelah {seconds:g} detik", f"hasn't come back within {seconds:g} s")
        if place:
            self.told = Text(f"{self.told.id}; posisinya di {place}", f"{self.told.en}; it stands at {place}")
        super().__init__(self.told.en)


class Abandoned(BaseException):
    """Raised in a thread whose call took too long, so that a loop without end doesn't go on for ever."""


class Call(Generic[Result]):
    """A call of foreign code under way, in a daemon thread of its own, with the caller's context variables.

    `package` is the top-level package whose code is called. `outcome` is what comes of it, Failed for whatever it raises.
    A daemon: at the process's end nobody waits for a call that never returns, as an executor's threads would.
    """

    def __init__(self, function: Callable[[], Result], package: str) -> None:
        self.outcome: Future[Result] = Future()
        # Begun: whoever stops waiting doesn't cancel it
        self.outcome.set_running_or_notify_cancel()
        self._package = package
        run = partial(self._run, contextvars.copy_context(), function)
        self._thread = threading.Thread(target=run, name=f"ksbb-{package}", daemon=True)
        self._thread.start()

    def give_up(self, seconds: float) -> Overrun:
        """Wait no more for a call that isn't back within `seconds`; where it stands.

        Its thread is left alone. Where it stands in its own package it is asked to end, so that a loop without end doesn't eat a
        core for ever; a library that it is just importing is let be, for a half imported one would harm whoever else needs it.
        """
        frames = list(_frames(self._thread))
        if frames and frames[0].f_globals.get("__name__", "").partition(".")[0] == self._package:
            _ask_to_end(self._thread)
        return Overrun(seconds, next((place_of(frame) for frame in frames if _is_own(frame)), ""))

    def _run(self, context: contextvars.Context, function: Callable[[], Result]) -> None:
        try:
            result = context.run(function)
        except BaseException as error:  # noqa: BLE001 - foreign code, also sys.exit: nothing that it raises may go further
            self.outcome.set_exception(Failed(error))
        else:
            self.outcome.set_result(result)


def within(seconds: float, function: Callable[[], Result], package: str) -> Result:
    """What `function` returns, called as a `Call`, while the caller waits.

    Raises Failed for whatever it raises, and Overrun when it takes longer than `seconds`.
    """
    call = Call(function, package)
    try:
        return call.outcome.result(seconds)
    except TimeoutError:
        if call.outcome.done():
            return call.outcome.result()
    raise call.give_up(seconds)


def told(error: BaseException) -> str:
    """An error in one line: its type, its message and where it was raised."""
    if isinstance(error, SyntaxError):  # its message says where
        return in_short(error)
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    lines = [line for _, line in walk_tb(error.__traceback__)]
    raised = [(frame, line) for frame, line in zip(frames, lines, strict=True) if _is_own(frame)]
    return f"{in_short(error)}, at {place_of(*raised[-1])}" if raised else in_short(error)


def in_short(error: BaseException) -> str:
    """An error's type and message in one line."""
    try:
        return _cut(f"{type(error).__name__}: {error}".removesuffix(": "))
    except Exception:  # noqa: BLE001 - a foreign `__str__`
        return type(error).__name__


def shown(value: object) -> str:
    """A foreign value in short."""
    try:
        return _cut(repr(value))
    except Exception:  # noqa: BLE001 - a foreign `__repr__`
        return f"a {type(value).__name__}"


def place_of(frame: FrameType, line: int | None = None) -> str:
    """Where a frame stands, by its file's path below the folder that it was imported from."""
    path = Path(frame.f_code.co_filename)
    homes = [Path(entry) for entry in sys.path if entry and path.is_relative_to(entry)]
    nearest = max(homes, key=lambda home: len(home.parts), default=None)
    return f"{path.relative_to(nearest) if nearest else path}, line {line or frame.f_lineno}"


def _frames(thread: threading.Thread) -> Iterator[FrameType]:
    """Where a thread stands, the innermost first."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - documented, the underscore is CPython's
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_own(frame: FrameType) -> bool:
    """Whether a frame is of installed code: neither of Python itself nor of the platform."""
    name, file = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
    foreign = "site-packages" in file or not file.startswith((_STANDARD_LIBRARY, "<frozen"))
    return foreign and name.partition(".")[0] not in ("ksbb", "pluggy", "pydantic", "pydantic_core")


def _ask_to_end(thread: threading.Thread) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Abandoned))


def _cut(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
