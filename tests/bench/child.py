"""The side of a contender: says that it is ready, then measures once for each line that it is told.

Standard library only: peers import it in environments of their own.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field
from time import perf_counter, process_time
from typing import TextIO

READY = "ready"
WORKERS = 8
"""Cases under way at the same time, for every contender."""
STATES = (
    "drafted",
    "submitted",
    "assessed",
    "approved",
    "allocated",
    "partly_received",
    "received",
    "dispatched",
    "recorded",
    "evidenced",
    "confirmed",
    "closed",
)
"""The twelve states that a case is brought to, one transition each; the same for every contender."""
DATA: dict[str, object] = {
    "program": "pangan",
    "aid_type": "staple_food",
    "quantity": 10,
    "area": "31.71.06.1002",
    "note": "x" * 120,
}
ACTOR = "0191b2a0-0000-7000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Sample:
    """What one round came to: `done` units of work in `seconds`, and further `figures` by name."""

    done: int
    seconds: float
    figures: dict[str, float] = field(default_factory=dict)


def own_stdout() -> TextIO:
    """The real standard output; whatever else prints goes to standard error from now on."""
    kept = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return kept


def serve(run: Callable[[float], Sample], answers: TextIO) -> None:
    """Measure for as many seconds as each line of standard input says, until it ends."""
    answers.write(READY + "\n")
    for line in sys.stdin:
        answers.write(json.dumps(asdict(run(float(line)))) + "\n")


def serve_async(opened: AbstractAsyncContextManager[Callable[[float], Awaitable[Sample]]]) -> None:
    """As `serve`, for a contender that runs in an event loop."""
    answers = own_stdout()

    async def main() -> None:
        async with opened as run:
            answers.write(READY + "\n")
            while line := await asyncio.to_thread(sys.stdin.readline):
                answers.write(json.dumps(asdict(await run(float(line)))) + "\n")

    asyncio.run(main())


def quantile(times: list[float], share: float) -> float:
    """The time that this share of all stays below, in milliseconds; 0 without any."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


def sample_of(times: list[float], seconds: float, processor: float | None = None) -> Sample:
    """The sample of single acts that took `times` (in seconds), with median and 99th percentile in milliseconds.

    `processor` is the time of this process on the processor: its share per act tells more than rates on a busy machine.
    """
    figures = {"p50_ms": quantile(times, 0.5), "p99_ms": quantile(times, 0.99)}
    if processor is not None:
        figures["cpu_ms"] = processor / max(len(times), 1) * 1000
    return Sample(len(times), seconds, figures)


class Crew:
    """Workers that take one case after another through its transitions; between rounds they stand still."""

    def __init__(self, case: Callable[[], AsyncIterator[object]], workers: int = WORKERS) -> None:
        self._case = case
        self._cases = [case() for _ in range(workers)]

    async def run(self, seconds: float) -> Sample:
        """Go on for so long; every transition that was begun in that time is finished and counted."""
        times: list[float] = []
        begun, worked = perf_counter(), process_time()

        async def work(worker: int) -> None:
            while (at := perf_counter()) < begun + seconds:
                try:
                    await anext(self._cases[worker])
                except StopAsyncIteration:
                    self._cases[worker] = self._case()
                else:
                    times.append(perf_counter() - at)

        await asyncio.gather(*map(work, range(len(self._cases))))
        return sample_of(times, perf_counter() - begun, process_time() - worked)


class Hands:
    """As `Crew`, with a thread for each case, for libraries without asyncio."""

    def __init__(self, case: Callable[[], Iterator[object]], workers: int = WORKERS) -> None:
        self._case = case
        self._cases = [case() for _ in range(workers)]
        # The same threads in all rounds: libraries keep connections by thread
        self._pools = [ThreadPoolExecutor(1) for _ in range(workers)]

    def run(self, seconds: float) -> Sample:
        """Go on for so long; every transition that was begun in that time is finished and counted."""
        begun, worked = perf_counter(), process_time()

        def work(worker: int) -> list[float]:
            times: list[float] = []
            while (at := perf_counter()) < begun + seconds:
                try:
                    next(self._cases[worker])
                except StopIteration:
                    self._cases[worker] = self._case()
                else:
                    times.append(perf_counter() - at)
            return times

        running = [pool.submit(work, worker) for worker, pool in enumerate(self._pools)]
        times = [one for future in running for one in future.result()]
        return sample_of(times, perf_counter() - begun, process_time() - worked)
