"""The outbox is delivered at least once and its effects happen once, however often dispatchers and workers are killed."""

import asyncio
import random
import time
from collections import Counter

from ksbb.testing import Driven, Step, World

from . import audit
from .fleet import NAMES, Fleet
from .processes import until
from .report import Result, progress
from .world import HOST, PROGRAMS, Seeded, lines, opened

_BACKLOG = 30
"""So much work stands in the outbox, at least, whenever something is killed."""
_DRAINED_WITHIN_SECONDS = 300


async def run(crew: Fleet, seeded: Seeded, kills: int = 200) -> Result:
    """Kill dispatchers and workers so often while work comes in; then every effect must be there, once."""
    killed: Counter[str] = Counter()
    failures: list[str] = []
    dice = random.Random(kills)  # noqa: S311
    async with opened(seeded) as world:
        await _feed(world, crew)
        await asyncio.to_thread(_wait_until_it_moves, crew)
        began = time.monotonic()
        for number in range(1, kills + 1):
            await _feed(world, crew)
            name = dice.choice(NAMES)
            await asyncio.to_thread(crew.restart, name)
            killed[name.partition("-")[0]] += 1
            await asyncio.sleep(dice.uniform(0.2, 2))
            if number % 20 == 0:
                progress(f"{number} kills, {crew.left()} items left, {time.monotonic() - began:.0f} s")
        seconds = time.monotonic() - began
        try:
            await asyncio.to_thread(crew.wait_until_drained, _DRAINED_WITHIN_SECONDS)
        except AssertionError as error:
            failures.append(str(error))
    drained = time.monotonic() - began - seconds
    found = await audit.read(seeded.url)
    failures += [*audit.undone(found), *audit.examine(found, HOST)]
    attempts = Counter(row["attempts"] for row in found["outbox"])
    return Result(
        "outbox: delivered at least once, effects once",
        {
            "kills": sum(killed.values()),
            **killed,
            "seconds": round(seconds),
            "seconds until the outbox was empty": round(drained),
            "items": len(found["outbox"]),
            "items by attempts that were broken off": dict(sorted(attempts.items())),
        },
        failures,
    )


async def _feed(world: World, crew: Fleet) -> None:
    """Fill the outbox up: submissions, and a few handovers, whose reports take a second of computing each."""
    missing = _BACKLOG - crew.left()
    for number in range(max(missing, 2)):
        program_id = PROGRAMS[number % len(PROGRAMS)]
        await submitted(world, program_id)
    if missing > 0:
        await world.drive(Step.CONFIRMED, program_id="ketenagakerjaan", lines=lines(world, "ketenagakerjaan"))


async def submitted(world: World, program_id: str) -> Driven:
    """A commitment that waits for its assessment."""
    return await world.drive(Step.SUBMITTED, program_id=program_id, lines=lines(world, program_id))


def _wait_until_it_moves(crew: Fleet) -> None:
    before = crew.left()
    until("the first work is done", lambda: crew.left() < before, 120)
