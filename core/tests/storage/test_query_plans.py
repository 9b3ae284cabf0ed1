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
from tests.bench.filling import PROGRAMS, People, fill
from tests.bench.million import Asker, opened
from tests.bench.questions import look_up, questions

from ksbb.programs import ProgramHost
from ksbb.storage.database import Database
from ksbb.testing.databases import drop_database, make_database
from ksbb.usecases import commit

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
    "idempotency",
}
KNOWN = {
    **dict.fromkeys(
        ("partly allocated", "partly received", "partly handed over"),
        "degrees are derived from the lines: where few commitments have one, many lines are read",
    ),
    "not made up": "all that is filled in is made up; no real city has so many commitments and none of its own",
}
"""Questions of which it is known that they read a big table, and why."""


@dataclass
class Statements:
    """The statements that reach the database, with the values of their parameters, as its driver sends them."""

    sent: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def listen(self, database: Database) -> None:
        """Listen on all connections that the database will open: to SQLAlchemy, and to what is sent beneath it."""
        engine = database.engine.sync_engine

        @event.listens_for(engine, "before_cursor_execute")
        def execute(*call: Any) -> None:
            self.sent.append((call[2], tuple(call[3])))

        @event.listens_for(engine, "connect")
        def connect(connection: Any, _record: object) -> None:
            connection.driver_connection.add_query_logger(
                lambda query: self.sent.append((query.query, tuple(query.args)))
            )


@pytest.fixture(scope="module")
def filled(postgres_url: str, postgres_template: str, programs: ProgramHost) -> Iterator[tuple[str, People]]:
    """The URL of a filled database, and its people."""
    name = f"{postgres_template}_filled"
    url = asyncio.run(make_database(postgres_url, name, postgres_template))
    known = [programs.require(program).program for program in PROGRAMS]
    yield url, asyncio.run(fill(url, known, commitments=COMMITMENTS))
    asyncio.run(drop_database(postgres_url, name))


@pytest_asyncio.fixture
async def asker(filled: tuple[str, People]) -> AsyncIterator[Asker]:
    """The application over the filled database."""
    async with opened(filled[0]) as found:
        yield found


async def test_no_question_scans_a_big_table(asker: Asker, filled: tuple[str, People]) -> None:
    people = filled[1]
    statements = Statements()
    statements.listen(asker.platform.database)
    async with asker.platform.database.read() as connection:
        known = await look_up(connection, people)
    asked: dict[tuple[str, tuple[Any, ...]], str] = {}
    for question in questions(people, known):
        statements.sent.clear()
        answer = await asker.ask(question.who, question.paths[0])
        assert answer.status_code == 200, f"{question.name}: {answer.text}"
        assert statements.sent, f"{question.name}: nothing was asked of the database"
        for statement in statements.sent:
            asked.setdefault(statement, question.name)
    scans = [
        f"{name}: {scan}"
        for statement, name in asked.items()
        for scan in await _scans(asker.platform.database, statement)
    ]
    known_scans = [scan for scan in scans if scan.split(": ")[1] in KNOWN]
    assert not set(scans) - set(known_scans), "\n".join(scan for scan in scans if scan not in known_scans)
    assert {scan.split(": ")[1] for scan in known_scans} == set(KNOWN), "a known scan is gone: take it from the list"


async def test_no_act_scans_a_big_table(asker: Asker, filled: tuple[str, People]) -> None:
    """Drafting, submitting, withdrawing: counters, unique keys, the chain's last event, the outbox, the sums."""
    collaborator = filled[1].collaborator
    platform = asker.platform
    statements = Statements()
    statements.listen(platform.database)
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
    assert any("INSERT INTO commitments" in sql for sql, _ in sent)
    scans = [scan for statement in sent for scan in await _scans(platform.database, statement)]
    assert not scans, "\n".join(scans)


async def _scans(database: Database, statement: tuple[str, tuple[Any, ...]]) -> list[str]:
    """The big tables that a statement reads from end to end."""
    sql, values = statement
    if not sql.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
        return []
    return [
        f"{table} read from end to end by {sql}" for table in sorted(_scanned(await _plan(database, sql, values)) & BIG)
    ]


async def _plan(database: Database, sql: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """The plan of a statement with its values, as the server makes it."""
    async with database.read() as connection:
        beneath: Any = (await connection.get_raw_connection()).driver_connection
        found = await beneath.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *values)
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def _scanned(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan reads from end to end."""
    own = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return own.union(*(_scanned(part) for part in plan.get("Plans", ())))
