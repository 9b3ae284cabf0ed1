"""The flows of made-up programs that are at fault, each in its own way. On the path of the tests of the engine only."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path

from prefect import flow

from ksbb.program import Case, workbench

FAILURES: Counter[str] = Counter()
"""Commitment number → how many more times its item fails."""
TICKS: list[float] = []
"""When the ticking flow ran."""
WAITING: list[int] = []
"""How many items the waiting flow was given, each time that it began to wait."""


@flow(name="flaky-assess")
async def flaky(items: list[str]) -> None:
    """Fails on an item as often as `FAILURES` says."""

    async def assess_one(case: Case) -> None:
        await case.record_assessment(case.run_rules())
        number = case.commitment.number
        if FAILURES[number] > 0:
            FAILURES[number] -= 1
            raise ConnectionError("the register of companies doesn't answer")

    await workbench().each(items, assess_one)


@flow(name="crashing-assess")
async def crashing(items: list[str]) -> None:
    """Fails as a whole."""
    raise RuntimeError(f"no room for {len(items)} items")


@flow(name="forgetful-assess")
async def forgetful(items: list[str]) -> None:
    """Ends well and leaves its items undone."""


@flow(name="waiting-assess")
async def waiting(items: list[str]) -> None:
    """Awaits for ever, before it comes to any item."""
    WAITING.append(len(items))
    await asyncio.Event().wait()


@flow(name="stalling-assess")
async def stalling(items: list[str]) -> None:
    """Stands still in the middle of an item, once: until the process is killed."""
    marker = Path(os.environ["STALLING_MARKER"])

    async def assess_one(case: Case) -> None:
        await case.record_assessment(case.run_rules())
        if case.commitment.number.endswith("3") and not marker.exists():
            marker.touch()
            time.sleep(3600)

    await workbench().each(items, assess_one)


@flow(name="ticking")
async def ticking() -> None:
    """Notes that it ran."""
    TICKS.append(time.monotonic())
