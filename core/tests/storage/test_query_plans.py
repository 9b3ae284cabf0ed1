"""No question reads a big table from end to end: the plans of the statements that are really sent, on a filled PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event
from tests.bench.crowd import hosted
from tests.bench.filling import PROGRAMS, People, fill
from tests.bench.million import Asker, opened
from tests.bench.questions import look_up, questions

from ksbb.domain.rights import SYSTEM
from ksbb.flows.claims import Claims
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.storage.prepared import PostgresDriver
from ksbb.testing.databases import drop_database, make_database
from ksbb.usecases import commit
from ksbb.usecases.read.backlog import read_backlog

COMMITMENTS = 20_000
BIG = {
    "commitments",
    "commitment_lines",
    "events",
    "outbox",
    "allocations",
    "dispatches",
    "handovers",
    "statistics_daily",
    "statistics_folded",
    "idempotency",
    "follow_ups",
}
Statement = tuple[str, str, tuple[Any, ...]]
"""The settings of its transaction, the SQL, and the values of its parameters."""


@dataclass
class Statements:
    """The statements that reach the database, as its driver sends them."""

    sent: list[Statement] = field(default_factory=list)
    _settings: str = ""

    def listen(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        """Listen on all connections that the database will open: to SQLAlchemy, and to what is sent beneath it."""
        engine = database.engine.sync_engine
        send = PostgresDriver._execute

        async def command(driver: PostgresDriver, sql: str) -> str:
            self._settings = sql.removeprefix("BEGIN; ") if sql.startswith("BEGIN") else ""
            return await send(driver, sql)

        monkeypatch.setattr(PostgresDriver, "_execute", command)

        @event.listens_for(engine, "before_cursor_execute")
        def execute(*call: Any) -> None:
            self._hear(call[2], tuple(call[3]))

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _record: object) -> None:
            connection.driver_connection.add_query_logger(lambda query: self._hear(query.query, tuple(query.args)))

    def _hear(self, sql: str, values: tuple[Any, ...]) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            # Lists, as parameters are, can't be told apart by a hash
            frozen = tuple(tuple(value) if isinstance(value, list) else value for value in values)
            self.sent.append((self._settings, sql, frozen))


@pytest.fixture(scope="module")
def filled(
    postgres_url: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, People]]:
    """The URL of a filled database, and its people."""
    name = f"{postgres_template}_filled"
    url = asyncio.run(make_database(postgres_url, name, postgres_template))
    host = hosted(tmp_path_factory.mktemp("programs"))
    known = [host.require(program).program for program in PROGRAMS]
    yield url, asyncio.run(fill(url, known, commitments=COMMITMENTS))
    asyncio.run(drop_database(postgres_url, name))


@pytest_asyncio.fixture
async def asker(filled: tuple[str, People]) -> AsyncIterator[Asker]:
    """The application over the filled database."""
    async with opened(filled[0]) as found:
        yield found


async def test_no_question_scans_a_big_table(
    asker: Asker, filled: tuple[str, People], monkeypatch: pytest.MonkeyPatch
) -> None:
    people = filled[1]
    statements = Statements()
    statements.listen(asker.platform.database, monkeypatch)
    async with asker.platform.database.read() as connection:
        known = await look_up(connection, people)
    asked: dict[Statement, str] = {}
    for question in questions(people, known):
        statements.sent.clear()
        answer = await asker.ask(question.who, question.paths[0])
        assert answer.status_code == 200, f"{question.name}: {answer.text}"
        assert statements.sent, f"{question.name}: nothing was asked of the database"
        for statement in statements.sent:
            asked.setdefault(statement, question.name)
    assert any("force_custom_plan" in settings for settings, _, _ in asked)
    scans = [
        f"{name}: {scan}"
        for statement, name in asked.items()
        for scan in await _scans(asker.platform.database, statement)
    ]
    assert not scans, "\n".join(scans)


async def test_no_act_scans_a_big_table(
    asker: Asker, filled: tuple[str, People], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drafting, submitting, withdrawing: counters, unique keys, the chain's last event, the outbox, the sums."""
    collaborator = filled[1].collaborator
    platform = asker.platform
    statements = Statements()
    statements.listen(platform.database, monkeypatch)
    aid_type = platform.programs.require("pangan").program.aid_types[0]
    async with platform.desk(collaborator) as desk:
        lines = [commit.LineInput(aid_type=aid_type.id, quantity=10, attributes=dict(aid_type.examples[0]))]
        day = desk.today + timedelta(days=30)
        given = commit.CommitmentInput(program_id="pangan", lines=lines, planned_handover_on=day)
        made = await commit.draft(desk, given)
    async with platform.desk(collaborator) as desk:
        made = await commit.submit(desk, made.id, expected_version=made.version)
    async with platform.desk(collaborator) as desk:
        await commit.withdraw(desk, made.id, reason="", expected_version=made.version)
    sent = list(dict.fromkeys(statements.sent))
    assert any("INSERT INTO commitments" in sql for _, sql, _ in sent)
    scans = [scan for statement in sent for scan in await _scans(platform.database, statement)]
    assert not scans, "\n".join(scans)


async def test_no_step_of_the_engine_scans_a_big_table(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has work, what is due, claims and their ends, what waits: among all that was done ever since, only what is not."""
    platform = asker.platform
    statements = Statements()
    statements.listen(platform.database, monkeypatch)
    async with platform.database.write() as connection:
        due = tables.outbox.update().where(tables.outbox.c.status == "pending")
        found = (await connection.execute(due.values(available_at=platform.clock.now()))).rowcount
    assert found > 100
    statements.sent.clear()
    claims = Claims(platform, size=5, lease=timedelta(seconds=-1))
    ((program_id, consumer), *_) = await claims.consumers()
    (batch,) = await claims.take(program_id, consumer, begun=False)
    begun = await claims.begin(batch.id, batch.items)
    assert begun is not None
    await claims.extend(begun)
    assert await claims.left(begun) == list(batch.items)
    assert await claims.held([batch.id]) == {batch.id}
    await claims.give_back(begun)
    (waiting,) = await claims.take(program_id, consumer, begun=False)
    await claims.postpone(waiting)
    assert [one.id for one in (await claims.expired()).waiting] == [waiting.id]
    (lost,) = await claims.take(program_id, consumer, begun=True)
    assert lost.id in (await claims.expired()).lost
    await claims.end_all()
    async with platform.reading_desk(SYSTEM) as desk:
        assert await read_backlog(desk.unit.connection)
    sent = list(dict.fromkeys(statements.sent))
    assert sum("outbox" in sql for _, sql, _ in sent) > 12
    scans = [scan for statement in sent for scan in await _scans(platform.database, statement)]
    assert not scans, "\n".join(scans)


async def _scans(database: Database, statement: Statement) -> list[str]:
    """The big tables that a statement reads from end to end, be it planned for its values or for all values."""
    settings, sql, _ = statement
    plans = {"": await _plan(database, statement)}
    if "force_custom_plan" not in settings:
        plans[", planned for all values,"] = await _generic_plan(database, sql)
    return [
        f"{table}{way} read from end to end by {sql}"
        for way, plan in plans.items()
        for table in sorted(_scanned(plan) & BIG)
    ]


async def _plan(database: Database, statement: Statement) -> dict[str, Any]:
    """The plan of a statement with its settings and values, as the server makes it."""
    settings, sql, values = statement
    async with database.read() as connection:
        beneath: Any = (await connection.get_raw_connection()).driver_connection
        await beneath.execute(f"BEGIN; {settings}")
        found = await beneath.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *values)
        await beneath.execute("ROLLBACK")
    return _read(found)


async def _generic_plan(database: Database, sql: str) -> dict[str, Any]:
    """The plan that a prepared statement has once the server has planned it for all values."""
    async with database.read() as connection:
        beneath: Any = (await connection.get_raw_connection()).driver_connection
        await beneath.execute(f"BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}")
        places = len((await beneath.prepare(sql)).get_parameters())
        values = f"({', '.join(['NULL'] * places)})" if places else ""
        found = await beneath.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{values}")
        await beneath.execute("DEALLOCATE asked; ROLLBACK")
    return _read(found)


def _read(found: Any) -> dict[str, Any]:
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def _scanned(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from end to end."""
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(_scanned(part) for part in plan.get("Plans", ())))
