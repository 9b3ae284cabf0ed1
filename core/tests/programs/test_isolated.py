"""Calls of programs' functions: what they do stays theirs."""

import asyncio
import re
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from ksbb.domain.text import Text
from ksbb.programs.isolated import IsolatedCalls, ProgramFailed
from ksbb.programs.limits import Overrun
from ksbb.telemetry.metrics import REGISTRY

HERE = __name__.partition(".")[0]
"""The package of the functions below."""


def counted(program: str, what: str) -> float:
    return REGISTRY.get_sample_value("ksbb_program_failures_total", {"program": program, "what": what}) or 0


async def failure(calls: IsolatedCalls, program: str, function: Callable[[], Any]) -> ProgramFailed:
    with pytest.raises(ProgramFailed) as caught:
        await calls.call(program, HERE, "route x", function)
    return caught.value


async def test_what_a_function_returns_comes_back_from_a_thread_of_its_own() -> None:
    called = await IsolatedCalls().call("pangan", HERE, "route x", threading.current_thread)
    assert (called.name, called.daemon) == (f"ksbb-{HERE}", True)


def exits() -> None:
    sys.exit("enough")


def divides() -> None:
    raise ZeroDivisionError("division by zero")


def times_out() -> None:
    raise TimeoutError("the register doesn't answer")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (divides, "ZeroDivisionError: division by zero"),
        (exits, "SystemExit: enough"),
        (times_out, "TimeoutError: the register doesn't answer"),
    ],
)
async def test_what_it_raises_is_told_logged_and_counted(function: Callable[[], None], said: str) -> None:
    before = counted("umkm", "route x")
    with capture_logs() as logs:
        failed = await failure(IsolatedCalls(), "umkm", function)
    assert str(failed) == f"program umkm, route x: failed: {said}"
    assert (failed.reason, failed.passing) == (Text(f"gagal: {said}", f"failed: {said}"), False)
    assert [{**log, "exc_info": None} for log in logs] == [
        {
            "event": "program_call_failed",
            "log_level": "error",
            "program": "umkm",
            "what": "route x",
            "reason": f"failed: {said}",
            "exc_info": None,
        }
    ]
    assert counted("umkm", "route x") == before + 1


async def test_one_that_never_returns_keeps_its_place_and_no_other() -> None:
    calls = IsolatedCalls(seconds=0.2, at_once=2)
    release = threading.Event()
    for _ in range(2):
        failed = await failure(calls, "slow", release.wait)
        assert (failed.reason.en, failed.passing) == ("hasn't come back within 0.2 s", True)
        assert isinstance(failed.__cause__, Overrun)
    began = time.monotonic()
    failed = await failure(calls, "slow", lambda: 1)
    assert time.monotonic() - began < 0.1
    assert failed.__cause__ is None
    assert failed.reason.en == "2 earlier calls never came back; repair the program, then restart the service"
    assert await calls.call("quick", HERE, "route x", lambda: 1) == 1
    release.set()
    await asyncio.sleep(0.1)
    assert await calls.call("slow", HERE, "route x", lambda: 1) == 1


async def test_a_loop_without_end_ends_and_gives_its_place_back() -> None:
    calls = IsolatedCalls(seconds=0.2, at_once=1)

    def loops() -> None:
        while True:
            pass

    failed = await failure(calls, "pangan", loops)
    line = loops.__code__.co_firstlineno
    assert re.fullmatch(rf".* it stands at \S*test_isolated\.py, line ({line + 1}|{line + 2})", failed.reason.en)
    await asyncio.sleep(0.05)
    assert await calls.call("pangan", HERE, "route x", lambda: 1) == 1


async def test_an_error_that_cant_be_told_is_a_failure_like_others() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise TypeError

    def fails() -> None:
        raise Mute

    assert (await failure(IsolatedCalls(), "pangan", fails)).reason.en == "failed: Mute"


async def test_more_calls_than_places_wait_their_turn() -> None:
    calls = IsolatedCalls(seconds=2, at_once=2)
    running, most = 0, 0
    lock = threading.Lock()

    def work() -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return 1

    assert await asyncio.gather(*(calls.call("pangan", HERE, "route x", work) for _ in range(10))) == [1] * 10
    assert most == 2


async def test_calls_that_find_no_place_in_time_are_told_so() -> None:
    calls = IsolatedCalls(seconds=0.2, at_once=1)
    first = asyncio.create_task(calls.call("pangan", HERE, "route x", lambda: time.sleep(0.5), seconds=1))
    await asyncio.sleep(0.05)
    failed = await failure(calls, "pangan", lambda: 1)
    assert (failed.reason.en, failed.passing) == ("1 calls are running; retry in a moment", True)
    await first
    assert await calls.call("pangan", HERE, "route x", lambda: 1) == 1


async def test_whoever_stops_waiting_gives_the_place_back_when_the_function_returns() -> None:
    calls = IsolatedCalls(seconds=5, at_once=1)
    release = threading.Event()
    task = asyncio.create_task(calls.call("pangan", HERE, "route x", release.wait))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    release.set()
    await asyncio.sleep(0.05)
    assert await calls.call("pangan", HERE, "route x", lambda: 1) == 1
