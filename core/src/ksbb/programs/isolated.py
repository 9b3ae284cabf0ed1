"""Calls of programs' functions: in threads of their own, with a time limit, so that whatever they do stays theirs."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, TypeVar

import structlog

from ksbb.domain.text import Text
from ksbb.telemetry.metrics import PROGRAM_FAILURES

T = TypeVar("T")
SECONDS = 2.0
"""How long a function of a program may take."""
AT_ONCE = 4
"""Calls of one program at a time. A function that never returns keeps its place: no thread can be ended from outside."""
_log = structlog.get_logger("ksbb.programs")


class ProgramFailed(Exception):
    """A program's function raised, took too long, or answered with rubbish: which program's, what it was about, and why.

    `passing`: another attempt may go well.
    """

    def __init__(self, program_id: str, what: str, reason: Text, *, passing: bool) -> None:
        self.program_id = program_id
        self.what = what
        self.reason = reason
        self.passing = passing
        super().__init__(f"program {program_id}, {what}: {reason.en}")


@dataclass(slots=True, eq=False)
class _Job:
    function: Callable[[], Any]
    deliver: Callable[[Any, BaseException | None], None]
    context: Context
    begun: bool = False
    given_up: bool = False


@dataclass(slots=True)
class _Lane:
    """One program's places: threads that take its jobs in turn."""

    name: str
    places: int
    jobs: SimpleQueue[_Job] = field(default_factory=SimpleQueue)
    running: set[_Job] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: int = 0
    waiting: int = 0

    def put(self, job: _Job) -> None:
        with self.lock:
            self.waiting += 1
            if self.threads < self.places and len(self.running) + self.waiting > self.threads:
                self.threads += 1
                # A daemon: at the process's end nobody waits for a function that never returns, as an executor's threads would.
                threading.Thread(target=self._work, name=self.name, daemon=True).start()
        self.jobs.put(job)

    def overdue(self) -> int:
        with self.lock:
            return sum(job.given_up for job in self.running)

    def _work(self) -> None:
        while True:
            job = self.jobs.get()
            with self.lock:
                self.waiting -= 1
                if job.given_up:
                    continue
                job.begun = True
                self.running.add(job)
            result, raised = None, None
            try:
                result = job.context.run(job.function)
            except BaseException as error:  # noqa: BLE001 - foreign code, also sys.exit: it ends its job and nothing else
                raised = error
            with self.lock:
                self.running.discard(job)
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits any more
                job.deliver(result, raised)


@dataclass(slots=True)
class IsolatedCalls:
    """The calls that one process makes; each program has its own places, so that none waits for another's."""

    seconds: float = SECONDS
    at_once: int = AT_ONCE
    _lanes: dict[str, _Lane] = field(default_factory=dict)

    async def call(self, program_id: str, what: str, function: Callable[[], T], *, seconds: float | None = None) -> T:
        """What `function` of a program returns; `what` names it for people who read the log.

        Raises ProgramFailed, which is logged and counted, when it raises, isn't back within `seconds`, or finds no place
        because earlier calls aren't back.
        """
        limit = self.seconds if seconds is None else seconds
        lane = self._lanes.setdefault(program_id, _Lane(f"ksbb-{program_id}", self.at_once))
        if lane.overdue() >= lane.places:
            raise _failed(program_id, what, _STUCK.filled(count=lane.places), passing=True)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def finish(result: Any, error: BaseException | None) -> None:
            if not done.done():
                done.set_result(result) if error is None else done.set_exception(_Raised(error))

        def deliver(result: Any, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(finish, result, error)

        job = _Job(function, deliver, copy_context())
        lane.put(job)
        try:
            async with asyncio.timeout(limit):
                return await done
        except TimeoutError as error:
            reason = _SLOW.filled(seconds=f"{limit:g}") if job.begun else _BUSY.filled(count=lane.places)
            raise _failed(program_id, what, reason, passing=True) from error
        except _Raised as raised:
            said = f"{type(raised.error).__name__}: {raised.error}"
            reason = Text(f"gagal: {said}", f"failed: {said}")
            raise _failed(program_id, what, reason, passing=False, error=raised.error) from raised.error
        finally:
            job.given_up = True


_STUCK = Text(
    "{count} panggilan sebelumnya tidak pernah selesai; perbaiki program, lalu mulai ulang layanan",
    "{count} earlier calls never came back; repair the program, then restart the service",
)
_BUSY = Text("{count} panggilan sedang berjalan; ulangi sebentar lagi", "{count} calls are running; retry in a moment")
_SLOW = Text("tidak selesai dalam {seconds} detik", "wasn't done within {seconds} seconds")


class _Raised(Exception):
    """Carries what foreign code raised, so that it is never taken for an error of ours, such as a TimeoutError."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _failed(
    program_id: str, what: str, reason: Text, *, passing: bool, error: BaseException | None = None
) -> ProgramFailed:
    PROGRAM_FAILURES.labels(program_id, what).inc()
    _log.error("program_call_failed", program=program_id, what=what, reason=reason.en, exc_info=error)
    return ProgramFailed(program_id, what, reason, passing=passing)
