"""Prefect's server away: people go on with their work, and the backlog clears by itself when it is back."""

import asyncio
import time

from ksbb.testing import Driven, Step, World

from . import audit
from .case import Case
from .client import Client
from .fleet import Fleet
from .report import Result
from .servers import servers
from .world import HOST, Seeded, lines, opened

_AWAY_SECONDS = 10
_DRAINED_WITHIN_SECONDS = 120


async def run(crew: Fleet, seeded: Seeded, cases: int = 20) -> Result:
    """`kill -9` of Prefect's server; intake, decisions of people and handovers meanwhile; then it starts again."""
    failures: list[str] = []
    async with opened(seeded) as world:
        ready = [await world.drive(Step.SUBMITTED, lines=lines(world, "pangan")) for _ in range(cases)]
        await asyncio.to_thread(crew.wait_until_drained, _DRAINED_WITHIN_SECONDS)
        before = await audit.read(seeded.url)
        await asyncio.to_thread(crew.kill_prefect)
        began = time.monotonic()
        with servers(crew.stage.data("api"), seeded.url, 2) as api:
            async with Client(seeded, api.urls) as client:
                taken = await asyncio.gather(*(_intake(client) for _ in range(cases)))
                await asyncio.gather(*(_from_assessment_to_handover(client, world, one) for one in ready))
                await asyncio.sleep(max(0, _AWAY_SECONDS - (time.monotonic() - began)))
                away, waiting = time.monotonic() - began, crew.left()
                ended = [one.name for one in crew.running.values() if not one.runs]
                if ended:
                    failures.append(f"ended while Prefect's server was away: {ended}")
                await asyncio.to_thread(crew.start_prefect)
                back = time.monotonic()
                await asyncio.to_thread(crew.wait_until_drained, _DRAINED_WITHIN_SECONDS)
                cleared = time.monotonic() - back
                for case in taken:
                    await case.assessed()
    found = await audit.read(seeded.url)
    differences, lost, doubled = audit.acts(found, client.acknowledged, before)
    failures += [*differences, *audit.undone(found), *audit.examine(found, HOST)]
    if any(client.troubles):
        failures.append(f"people were kept waiting: {dict(client.troubles)}")
    return Result(
        "Prefect's server away: people go on, the backlog clears by itself",
        {
            "seconds away": round(away),
            "acts meanwhile": len(client.acknowledged),
            "work that waited": waiting,
            "cleared after seconds": round(cleared, 1),
            "lost": lost,
            "doubled": doubled,
        },
        failures,
    )


async def _intake(client: Client) -> Case:
    case = Case(client)
    await case.draft()
    await case.submit()
    return case


async def _from_assessment_to_handover(client: Client, world: World, driven: Driven) -> None:
    stored = (await world.reload(driven)).commitment
    case = Case(client, id=stored.id, version=stored.version, line_id=stored.lines[0].id)
    await case.finish()
