"""The life of one program's commitment on SQLite: the real use cases, and the program's own flows without Prefect's server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ksbb.flows.bench import Bench
from ksbb.flows.catalog import load_flow
from ksbb.flows.claims import Claims
from ksbb.program import Program
from ksbb.program.bench import use_workbench
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.testing.clock import FakeClock
from ksbb.testing.driven import Driven, Step
from ksbb.testing.world import World
from ksbb.usecases.platform import Platform

_BATCH = 100
_LEASE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Life:
    """A world with one program alone, whose flows run when they are told to."""

    program: Program
    world: World

    async def run_flows(self) -> None:
        """Run the flows of all stages over what waits for them. Raises AssertionError for an item that a flow left undone."""
        platform = self.world.platform
        claims = Claims(platform, _BATCH, _LEASE)
        use_workbench(Bench(platform, platform.programs.require(self.program.id)))
        for flow in self.program.flows:
            if flow.stage is None:
                continue
            for batch in await claims.take(self.program.id, flow.name, begun=True):
                await load_flow(flow.entrypoint).fn(list(batch.items))
                undone = await self._undone(batch.items)
                if undone:
                    raise AssertionError(f"flow {flow.name} left {len(undone)} items undone: {'; '.join(undone)}")

    async def assessed(self, driven: Driven) -> Driven:
        """The same, as the program's flow left it."""
        driven = await self.world.reload(driven)
        return replace(driven, step=Step.ASSESSED, assessment=driven.commitment.assessment)

    async def findings(self, driven: Driven) -> list[dict[str, Any]]:
        """What the assessment found."""
        query = select(tables.assessments.c.findings).where(tables.assessments.c.commitment_id == driven.commitment.id)
        async with self.world.platform.database.read() as connection:
            return [finding for found in (await connection.execute(query)).scalars() for finding in found]

    async def _undone(self, items: tuple[str, ...]) -> list[str]:
        outbox = tables.outbox
        query = select(outbox.c.reason).where(outbox.c.id.in_(items), outbox.c.status != "done")
        async with self.world.platform.database.read() as connection:
            found = (await connection.execute(query)).scalars()
            return [reason or "the flow didn't work on it" for reason in found]


@asynccontextmanager
async def life_of(program: Program, file: Path) -> AsyncIterator[Life]:
    """A world with this program in the SQLite database `file`, which has schema and areas."""
    database, clock = Database(f"sqlite+aiosqlite:///{file}"), FakeClock()
    try:
        platform = Platform(database, host_of((program,), {}), clock)
        yield Life(program, await World.seed(platform, clock, program.id))
    finally:
        await database.close()
