"""SIGTERM drains: whoever is being served gets an answer, nothing new is accepted, and no batch is left half-done."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ksbb.storage.tables import commitments
from ksbb.testing import Step, World

from . import audit
from .case import Case
from .client import Client
from .postgres import Postgres, postgres
from .processes import Running, Stage, answers, free_port, stage, until
from .report import Result
from .world import HOST, Seeded, opened, seed

_WAITING = 8
_LOAD = 16
_HELD_SECONDS = 1.5
_ENDS_WITHIN_SECONDS = 20
_BACKLOG = 150


async def run(rounds: int = 10) -> Result:
    """So many times: SIGTERM while requests wait for a lock and others pour in; then once in the middle of batches."""
    failures: list[str] = []
    tally: Counter[str] = Counter()
    seconds: list[float] = []
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "drain")
        seconds += [await _requests(on, seeded, number, tally, failures) for number in range(rounds)]
        seconds.append(await _batches(on, server, seeded, tally, failures))
        failures += audit.examine(await audit.read(seeded.url), HOST)
    return Result(
        "SIGTERM drains: no request cut, no batch half-done",
        {"rounds": rounds, **tally, "slowest end in seconds": round(max(seconds), 1)},
        failures,
    )


async def _requests(on: Stage, seeded: Seeded, number: int, tally: "Counter[str]", failures: list[str]) -> float:
    """One round with requests; the seconds from the signal to the end of the process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = on.serve(f"serve-{number}", seeded.url, port)
    await asyncio.to_thread(serve.wait_until_it_serves, url)
    async with Client(seeded, [url]) as client, opened(seeded) as world:
        driven = await world.drive(Step.DRAFTED)
        load = [asyncio.create_task(_pour(client)) for _ in range(_LOAD)]
        async with _lock(seeded, driven.commitment.id):
            slow = [
                asyncio.create_task(_slow(client, driven.commitment.id, driven.commitment.version))
                for _ in range(_WAITING)
            ]
            await asyncio.sleep(1)
            began = time.monotonic()
            serve.terminate()
            await asyncio.sleep(_HELD_SECONDS / 2)
            if await asyncio.to_thread(answers, url):
                failures.append("a new connection was accepted after SIGTERM")
            if not serve.runs:
                failures.append("the process ended while requests waited")
            await asyncio.sleep(_HELD_SECONDS / 2)
        outcomes = [str(one) for one in await asyncio.gather(*slow, return_exceptions=True)]
        served = [one for many in await asyncio.gather(*load) for one in many]
    code = await _ended(serve, failures)
    took = time.monotonic() - began
    if sorted(outcomes) != ["200", *["412"] * (_WAITING - 1)]:
        failures.append(f"requests that waited for a lock at SIGTERM were answered {sorted(outcomes)}")
    if code != 0:
        failures.append(f"exit code {code}: {serve.said()[-1500:]}")
    stored = {row["key"] for row in (await audit.read(seeded.url))["idempotency"]}
    answered = {key for key, answer in served if answer == "201"}
    unanswered = {key for key, answer in served if answer != "201"} & stored
    if unanswered or answered - stored:
        failures.append(f"{len(unanswered)} acts were done and not answered, {len(answered - stored)} not done")
    tally["requests that waited for a lock, answered"] += len(outcomes)
    tally["acts answered under load"] += len(answered)
    tally["connections refused after SIGTERM"] += len(served) - len(answered)
    return took


async def _pour(client: Client) -> list[tuple[str, str]]:
    """Draft until a connection is refused; key and answer of each attempt. Each attempt has a connection of its own, because an
    idle one that the server closes can't be told from one that is cut.
    """
    seen: list[tuple[str, str]] = []
    body = Case(client).body()
    while len(seen) < 1000:
        key = f"pour-{id(seen)}-{len(seen)}"
        try:
            response = await client.once("collaborator", "POST", "/commitments", body, key=key, alone=True)
        except httpx.TransportError as error:
            seen.append((key, type(error).__name__))
            return seen
        seen.append((key, str(response.status_code)))
    return seen


async def _slow(client: Client, commitment_id: str, version: int) -> int:
    response = await client.once(
        "collaborator",
        "POST",
        f"/commitments/{commitment_id}/withdraw",
        {"note": "berubah rencana"},
        version=version,
        alone=True,
    )
    return response.status_code


@asynccontextmanager
async def _lock(seeded: Seeded, commitment_id: str) -> AsyncIterator[None]:
    """Hold a commitment's row as another transaction would."""
    engine = create_async_engine(seeded.url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            query = select(commitments.c.id).where(commitments.c.id == commitment_id)
            await connection.execute(query.with_for_update())
            yield
    finally:
        await engine.dispose()


async def _batches(on: Stage, server: Postgres, seeded: Seeded, tally: "Counter[str]", failures: list[str]) -> float:
    """SIGTERM in the middle of a long backlog; then a second start works off what is left. The seconds of the first end."""
    async with opened(seeded) as world:
        await _fill(world)
    serve = on.serve("batches", seeded.url, free_port())
    name = seeded.url.rpartition("/")[2]

    def done() -> int:
        return int(server.run("SELECT count(*) FROM outbox WHERE status = 'done'", name=name))

    before = done()
    await asyncio.to_thread(until, "the first items are done", lambda: done() > before + 3, 120)
    began = time.monotonic()
    serve.terminate()
    code = await _ended(serve, failures)
    took = time.monotonic() - began
    if code != 0:
        failures.append(f"in the middle of a batch: exit code {code}: {serve.said()[-1500:]}")
    claimed = server.run(
        "SELECT count(*) FROM outbox WHERE status = 'pending' AND (claimed_until IS NOT NULL OR attempts > 0)",
        name=name,
    )
    if claimed != "0":
        failures.append(f"{claimed} items were left in the middle of a batch")
    tally["items done before the end"] += done() - before
    again = on.serve("batches", seeded.url, free_port())
    left = "SELECT count(*) FROM outbox WHERE status <> 'done'"
    tally["items left for the next start"] += int(server.run(left, name=name))
    await asyncio.to_thread(until, "the outbox is empty", lambda: server.run(left, name=name) == "0", 180)
    again.terminate()
    await _ended(again, failures)
    failures += audit.undone(await audit.read(seeded.url))
    return took


async def _fill(world: World) -> None:
    for _ in range(_BACKLOG):
        await world.drive(Step.SUBMITTED)


async def _ended(process: Running, failures: list[str]) -> int | None:
    with suppress(TimeoutError):
        return await asyncio.wait_for(asyncio.to_thread(process.wait, _ENDS_WITHIN_SECONDS + 5), _ENDS_WITHIN_SECONDS)
    failures.append(f"the process didn't end within {_ENDS_WITHIN_SECONDS} s of SIGTERM: {process.said()[-1500:]}")
    process.end()
    return None
