"""The benches: who stands against whom, and which bars count."""

import asyncio
import itertools
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tests.bench.allocation import measured_all
from tests.bench.child import STATES
from tests.bench.contest import Contender, Part, Standing, hold, python
from tests.bench.crowd import hosted, set_password
from tests.bench.filling import People, fill
from tests.bench.floors import BATCH
from tests.bench.many import COUNTS
from tests.bench.million import Row, measure
from tests.bench.report import Bar, Outcome, ratio
from tests.bench.start import imported, measured, serving_with

from ksbb.settings import PROGRAM_IDS
from ksbb.testing.databases import make_database, prepare

CORE = "SQLAlchemy Core"
OURS = "ksbb"
PEERS = {
    "django-fsm": ("django_fsm_lives", 1),
    "SpiffWorkflow": ("spiff_lives", 0),
    "Viewflow": ("viewflow_lives", 4),
    "DBOS": ("dbos_lives", 0),
    "Prefect, a run per case": ("prefect_lives", 25),
}
"""Name → the script in `peers`, and how many times its rate ours must be; 0 for no bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured, where: `postgres` is a durable server's URL, `folder` an empty one."""

    postgres: str
    folder: Path
    rounds: int
    seconds: float
    peers: bool
    commitments: int
    types: int
    curve: bool
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def database(self) -> str:
        """The URL of a new, empty PostgreSQL database."""
        return asyncio.run(make_database(self.postgres, f"bench_{next(self.numbers)}"))

    def sqlite(self) -> str:
        """The URL of a new, empty SQLite database."""
        return f"sqlite+aiosqlite:///{self.folder / f'bench-{next(self.numbers)}.sqlite3'}"

    def hold(self, contenders: Sequence[Contender]) -> list[Standing]:
        """Measure the contenders against each other."""
        return hold(contenders, rounds=self.rounds, seconds=self.seconds)


def life(plan: Plan) -> Outcome:
    """The whole life of a case: twelve durable transitions by single acts."""
    contenders = [
        Contender(name=CORE, part=Part.FLOOR, command=python("tests.bench.floors", "core", plan.database())),
        Contender(name=OURS, part=Part.OURS, command=python("tests.bench.ours", plan.database())),
        Contender(
            name="asyncpg by hand",
            part=Part.ORIENTATION,
            command=python("tests.bench.floors", "asyncpg", plan.database()),
            note="one statement a transition",
        ),
    ]
    if plan.peers:
        contenders += [_peer(plan, name) for name in PEERS]
    standings = plan.hold(contenders)
    bars = [Bar(text=f"ksbb ÷ {CORE} ≥ 0.6", figure=ratio(standings, OURS, CORE), limit=0.6)]
    if plan.peers:
        bars += [
            Bar(
                text=f"ksbb ÷ {name} {'>' if at_least == 1 else '≥'} {at_least}",
                figure=ratio(standings, OURS, name),
                limit=at_least,
            )
            for name, (_, at_least) in PEERS.items()
            if at_least
        ]
    return Outcome(
        title="Whole life of a case, PostgreSQL",
        unit="cases/s",
        scale=len(STATES),
        standings=standings,
        bars=bars,
    )


def _peer(plan: Plan, name: str) -> Contender:
    module, _ = PEERS[name]
    if module == "prefect_lives":
        command = python(f"tests.bench.peers.{module}", plan.database())
    else:
        script = str(Path(__file__).with_name("peers") / f"{module}.py")
        uv = shutil.which("uv") or "uv"
        command = [uv, "run", "--quiet", "--python", sys.executable, "--script", script, plan.database()]
    return Contender(name=name, part=Part.PEER, command=command)


def sqlite(plan: Plan) -> Outcome:
    """The same on SQLite."""
    standings = plan.hold(
        [
            Contender(name=CORE, part=Part.FLOOR, command=python("tests.bench.floors", "core", plan.sqlite())),
            Contender(name=OURS, part=Part.OURS, command=python("tests.bench.ours", plan.sqlite())),
        ]
    )
    bars = [Bar(text=f"ksbb ÷ {CORE} ≥ 0.5", figure=ratio(standings, OURS, CORE), limit=0.5)]
    return Outcome(
        title="Whole life of a case, SQLite", unit="cases/s", scale=len(STATES), standings=standings, bars=bars
    )


def batch(plan: Plan) -> Outcome:
    """Machine steps in batches of 500: the assessment of submitted commitments."""
    empty = "an empty Prefect run"
    standings = plan.hold(
        [
            Contender(name=CORE, part=Part.FLOOR, command=python("tests.bench.floors", "batch", plan.database())),
            Contender(
                name=OURS, part=Part.OURS, command=python("tests.bench.machine_steps", "batches", plan.database())
            ),
            Contender(name=empty, part=Part.ORIENTATION, command=python("tests.bench.machine_steps", "empty", "-")),
        ]
    )
    rates = {one.name: one.rate for one in standings}
    run = 1000 / rates[empty]
    work = 1000 * BATCH / rates[OURS]
    return Outcome(
        title=f"Machine steps in batches of {BATCH}, PostgreSQL",
        unit="items/s",
        standings=standings,
        bars=[Bar(text=f"ksbb ÷ {CORE} ≥ 0.5", figure=ratio(standings, OURS, CORE), limit=0.5)],
        notes=[f"{empty} takes {run:,.0f} ms (its rate is runs/s); ksbb takes {work:,.0f} ms for {BATCH} items"],
    )


def http(plan: Plan) -> Outcome:
    """The intake of a commitment over HTTP: checked by JSON Schema, durable."""
    bare, compiled = "Litestar + Core, jsonschema", "Litestar + Core, jsonschema-rs"
    standings = plan.hold(
        [
            Contender(name=bare, part=Part.FLOOR, command=_intake(plan, "jsonschema")),
            Contender(name=OURS, part=Part.OURS, command=_intake(plan, "ksbb")),
            Contender(name=compiled, part=Part.ORIENTATION, command=_intake(plan, "jsonschema_rs")),
        ]
    )
    ours = next(one for one in standings if one.name == OURS)
    bars = [
        Bar(text=f"ksbb ÷ {bare} ≥ 0.5", figure=ratio(standings, OURS, bare), limit=0.5),
        Bar(text=f"ksbb ÷ {compiled} ≥ 0.5", figure=ratio(standings, OURS, compiled), limit=0.5),
        Bar(
            text="p99 ÷ p50 of ksbb ≤ 5", figure=ours.figures["p99_ms"] / ours.figures["p50_ms"], limit=5, at_most=True
        ),
    ]
    return Outcome(title="HTTP intake, PostgreSQL, one worker", unit="requests/s", standings=standings, bars=bars)


def start(plan: Plan) -> Outcome:
    """How soon the commands are there."""
    standings = measured(plan.folder, plan.rounds)
    seconds = {count: _seconds(standings, serving_with(count)) for count in COUNTS}
    usual, most = len(PROGRAM_IDS), max(COUNTS)
    heavy = {what: imported(what) for what in ("request", "help")}
    return Outcome(
        title="Start, embedded",
        unit="per second",
        standings=standings,
        bars=[
            Bar(text="seconds of ksbb serve until ready ≤ 3", figure=seconds[usual], limit=3, at_most=True),
            Bar(
                text=f"seconds with {most} programs ÷ with {usual} ≤ 2",
                figure=seconds[most] / seconds[usual],
                limit=2,
                at_most=True,
            ),
            *(
                Bar(text=f"heavy modules after a {what} = 0", figure=len(found), limit=0, at_most=True)
                for what, found in heavy.items()
            ),
        ],
        notes=[f"imported by a {what}: {', '.join(found)}" for what, found in heavy.items() if found],
    )


def _seconds(standings: Sequence[Standing], name: str) -> float:
    return next(one for one in standings if one.name == name).figures["seconds"]


def _intake(plan: Plan, kind: str) -> list[str]:
    return python("tests.bench.intake", kind, plan.database())


def million(plan: Plan) -> Outcome:
    """Reading and intake with a full database, against intake with a small one."""
    few = 1_000
    questions: list[Row] = []
    contenders: list[Contender] = []
    for count in (min(few, plan.commitments), plan.commitments):
        name = f"ksbb, {count:,} commitments"
        url = plan.database()
        people, rows = asyncio.run(_filled(plan, url, count, ask=count == plan.commitments))
        questions += rows
        account, aggregator = people.collaborator.account_id, people.aggregator.party_id or ""
        part = Part.OURS if count == plan.commitments else Part.FLOOR
        contenders.append(
            Contender(name=name, part=part, command=python("tests.bench.intake", "ksbb", url, aggregator, account))
        )
    standings = plan.hold(contenders)
    small, large = (one.name for one in contenders)
    slowest = max(questions, key=lambda row: row.p95)
    return Outcome(
        title=f"HTTP intake and reading at {plan.commitments:,} commitments, PostgreSQL",
        unit="requests/s",
        standings=standings,
        bars=[
            Bar(text=f"{large} ÷ {small} ≥ 0.9", figure=ratio(standings, large, small), limit=0.9),
            Bar(text=f"slowest p95 in ms ({slowest.name}) ≤ 50", figure=slowest.p95 * 1000, limit=50, at_most=True),
        ],
        notes=[
            f"{row.name}: p50 {row.p50 * 1000:.1f} ms, p95 {row.p95 * 1000:.1f} ms"
            + (f", answered {row.status}" if row.status >= 400 else "")
            for row in questions
        ],
    )


async def _filled(plan: Plan, url: str, count: int, *, ask: bool) -> tuple[People, list[Row]]:
    await prepare(url)
    host = hosted(plan.folder)
    people = await fill(url, [active.program for active in host.active()], commitments=count)
    rows = await measure(url, people, plan.rounds * 10) if ask else []
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await set_password(connection, people.collaborator.account_id)
    await engine.dispose()
    return people, rows


def allocation(plan: Plan) -> Outcome:
    """Sharing aid out: how near to the optimum, how fast, against what people do by hand."""
    return measured_all(plan.types, curve=plan.curve)


BENCHES: dict[str, Callable[[Plan], Outcome]] = {
    "life": life,
    "batch": batch,
    "http": http,
    "sqlite": sqlite,
    "start": start,
    "million": million,
    "allocation": allocation,
}
