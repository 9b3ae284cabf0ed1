"""How many batches a process works on at the same time."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


class Slots:
    """Batches that run at the same time. One over which a worker was lost runs alone, so that it takes no other with it."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._free = asyncio.Semaphore(count)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def taken(self, *, alone: bool) -> AsyncIterator[None]:
        """Hold a slot, or all of them, while the block runs; who came first goes first."""
        wanted = self._count if alone else 1
        held = 0
        try:
            async with self._turn:
                while held < wanted:
                    await self._free.acquire()
                    held += 1
            yield
        finally:
            for _ in range(held):
                self._free.release()


class UnderWay:
    """Work that was begun and goes on, a bounded number at the same time, in the order in which it was begun."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots = Slots(most)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None], *, alone: bool) -> None:
        """Begin something; `alone`: when nothing else is under way, and nothing else until it has ended."""
        self._tasks.add(asyncio.create_task(self._in_slot(work, alone=alone)))

    async def room(self) -> None:
        """Wait until fewer than the most are under way. Raises what one that ended raised."""
        while len(self._tasks) >= self._most:
            await self.one_ended()

    async def one_ended(self, seconds: float | None = None) -> bool:
        """Wait until one ends, at most `seconds`; False when none is under way. Raises what it raised."""
        if not self._tasks:
            return False
        ended, self._tasks = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
        return True

    async def ended(self) -> None:
        """Wait until all have ended. Raises what the first of them raised."""
        tasks, self._tasks = self._tasks, set()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            task.result()

    async def _in_slot(self, work: Coroutine[Any, Any, None], *, alone: bool) -> None:
        async with self._slots.taken(alone=alone):
            await work
