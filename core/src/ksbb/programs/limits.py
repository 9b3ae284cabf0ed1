"""Calls of foreign code, with a limit of time: whatever it does, the caller goes on."""

import contextvars
import ctypes
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import TypeVar

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


def within(seconds: float, call: Callable[[], Result], package: str) -> Result:
    """What `call` returns, made in a thread of its own with the caller's context variables.

    `package` is the top-level package whose code is called. Raises Failed for whatever it raises, and Overrun when it takes longer
    than `seconds`: then the thread is left alone. Where it stands in its own package it is asked to end; a library that it is just
    importing is let be, for a half imported one would harm whoever else needs it.
    """
    outcome: Future[Result] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.set_result(context.run(call))
        except BaseException as error:  # noqa: BLE001 - foreign code: nothing that it raises may go further
            if not outcome.done():
                outcome.set_exception(Failed(error))

    thread = threading.Thread(target=run, name=f"ksbb-{package}", daemon=True)
    thread.start()
    try:
        return outcome.result(seconds)
    except TimeoutError:
        if outcome.done():
            return outcome.result()
    frames = list(_frames(thread))
    if frames and frames[0].f_globals.get("__name__", "").partition(".")[0] == package:
        _ask_to_end(thread)
    raise Overrun(seconds, next((place_of(frame) for frame in frames if _is_own(frame)), ""))


def told(error: BaseException) -> str:
    """An error in one line: its type, its message and where it was raised."""
    if isinstance(error, SyntaxError):  # its message says where
        return _in_short(error)
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    lines = [line for _, line in walk_tb(error.__traceback__)]
    raised = [(frame, line) for frame, line in zip(frames, lines, strict=True) if _is_own(frame)]
    return f"{_in_short(error)}, at {place_of(*raised[-1])}" if raised else _in_short(error)


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


def _in_short(error: BaseException) -> str:
    try:
        return _cut(f"{type(error).__name__}: {error}".removesuffix(": "))
    except Exception:  # noqa: BLE001 - a foreign `__str__`
        return type(error).__name__


def _cut(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
