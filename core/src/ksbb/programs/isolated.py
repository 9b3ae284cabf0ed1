"""Calls of programs' functions by whoever serves many: each program has its own places, so that what it does stays its own."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from ksbb.domain.text import Text
from ksbb.programs.limits import Call, Failed, Overrun, in_short
from ksbb.telemetry.metrics import PROGRAM_FAILURES

T = TypeVar("T")
SECONDS = 2.0
"""How long a function of a program may take."""
AT_ONCE = 4
"""Calls of one program at a time. A function that never returns keeps its place, unless it can be asked to end (`Call.give_up`)."""
_LOOK_SECONDS = 0.01
_log = structlog.get_logger("ksbb.programs")


class ProgramFailed(Exception):
    """A program's function raised, took too long, or answered with rubbish: which program's, what it was about, and why.

    `passing`: another attempt may go well. Its cause is what `limits` told: Failed, Overrun, or none where there was no place.
    """

    def __init__(self, program_id: str, what: str, reason: Text, *, passing: bool) -> None:
        self.program_id = program_id
        self.what = what
        self.reason = reason
        self.passing = passing
        super().__init__(f"program {program_id}, {what}: {reason.en}")


@dataclass(slots=True)
class _Places:
    """The calls of one program that are out, and those of them for which nobody waits any more."""

    count: int
    out: set[Call[Any]] = field(default_factory=set)
    left: set[Call[Any]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, function: Callable[[], T], package: str) -> Call[T] | None:
        """A call in a place of its own, which is free again when the function is back; None while there is none."""
        with self.lock:
            if len(self.out) >= self.count:
                return None
            call = Call(function, package)
            self.out.add(call)
        call.outcome.add_done_callback(lambda _: self._back(call))
        return call

    def leave(self, call: Call[Any]) -> None:
        """Nobody waits for it any more."""
        with self.lock:
            self.left |= {call} & self.out

    @property
    def stuck(self) -> bool:
        """Whether nobody waits for any of the calls that have all places."""
        with self.lock:
            return len(self.left) >= self.count

    def _back(self, call: Call[Any]) -> None:
        with self.lock:
            self.out.discard(call)
            self.left.discard(call)


@dataclass(slots=True)
class IsolatedCalls:
    """The calls that one process makes; each program has its own places, so that none waits for another's."""

    seconds: float = SECONDS
    at_once: int = AT_ONCE
    _places: dict[str, _Places] = field(default_factory=dict)

    async def call(
        self, program_id: str, package: str, what: str, function: Callable[[], T], *, seconds: float | None = None
    ) -> T:
        """What `function` of a program returns, which has `package`; `what` names it for people who read the log.

        Raises ProgramFailed, which is logged and counted, when it raises, isn't back within `seconds`, or finds no place within
        them; at once where earlier calls have all places and nobody waits for them any more.
        """
        limit = self.seconds if seconds is None else seconds
        places = self._places.setdefault(program_id, _Places(self.at_once))
        call = await _begun(places, function, package, limit)
        if call is None:
            reason = (_STUCK if places.stuck else _BUSY).filled(count=places.count)
            raise _failed(program_id, what, reason, passing=True)
        try:
            return await _outcome(call, limit)
        except Overrun as error:
            raise _failed(program_id, what, error.told, passing=True) from error
        except Failed as failed:
            said = in_short(failed.error)
            reason = Text(f"gagal: {said}", f"failed: {said}")
            raise _failed(program_id, what, reason, passing=False, error=failed.error) from failed
        finally:
            places.leave(call)


_STUCK = Text(
    "{count} panggilan sebelumnya tidak pernah selesai; perbaiki program, lalu mulai ulang layanan",
    "{count} earlier calls never came back; repair the program, then restart the service",
)
_BUSY = Text("{count} panggilan sedang berjalan; ulangi sebentar lagi", "{count} calls are running; retry in a moment")


async def _begun(places: _Places, function: Callable[[], T], package: str, seconds: float) -> Call[T] | None:
    """A call that found a place within `seconds`. It looks for one again and again: places are shared by several event loops."""
    end = time.monotonic() + seconds
    while (call := places.begin(function, package)) is None:
        if places.stuck or time.monotonic() > end:
            return None
        await asyncio.sleep(_LOOK_SECONDS)
    return call


async def _outcome(call: Call[T], seconds: float) -> T:
    """What a call returns. Raises Failed and Overrun, as `within` does."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(call.outcome), seconds)
    except TimeoutError:
        if call.outcome.done():
            return call.outcome.result()
    raise call.give_up(seconds)


def _failed(
    program_id: str, what: str, reason: Text, *, passing: bool, error: BaseException | None = None
) -> ProgramFailed:
    PROGRAM_FAILURES.labels(program_id, what).inc()
    _log.error("program_call_failed", program=program_id, what=what, reason=reason.en, exc_info=error)
    return ProgramFailed(program_id, what, reason, passing=passing)
