"""Prefect: a flow run for each case, in which the twelve transitions are made; its server beside it, as in `ksbb serve`.

Needs no environment of its own: the platform brings Prefect along.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

from tests.bench.child import STATES, WORKERS, Sample, serve_async
from tests.bench.floors import create, engine_of, make_tables, transition


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """Rounds of flow runs, as many at once as other contenders have cases under way; each begun one is finished."""
    from prefect import flow  # noqa: PLC0415 - Prefect reads its settings when it is imported, the engine sets them

    from ksbb.flows.embedded import embedded_prefect  # noqa: PLC0415

    engine = engine_of(url)
    await make_tables(engine)

    async def whole_life(items: list[str]) -> None:
        """One case."""
        case_id = await create(engine)
        for state in items:
            await transition(engine, case_id, state)

    with tempfile.TemporaryDirectory() as folder:
        async with embedded_prefect(Path(folder)) as prefect:
            living = flow(name="life")(whole_life)

            async def run(seconds: float) -> Sample:
                begun = perf_counter()
                done = 0

                async def work() -> None:
                    nonlocal done
                    while perf_counter() < begun + seconds:
                        state = await prefect.run(living, STATES[1:], name="life", tags=[])
                        if not state.is_completed():
                            raise RuntimeError(f"a run ended {state.name}: {state.message}")
                        done += len(STATES)

                await asyncio.gather(*(work() for _ in range(WORKERS)))
                return Sample(done, perf_counter() - begun)

            yield run
    await engine.dispose()


if __name__ == "__main__":
    serve_async(opened(sys.argv[1]))
