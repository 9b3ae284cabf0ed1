"""An acknowledged act is never lost and never doubled, whatever is killed under load."""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from . import audit
from .case import Case
from .client import Client
from .postgres import Postgres, postgres
from .processes import Running, Stage, free_port, stage, unforeseen
from .report import Result, progress
from .servers import Servers, servers
from .world import HOST, PROGRAMS, seed

PROCESSES = 4
CLIENTS = 24
POSTGRES_EVERY = 6
ENGINE_EVERY = 100
_ACTS_BETWEEN = 3
"""So many acts are acknowledged between two kills, so that each meets people at work."""
_CONTROL_ROUND = 10
_DRAINED_WITHIN_SECONDS = 300
_STALLED_SECONDS = 45
Work = Callable[[Client, int], Awaitable[None]]
"""What a client does again and again; it is told a number that is never told twice."""


@dataclass(slots=True)
class Killer:
    """Kills one process after the other, and starts it again."""

    postgres: Postgres
    servers: Servers
    engine: Running | None
    stage: Stage
    url: str
    dice: random.Random
    postgres_every: int = POSTGRES_EVERY
    killed: Counter[str] = field(default_factory=Counter)

    def kill(self, number: int) -> None:
        """The kill of this number, from 1."""
        if self.engine is not None and number % ENGINE_EVERY == 0:
            self.engine.kill()
            self.engine = start_engine(self.stage, self.url)
            self.killed["engine"] += 1
        elif number % self.postgres_every == 0:
            self._kill_postgres(number // self.postgres_every)
        else:
            self.servers.kill(self.dice.randrange(PROCESSES))
            self.killed["API process"] += 1

    def _kill_postgres(self, number: int) -> None:
        way = ("PostgreSQL, all processes", "PostgreSQL, postmaster", "PostgreSQL, a backend")[number % 3]
        if number % 3 == 0:
            self.postgres.kill()
            self.postgres.start()
        elif number % 3 == 1:
            self.postgres.kill_postmaster()
            self.postgres.start()
        else:
            self.postgres.kill_backend(self.dice.randrange(1000))
            self.postgres.wait_until_it_answers()
        self.killed[way] += 1


def start_engine(on: Stage, url: str) -> Running:
    """`ksbb serve` with the embedded engine, which works the outbox off."""
    port = free_port()
    engine = on.serve("engine", url, port)
    engine.wait_until_it_serves(f"http://127.0.0.1:{port}")
    return engine


async def run(kills: int = 1000, *, examine_every: int = 100) -> Result:
    """Kill so often while clients live through cases; then compare ledger, outbox and projections."""
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "kills")
        with servers(on.data("api"), seeded.url, PROCESSES) as api:
            engine = await asyncio.to_thread(start_engine, on, seeded.url)
            killer = Killer(server, api, engine, on, seeded.url, random.Random(kills))  # noqa: S311
            async with Client(seeded, api.urls) as client:
                # Its engine must have begun: what is shown here is not how it starts
                await Case(client).live()
                began = time.monotonic()
                failures = await _under_load(client, killer, kills, _live_cases, examine_every)
                seconds = time.monotonic() - began
            failures += unforeseen(api.log)
            drained_in = await _drained(seeded.url)
            found = await audit.read(seeded.url)
            await asyncio.to_thread(api.wait)
            alive = killer.engine is not None and killer.engine.runs
        differences, lost, doubled = audit.acts(found, client.acknowledged)
        failures += [*differences, *audit.examine(found, HOST), *audit.undone(found)]
        if not alive:
            failures.append(f"the engine ended by itself: {killer.engine.said()[-2000:] if killer.engine else ''}")
    return Result(
        "an acknowledged act is never lost, never doubled",
        {
            "kills": sum(killer.killed.values()),
            **dict(sorted(killer.killed.items())),
            "seconds under load": round(seconds),
            "seconds until the outbox was empty": round(drained_in),
            "acts acknowledged": len(client.acknowledged),
            "events": len(found["events"]),
            "answers replayed": client.replayed,
            "lost": lost,
            "doubled": doubled,
            "attempts that failed": dict(client.troubles),
        },
        failures,
    )


async def control(kills: int = 200) -> Result:
    """Clients that take a new key at each attempt do double acts: without that, `run` would prove nothing.

    Ends with the first acts that are doubled, after at most so many kills.
    """
    killed = doubled = lost = 0
    failures: list[str] = []
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "control")
        with servers(on.data("api"), seeded.url, PROCESSES) as api:
            killer = Killer(server, api, None, on, seeded.url, random.Random(kills), postgres_every=2)  # noqa: S311
            async with Client(seeded, api.urls, keeps_keys=False) as client:
                while killed < kills and not doubled and not failures:
                    failures += await _under_load(client, killer, _CONTROL_ROUND, _draft_cases, kills)
                    killed += _CONTROL_ROUND
                    found = await audit.read(seeded.url)
                    _, lost, doubled = audit.acts(found, client.acknowledged)
        failures += audit.examine(found, HOST)
        if lost:
            failures.append(f"{lost} acknowledged acts were lost")
        if not doubled:
            failures.append("no act was doubled: the kills don't hit between a commit and its answer")
    return Result(
        "control: clients without idempotency keys do double acts",
        {"kills": killed, "acts acknowledged": len(client.acknowledged), "lost": lost, "doubled": doubled},
        failures,
    )


async def _live_cases(client: Client, number: int) -> None:
    case = Case(client, PROGRAMS[number % len(PROGRAMS)], dice=random.Random(number))  # noqa: S311
    if number % 3:
        await case.live()
    else:
        # A third of the clients never wait for the machine: while the engine starts again, they go on
        await case.draft()
        await case.change("collaborator", "withdraw", "withdrawn", {"note": "berubah rencana"})


async def _draft_cases(client: Client, number: int) -> None:
    await Case(client, dice=random.Random(number)).draft()  # noqa: S311


async def _under_load(client: Client, killer: Killer, kills: int, work: Work, say_every: int) -> list[str]:
    """Kill while clients work; what befell the clients that an answer with "try again" doesn't explain."""
    stopping = asyncio.Event()
    failures: list[str] = []

    async def people(position: int) -> None:
        numbers = itertools.count(position, CLIENTS)
        while not stopping.is_set():
            try:
                await work(client, next(numbers))
            except Exception as error:  # noqa: BLE001 - whatever befalls a client is the finding
                failures.append(f"{type(error).__name__}: {error}")
                stopping.set()

    async with AsyncExitStack() as stack:
        tasks = [asyncio.create_task(people(position)) for position in range(CLIENTS)]
        stack.push_async_callback(asyncio.wait, tasks)
        stack.callback(stopping.set)
        began = time.monotonic()
        for number in range(1, kills + 1):
            await _some_acts(client, stopping)
            if stopping.is_set():
                break
            await asyncio.to_thread(killer.kill, number)
            if number % say_every == 0:
                took = time.monotonic() - began
                progress(f"{number} kills, {len(client.acknowledged)} acts acknowledged, {took:.0f} s")
    return failures


async def _some_acts(client: Client, stopping: asyncio.Event) -> None:
    """Wait until people have got on, but no longer than the start of what was killed last takes."""
    before, end = len(client.acknowledged), time.monotonic() + _STALLED_SECONDS
    while len(client.acknowledged) < before + _ACTS_BETWEEN and not stopping.is_set():
        assert time.monotonic() < end, f"nobody got on for {_STALLED_SECONDS} s: {dict(client.troubles)}"
        await asyncio.sleep(0.02)
    await asyncio.sleep(random.uniform(0, 0.2))  # noqa: S311 - so that kills hit at any moment


async def _drained(url: str) -> float:
    """Wait until nothing of the outbox is left; the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() < began + _DRAINED_WITHIN_SECONDS:
        found = await audit.read(url)
        if all(row["status"] != "pending" for row in found["outbox"]):
            break
        await asyncio.sleep(1)
    return time.monotonic() - began
