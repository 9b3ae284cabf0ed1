"""`python -m tests.e2e.replay_through_servers`: the published history through two API processes and two workers on PostgreSQL.

Every act of every commitment is an HTTP request to one of the two, every machine step a run of Prefect on one of the workers, and
some of them are killed on the way. Registers, parties and accounts are set up beforehand, as an operator does on the machine.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date

import click
from pydantic import SecretStr
from sqlalchemy import func, select

from ksbb.app import Runtime, compose
from ksbb.cli.replay.dataset import PROGRAMS, Dataset, build
from ksbb.cli.replay.figures import FIGURES
from ksbb.cli.replay.run import Flows, Replay, instant
from ksbb.cli.running import quiet_logs
from ksbb.domain.rights import SYSTEM
from ksbb.settings import EngineMode, EngineSettings, Settings
from ksbb.storage import migrate, tables
from ksbb.storage.database import Database
from ksbb.testing.databases import make_database

from ..faults import audit
from ..faults.postgres import postgres
from ..faults.processes import SECRET, stage
from ..faults.report import Result
from .crew import APIS, MACHINES, Crew
from .http_acts import ActsOverHttp
from .mishaps import Mishaps
from .shared_clock import SharedClock

AT_ONCE = 6
"""On how many commitments people act at the same time."""
_START_SECONDS = 180.0
_STAGE_SECONDS = 900.0
_FIRST_DAY = date(2020, 4, 1)
Say = Callable[[str], None]


@click.command()
@click.option("--program", "programs", multiple=True, type=click.Choice(list(PROGRAMS)), help="Default: all programs.")
@click.option("--kills", type=click.IntRange(min=1), default=1, show_default=True, help="Of APIs, and of workers.")
def main(programs: tuple[str, ...], kills: int) -> None:
    """Replay through servers, kill some of them, compare every figure. Ends with 1 when anything differs."""
    quiet_logs()
    began = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"{time.monotonic() - began:6.1f} s  {text}", err=True)

    result = asyncio.run(run(programs or tuple(PROGRAMS), kills, say))
    result.show()
    sys.exit(bool(result.failures))


async def run(programs: Sequence[str], kills: int, say: Say) -> Result:
    """The replay of these programs with so many kills of API processes and as many of workers."""
    dataset = build(*programs)
    with stage() as on, postgres() as server:
        crew = Crew(on, server, await make_database(server.url(), "ksbb"))
        clock = SharedClock(crew.clock_file)
        clock.set(instant(_FIRST_DAY, 9))
        say("starting Prefect's server, two APIs, a dispatcher, two workers")
        async with _started(crew, clock) as runtime:
            acts = ActsOverHttp(tuple(crew.addresses.values()), runtime.platform)
            mishaps = Mishaps(crew, acts, runtime.platform, say)
            try:
                seconds = await _replay(runtime, acts, Days(crew, runtime.engine, clock), dataset, mishaps, kills)
            finally:
                await acts.close_connections()
            say("comparing figures, examining the record")
            figures, wrong = await _figures(runtime, programs)
            failures = wrong + await _examine(runtime, crew.url, acts, mishaps)
            expected = await _expected_acts(runtime, dataset)
        runs = server.run("SELECT state_type, count(*) FROM flow_run GROUP BY 1 ORDER BY 1", name="prefect")
    if len(mishaps.told) != 2 * kills:
        failures.append(f"{len(mishaps.told)} kills, expected {2 * kills}: the replay ended before")
    if acts.done != expected:
        failures.append(f"{acts.done} acts were acknowledged, expected {expected}")
    counted = {
        **figures,
        "figures equal": f"{len(figures) - len(wrong)} of {len(figures)}",
        "commitments": len(dataset.plans),
        "acts over HTTP": f"{acts.done} in {seconds:.0f} s ({acts.done / seconds:.1f}/s, flows and documents included)",
        "killed": f"{len(mishaps.told)}: {'; '.join(mishaps.told)}",
        "requests cut": mishaps.cut,
        "attempts without an answer": dict(acts.troubles),
        "answers told again": acts.told_again,
        "items of killed workers": len(mishaps.lost),
        "runs of Prefect": runs.replace("\n", ", "),
    }
    return Result("the replay comes out equal through servers that are killed on the way", counted, failures)


async def _replay(
    runtime: Runtime, acts: ActsOverHttp, days: "Days", dataset: Dataset, mishaps: Mishaps, kills: int
) -> float:
    """The replay, and what befalls the servers meanwhile; seconds from the first act to the last work done."""
    began = time.monotonic()

    def set_up(_passwords: dict[str, str]) -> None:
        nonlocal began
        began = time.monotonic()

    replay = Replay(
        platform=runtime.platform,
        acts=acts,
        flows=days,
        calendar=days,
        report=lambda what, done, total: mishaps.say(f"{what} ({done}/{total} commitments, {acts.done} acts)"),
        keep_passwords=set_up,
        at_once=AT_ONCE,
    )
    # A kill somewhere in each part, so that they are spread over the replay: an API first, then a worker, and so on
    part = _planned_acts(dataset) // (2 * kills + 1)
    befalling = asyncio.gather(
        mishaps.befall_apis([part * (2 * number + 1) for number in range(kills)]),
        mishaps.befall_workers([part * (2 * number + 2) - part // 2 for number in range(kills)]),
    )
    try:
        await replay.run(dataset)
        return time.monotonic() - began
    finally:
        befalling.cancel()
        with suppress(asyncio.CancelledError):
            await befalling


def _planned_acts(dataset: Dataset) -> int:
    """How many acts of people the plans would need if each allocation were made by hand."""
    return _acts_on_commitments(dataset) + 5 * sum(len(plan.drops) for plan in dataset.plans)


def _acts_on_commitments(dataset: Dataset) -> int:
    return sum(5 + (plan.receipts - 1) + 3 * bool(plan.first_attempt) + bool(plan.cancelled) for plan in dataset.plans)


async def _expected_acts(runtime: Runtime, dataset: Dataset) -> int:
    """How many acts there were: for each allocation itself, dispatch, record, evidence and confirmation."""
    async with runtime.platform.reading_desk(SYSTEM) as desk:
        query = select(func.count()).select_from(tables.allocations)
        made: int = (await desk.unit.connection.execute(query)).scalar_one()
    return _acts_on_commitments(dataset) + 5 * made


@dataclass(frozen=True, slots=True)
class Days:
    """Time passes when all work is done: a claim's lease doesn't outlast days."""

    crew: Crew
    engine: Flows
    clock: SharedClock

    async def ready(self) -> None:
        """As `Flows.ready`."""
        await self.engine.ready()

    async def drain(self) -> int:
        """As `Flows.drain`. Raises TimeoutError when the work doesn't end, AssertionError when a process did that nobody killed."""
        async with asyncio.timeout(_STAGE_SECONDS):
            drained = asyncio.create_task(self.engine.drain())
            while not drained.done():
                await asyncio.wait({drained}, timeout=1)
                ended = [name for name, process in self.crew.running.items() if not process.runs]
                assert not ended, f"ended by themselves: {ended}"
            return drained.result()

    async def go(self, day: date, hour: int = 9) -> None:
        """As `Calendar.go`."""
        await self.drain()
        self.clock.set(instant(day, hour))


@asynccontextmanager
async def _started(crew: Crew, clock: SharedClock) -> AsyncIterator[Runtime]:
    """All processes, and a runtime in this one by the same clock, to set up and to look."""
    database = Database(crew.url, pool_size=0)
    await migrate.upgrade(database)
    await database.close()
    # The APIs start meanwhile: they don't ask for Prefect
    crew.start(*APIS)
    await asyncio.to_thread(crew.prepare)
    crew.start(*MACHINES)
    for name, address in crew.addresses.items():
        await asyncio.to_thread(crew.running[name].wait_until_it_serves, address, _START_SECONDS)
    settings = Settings(
        data_dir=crew.stage.data("replay"),
        database_url=crew.url,
        database_pool_size=AT_ONCE + 2,
        secret=SecretStr(SECRET),
        engine=EngineSettings(mode=EngineMode.SERVER, prefect_api_url=crew.settings["KSBB_ENGINE__PREFECT_API_URL"]),
    )
    runtime = compose(settings, clock)
    try:
        yield runtime
    except BaseException:
        for name, process in crew.running.items():
            click.echo(f"--- {name}, {'running' if process.runs else 'ended'}:\n{process.said()[-1500:]}", err=True)
        raise
    finally:
        await runtime.platform.database.close()


async def _figures(runtime: Runtime, programs: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Every published figure of the programs, and which differ."""
    told, wrong = {}, []
    async with runtime.platform.database.read() as connection:
        for figure in FIGURES:
            if figure.program in programs:
                found = await figure.replayed(connection)
                told[f"{figure.name.en}, {figure.unit}"] = f"published {figure.published:,}, replayed {found:,}"
                if found != figure.published:
                    wrong.append(f"{figure.name.en}: published {figure.published}, replayed {found}")
    return told, wrong


async def _examine(runtime: Runtime, url: str, acts: ActsOverHttp, mishaps: Mishaps) -> list[str]:
    """What differs in the record: chains, projections, outbox, acknowledged acts, reports, items of killed workers."""
    found = await audit.read(url)
    told = Counter((act.commitment_id, act.version, act.kind, act.account_id) for act in acts.acknowledged)
    kept = Counter(
        (row["stream"].partition(":")[2], row["sequence"], row["kind"], row["account_id"])
        for row in found["events"]
        if row["stream"].startswith("commitment:") and row["account_id"] != SYSTEM.account_id
    )
    outbox = {row["id"]: row for row in found["outbox"]}
    kept_on = [item for item in mishaps.lost if outbox[item]["losses"] == 0]
    confirmed = [row["id"] for row in found["handovers"] if row["status"] == "confirmed"]
    report, file = tables.reports, tables.files
    async with runtime.platform.reading_desk(SYSTEM) as desk:
        query = select(report.c.handover_id).join(file, file.c.sha256 == report.c.file_sha256)
        is_pdf = (file.c.media_type == "application/pdf", func.substr(file.c.content, 1, 5) == b"%PDF-")
        printed = set((await desk.unit.connection.execute(query.where(*is_pdf))).scalars())
    return [
        *audit.examine(found, runtime.host),
        *audit.undone(found),
        *(f"acknowledged, but not in the ledger: {act}" for act in (told - kept)),
        *(f"in the ledger, but not acknowledged: {act}" for act in (kept - told)),
        *(f"confirmed, but without a report as PDF: {handover}" for handover in set(confirmed) - printed),
        *(f"an item of a killed worker that nobody lost: {item}" for item in kept_on),
    ]


if __name__ == "__main__":
    main()
