"""One running engine for all tests of the flows: Prefect takes seconds to start, and more in a fresh folder."""

import asyncio
import itertools
import json
import shutil
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import Table, select

import ksbb_ketenagakerjaan
import ksbb_pangan
import ksbb_pendidikan
import ksbb_permukiman
import ksbb_persampahan
import ksbb_umkm
from ksbb.cli.running import quiet_logs
from ksbb.flows.context import EngineContext
from ksbb.flows.embedded import embedded_prefect
from ksbb.flows.engine import Engine
from ksbb.program import (
    CommitmentView,
    LifecycleEvent,
    Program,
    ProgramFlow,
    ReportSection,
    ReportView,
    Rule,
    Stage,
    Text,
    hookimpl,
)
from ksbb.programs import ProgramHost, host_of
from ksbb.programs.loading import new_manager
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.testing import Driven, FakeClock, Step, World
from ksbb.testing.fixtures import _copy
from ksbb.usecases import commit
from ksbb.usecases.platform import Platform

PUBLIC_URL = "https://ksbb.example"
FLOW_SECONDS = 10
"""How long a run of a program's flow may take."""
UNLUCKY = 13
"""The quantity that the raising rule can't stand."""
FOREIGN = Path(__file__).parent / "foreign"
_NAME = Text("Contoh", "Example")


def _raise_on_unlucky(view: CommitmentView, _settings: Any) -> list[Any]:
    if view.lines[0].quantity == UNLUCKY:
        raise ZeroDivisionError("division by zero")
    return []


def troubled(program_id: str, entrypoint: str) -> Program:
    """The food program under another id, with another assessment."""
    assess = ProgramFlow(name="assess", entrypoint=entrypoint, title=_NAME, stage=Stage.SUBMITTED)
    return replace(ksbb_pangan.PROGRAM, id=program_id, flows=(assess,))


def _raises(_: ReportView) -> Iterator[tuple[Text, Text]]:
    yield _NAME, _NAME
    raise LookupError("no such table")


def _section(section_id: str, content: Callable[[ReportView], Any]) -> ReportSection:
    return ReportSection(id=section_id, title=Text(f"Bagian {section_id}", f"Section {section_id}"), content=content)


NEVER = threading.Event()
SECTIONS = (
    _section("raises", _raises),
    _section("never", lambda _: NEVER.wait()),
    _section("endless", lambda _: itertools.repeat((_NAME, _NAME))),
    _section("no_pairs", lambda _: ["text"]),
    _section("no_texts", lambda _: [("a", "b")]),
    _section("too_long", lambda _: [(_NAME, Text("x" * 501, "x"))]),
    _section("unprintable", lambda _: [(_NAME, Text("\ud800", "x"))]),
    _section("nothing", lambda _: None),
    _section("empty", lambda _: []),
    _section("sound", lambda view: [(_NAME, Text(f"{sum(view.handover.accepted.values())} paket", "packages"))]),
)
"""Sections of every kind of failure, and one that is sound."""

PROGRAMS = (
    replace(
        ksbb_pangan.PROGRAM,
        rules=(
            *ksbb_pangan.PROGRAM.rules,
            Rule(id="unlucky", title=_NAME, source="a test", codes=("unlucky",), check=_raise_on_unlucky),
        ),
    ),
    ksbb_pendidikan.PROGRAM,
    ksbb_umkm.PROGRAM,
    ksbb_permukiman.PROGRAM,
    ksbb_persampahan.PROGRAM,
    ksbb_ketenagakerjaan.PROGRAM,
    troubled("flaky", "troubled_flows:flaky"),
    troubled("crashing", "troubled_flows:crashing"),
    troubled("forgetful", "troubled_flows:forgetful"),
    troubled("waiting", "troubled_flows:waiting"),
    troubled("absent", "no_such_module:assess"),
    troubled("unfit", "troubled_flows:FAILURES"),
    replace(troubled("talkative", "ksbb_pangan.flows:assess"), report_sections=SECTIONS),
)


SETTINGS = {"pangan": {"expiry_watch_days": 365}}


class Raiser:
    """A listener that always fails."""

    @hookimpl
    def ksbb_lifecycle(self, event: LifecycleEvent) -> None:
        """Fails."""
        raise RuntimeError(f"can't hear {event.stage}")


@dataclass(eq=False)
class Diary:
    """A listener that notes what it is told, and whether another connection sees the event already."""

    database: Path
    told: list[tuple[LifecycleEvent, bool]] = field(default_factory=list)

    @hookimpl
    def ksbb_lifecycle(self, event: LifecycleEvent) -> None:
        """Note it."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            query = "SELECT count(*) FROM events WHERE stream = ? AND kind = ?"
            stream = f"commitment:{event.commitment_id}"
            seen = connection.execute(query, (stream, event.stage)).fetchone()[0]
        connection.close()
        self.told.append((event, bool(seen)))

    def about(self, driven: Driven) -> list[tuple[LifecycleEvent, bool]]:
        """What was told of a commitment."""
        return [(event, seen) for event, seen in self.told if event.commitment_id == driven.commitment.id]


@dataclass
class Rig:
    """The engine at work: over a world's database, with a clock to set and listeners that are told."""

    engine: Engine
    host: ProgramHost
    world: World
    clock: FakeClock
    data_dir: Path
    diary: Diary

    @property
    def database(self) -> Database:
        """The world's database."""
        return self.world.platform.database

    def lines(self, program_id: str, aid_type_id: str, quantity: int, **attributes: Any) -> list[commit.LineInput]:
        """One line with the attributes of the aid type's first example, but for the given ones."""
        aid_type = self.host.require(program_id).program.aid_type(aid_type_id)
        assert aid_type is not None
        given = {**aid_type.examples[0], **attributes}
        return [commit.LineInput(aid_type=aid_type_id, quantity=quantity, attributes=given)]

    async def submit(self, program_id: str, *, quantity: int = 10, **given: Any) -> Driven:
        """A commitment, submitted and not assessed."""
        lines = given.pop("lines", None) or self.world.lines(program_id, quantity=quantity)
        return await self.world.drive(Step.SUBMITTED, program_id=program_id, lines=lines, **given)

    async def submit_all(self, program_id: str, quantities: Sequence[int], **given: Any) -> list[Driven]:
        """Several commitments, submitted while the engine pauses, so that they reach it together."""
        async with self.pause():
            return [await self.submit(program_id, quantity=quantity, **given) for quantity in quantities]

    @property
    def foreign(self) -> Any:
        """The module of the flows at fault. Not imported at the top: Prefect must find its settings first."""
        return import_module("troubled_flows")

    def pause(self) -> "_Pause":
        """Keep the engine from taking work."""
        return _Pause(self.engine)

    async def on_engine(self, work: Any) -> Any:
        """Do asynchronous work in the engine's thread and context."""
        return await asyncio.wrap_future(self.engine._submit(work))

    async def rows(self, table: Table, **where: Any) -> list[dict[str, Any]]:
        """The rows of a table with these values, by their key."""
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        async with self.database.read() as connection:
            found = await connection.execute(query.order_by(*table.primary_key.columns))
            return [dict(row) for row in found.mappings()]

    async def work_of(self, driven: Driven, consumer: str) -> dict[str, Any]:
        """The outbox row of a commitment for a flow."""
        (row,) = await self.rows(tables.outbox, subject_id=driven.commitment.id, consumer=consumer)
        return row

    async def assessments_of(self, driven: Driven) -> list[dict[str, Any]]:
        """State and findings of all assessments of a commitment."""
        found = await self.rows(tables.assessments, commitment_id=driven.commitment.id)
        return [{"state": row["state"], "findings": row["findings"]} for row in found]

    async def follow_ups_of(self, driven: Driven) -> list[dict[str, Any]]:
        """Kind, day, owner and standing of a commitment's follow-ups, by day."""
        found = await self.rows(tables.follow_ups, commitment_id=driven.commitment.id)
        names = ("program_id", "kind", "due_on", "owner_role", "owner_party_id", "status")
        return sorted(({name: row[name] for name in names} for row in found), key=lambda row: row["due_on"])

    def runs(self, name: str) -> list[Mapping[str, Any]]:
        """Prefect's runs with a name."""
        return [run for run in runs_of(self.data_dir) if run["name"] == name]

    def runs_of_flow(self, flow: str) -> list[Mapping[str, Any]]:
        """Prefect's runs of a flow."""
        return [run for run in runs_of(self.data_dir) if run["flow"] == flow]


class _Pause:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._busy = engine._busy

    async def __aenter__(self) -> None:
        await asyncio.wrap_future(self._engine._submit(self._busy.acquire))

    async def __aexit__(self, *_: object) -> None:
        async def release() -> None:
            self._busy.release()

        await asyncio.wrap_future(self._engine._submit(release))


def runs_of(data_dir: Path) -> list[Mapping[str, Any]]:
    """What Prefect keeps of its runs: name, state, tags, message."""
    connection = sqlite3.connect(f"file:{data_dir / 'prefect' / 'prefect.db'}?mode=ro", uri=True)
    query = """
        SELECT run.name, flow.name, run.state_type, run.tags
        FROM flow_run AS run JOIN flow ON flow.id = run.flow_id ORDER BY run.created
    """
    found = connection.execute(query).fetchall()
    connection.close()
    return [{"name": row[0], "flow": row[1], "state": row[2], "tags": json.loads(row[3])} for row in found]


def heard_by(plugins: Mapping[str, object]) -> dict[str, Any]:
    """The life-cycle hooks of plugins, by name."""
    heard = {}
    for name, plugin in plugins.items():
        manager = new_manager()
        manager.register(plugin, name=name)
        heard[name] = manager.hook.ksbb_lifecycle
    return heard


@pytest.fixture(scope="session", autouse=True)
def _foreign_flows() -> Iterator[None]:
    sys.path.append(str(FOREIGN))
    yield
    sys.path.remove(str(FOREIGN))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    quiet_logs()
    yield
    # Other tests of the same process read what is logged
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def prefect_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which Prefect was once: a copy of it starts in half the time."""
    folder = tmp_path_factory.mktemp("prefect")

    async def once() -> None:
        async with embedded_prefect(folder):
            pass

    asyncio.run(once())
    return folder


@pytest.fixture
def runs_in() -> Callable[[Path], list[Mapping[str, Any]]]:
    """Reads what Prefect keeps of its runs in a data folder."""
    return runs_of


@pytest.fixture
def postgres_database(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of the test's own, with schema and areas."""
    yield from _copy(postgres_url, postgres_template)


@pytest.fixture
def data_dir(prefect_template: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return Path(shutil.copytree(prefect_template, tmp_path / "data"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rig(
    prefect_template: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Rig]:
    """The engine over a world on SQLite, with the six programs and some that are at fault."""
    data_dir = Path(shutil.copytree(prefect_template, tmp_path_factory.mktemp("rig") / "data"))
    file = data_dir / "ksbb.sqlite3"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite+aiosqlite:///{file}")
    diary, clock = Diary(file), FakeClock()
    host = host_of(PROGRAMS, SETTINGS, heard_by({"raiser": Raiser(), "diary": diary}))
    platform = Platform(database, host, clock)
    world = await World.seed(platform, clock)
    engine = Engine(
        EngineContext(platform=platform, host=host, public_url=PUBLIC_URL, flow_seconds=FLOW_SECONDS), data_dir
    )
    engine.start()
    await engine.ready()
    yield Rig(engine=engine, host=host, world=world, clock=clock, data_dir=data_dir, diary=diary)
    engine.stop()
    await database.close()
