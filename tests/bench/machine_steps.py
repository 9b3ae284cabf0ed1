"""The platform's machine steps: the engine as it is embedded in `ksbb serve`, with Prefect, on PostgreSQL.

Run as `python -m tests.bench.machine_steps (batches|empty) URL`.
"""

import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.bench.child import Sample, serve_async
from tests.bench.crowd import fill, hosted, present_clock
from tests.bench.floors import BATCH, items_of
from tests.bench.servers import settings

from ksbb.app import opened
from ksbb.flows.catalog import keeping_no_results
from ksbb.settings import EngineSettings
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.storage.unit import new_id
from ksbb.testing import Step

Rows = Mapping[Table, list[dict[str, Any]]]
EMPTY_RUNS = 4


async def template(url: str) -> Rows:
    """The rows of one submitted commitment in a city at `url`, whose outbox holds no other work."""
    with tempfile.TemporaryDirectory() as folder:
        worlds = await fill(url, hosted(Path(folder)), present_clock())
        driven = await worlds[0].drive(Step.SUBMITTED, target=worlds[0].targets[worlds[0].program_id][2])
        found: dict[Table, list[dict[str, Any]]] = {}
        line, event = tables.commitment_lines, tables.events
        wanted = {
            tables.commitments: tables.commitments.c.id == driven.commitment.id,
            line: line.c.commitment_id == driven.commitment.id,
            event: event.c.stream == f"commitment:{driven.commitment.id}",
            tables.outbox: tables.outbox.c.subject_id == driven.commitment.id,
        }
        async with worlds[0].platform.database.write() as connection:
            for table, condition in wanted.items():
                rows = (await connection.execute(select(table).where(condition))).mappings()
                found[table] = [dict(row) for row in rows]
            await connection.execute(tables.outbox.delete())
        await worlds[0].platform.database.close()
        return found


async def copy(connection: AsyncConnection, rows: Rows, count: int) -> None:
    """Insert so many copies of a commitment, each with ids of its own; due at once.

    Their events carry the hashes of the first: nothing that is measured looks back further than one event.
    """
    made: dict[Table, list[dict[str, Any]]] = {table: [] for table in rows}
    for _ in range(count):
        fresh = {row["id"]: new_id() for found in rows.values() for row in found}
        for table, found in rows.items():
            made[table] += [{name: _renamed(value, fresh) for name, value in row.items()} for row in found]
    for number, row in enumerate(made[tables.commitments]):
        row["number"] = f"BENCH-{row['id'][-12:]}-{number}"
    for table, copies in made.items():
        await connection.execute(insert(table), copies)


def _renamed(value: Any, fresh: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    head, colon, tail = value.rpartition(":")
    return head + colon + fresh.get(tail, tail)


@asynccontextmanager
async def batches(url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """The engine works off as many submitted commitments as the floor does, however long that takes."""
    rows = await template(url)
    with tempfile.TemporaryDirectory() as folder:
        engine = EngineSettings(batch_size=BATCH)
        chosen = settings(Path(folder)).model_copy(update={"database_url": url, "engine": engine})
        filler = Database(url, pool_size=1)
        async with opened(chosen) as runtime:
            await runtime.engine.ready()

            async def run(seconds: float) -> Sample:
                items = items_of(seconds)
                async with filler.write() as connection:
                    await copy(connection, rows, items)
                begun = perf_counter()
                await runtime.engine.drain()
                took = perf_counter() - begun
                await _require_done(filler)
                return Sample(items, took)

            yield run
        await filler.close()


async def _require_done(database: Database) -> None:
    table = tables.outbox
    query = select(table.c.status, func.count(), func.max(table.c.reason)).group_by(table.c.status)
    async with database.read() as connection:
        left = [tuple(row) for row in await connection.execute(query) if row.status != "done"]
    if left:
        raise RuntimeError(f"the engine left items undone (status, count, reason): {left}")


@asynccontextmanager
async def empty(_url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """Runs of a flow that does nothing, one after another: what Prefect itself costs for each batch."""
    from prefect import flow  # noqa: PLC0415 - Prefect reads its settings when it is imported, the engine sets them

    from ksbb.flows.embedded import embedded_prefect  # noqa: PLC0415

    async def nothing(items: list[str]) -> None:
        """No work."""

    with tempfile.TemporaryDirectory() as folder:
        async with embedded_prefect(Path(folder)) as prefect:
            doing = keeping_no_results(flow(name="nothing")(nothing))
            items = [new_id() for _ in range(BATCH)]

            async def run(_seconds: float) -> Sample:
                begun = perf_counter()
                for number in range(EMPTY_RUNS):
                    state = await prefect.run(doing, items, name=f"nothing {number}", tags=[], batch=new_id())
                    if not state.is_completed():
                        raise RuntimeError(f"an empty run ended {state.name}: {state.message}")
                return Sample(EMPTY_RUNS, perf_counter() - begun)

            yield run


if __name__ == "__main__":
    kind, address = sys.argv[1:]
    serve_async({"batches": batches, "empty": empty}[kind](address))
