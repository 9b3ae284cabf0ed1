"""What befalls the crew during the replay: `kill -9` of an API process with requests under way, and of a worker within a batch."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from ksbb.domain.rights import SYSTEM
from ksbb.storage import tables
from ksbb.usecases.platform import Platform

from ..faults.processes import Running
from .crew import Crew
from .http_acts import ActsOverHttp

_SETTLE_SECONDS = 0.3
_LONGEST_PAUSE_SECONDS = 10.0
_outbox = tables.outbox
_BEGUN: tuple[ColumnElement[bool], ...] = (
    _outbox.c.status == "pending",
    _outbox.c.begun_at.is_not(None),
    _outbox.c.claimed_until.is_not(None),
)


@dataclass(slots=True)
class Mishaps:
    """Kills, each of which hits something: `told` says what, `cut` counts requests, `lost` are the items of cut batches."""

    crew: Crew
    acts: ActsOverHttp
    platform: Platform
    say: Callable[[str], None]
    told: list[str] = field(default_factory=list)
    cut: int = 0
    lost: list[str] = field(default_factory=list)

    async def befall_apis(self, after: Sequence[int]) -> None:
        """Kill one API process after the other, each when so many acts were done; a successor takes its address."""
        for position, acts in enumerate(after):
            name = f"api-{position % 2 + 1}"
            await self._until(acts)
            while not await self._kill_api(name):
                continue

    async def befall_workers(self, after: Sequence[int]) -> None:
        """Kill one worker after the other, each with the first batch that it begins when so many acts were done."""
        for position, acts in enumerate(after):
            name, other = (f"worker-{1 + (position + shift) % 2}" for shift in (0, 1))
            await self._until(acts)
            while not await self._kill_worker(name, other):
                await asyncio.sleep(0.05)

    async def _kill_api(self, name: str) -> bool:
        """Whether requests were under way in it, so that it was killed."""
        address, process = self.crew.addresses[name], self.crew.running[name]
        await _until(lambda: _now(self.acts.under_way[address] > 1))
        with _paused(process):
            # What it has answered arrives meanwhile; what is open then is cut in the middle
            await asyncio.sleep(_SETTLE_SECONDS)
            cut = self.acts.under_way[address]
            if not cut:
                return False
            process.kill()
            self.crew.start(name)
        self.cut += cut
        self._tell(f"{name} (process {process.pid}) with {cut} requests under way")
        return True

    async def _kill_worker(self, name: str, other: str) -> bool:
        """Whether it was in the middle of a batch, so that it was killed. The other one pauses, so that the batch is its own."""
        process = self.crew.running[name]
        if await self._begun():
            return False
        with _paused(self.crew.running[other]):
            if await self._begun():
                return False
            try:
                async with asyncio.timeout(_LONGEST_PAUSE_SECONDS):
                    await _until(self._begun)
            except TimeoutError:
                return False
            process.kill()
            self.crew.start(name)
            async with self.platform.reading_desk(SYSTEM) as desk:
                items = list((await desk.unit.connection.execute(select(_outbox.c.id).where(*_BEGUN))).scalars())
        if not items:
            self.say(f"{name} had just finished its batch when it was killed; once more")
            return False
        self.lost += items
        self._tell(f"{name} (process {process.pid}) in the middle of a batch with {len(items)} items left")
        return True

    async def _begun(self) -> bool:
        async with self.platform.reading_desk(SYSTEM) as desk:
            query = select(func.count()).select_from(_outbox).where(*_BEGUN)
            return bool((await desk.unit.connection.execute(query)).scalar_one())

    async def _until(self, acts: int) -> None:
        await _until(lambda: _now(self.acts.done >= acts))

    def _tell(self, text: str) -> None:
        told = f"killed after {self.acts.done} acts: {text}"
        self.told.append(told)
        self.say(told)


@contextmanager
def _paused(process: Running) -> Iterator[None]:
    """The process stands still in the block."""
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        if process.runs:
            os.kill(process.pid, signal.SIGCONT)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():
        await asyncio.sleep(0.005)


async def _now(value: bool) -> bool:  # noqa: FBT001 - a value, not a switch
    return value
