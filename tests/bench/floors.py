"""The floors: what a team gets that writes the bare transitions itself, without anything that the platform adds.

Run as `python -m tests.bench.floors (core|asyncpg|batch) URL`.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no types
import uuid_utils
from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from tests.bench.child import ACTOR, DATA, STATES, WORKERS, Crew, Sample, serve_async

BATCH = 500
_BATCHES_A_SECOND = 4
_FEWEST = 10

Json = JSON().with_variant(JSONB(), "postgresql")
metadata = MetaData()
cases = Table(
    "cases",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Json, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
history = Table(
    "history",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("actor", String(36), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("data", Json, nullable=False),
    UniqueConstraint("case_id", "sequence"),
)
outbox = Table(
    "work",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36), nullable=False),
    Column("status", String(20), nullable=False, index=True),
    Column("done_at", DateTime(timezone=True)),
)
assessments = Table(
    "assessments",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("findings", Json, nullable=False),
)


def new_id() -> str:
    """A UUIDv7."""
    return str(uuid_utils.uuid7())


def engine_of(url: str) -> AsyncEngine:
    """An engine with a connection per worker; SQLite as durable as PostgreSQL, with writers that take their lock at
    once.
    """
    engine = create_async_engine(url, pool_size=WORKERS, max_overflow=0)
    if make_url(url).get_backend_name() == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def connect(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine.sync_engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def make_tables(engine: AsyncEngine) -> None:
    """All tables of the floors."""
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


_LOCK = select(cases.c.version).where(cases.c.id == bindparam("case")).with_for_update()
_CHANGE = (
    update(cases)
    .where(cases.c.id == bindparam("case"))
    .values(state=bindparam("next_state"), version=bindparam("next"), changed_at=bindparam("at"))
)
_ADD = insert(cases)
_NOTE = insert(history)


async def transition(engine: AsyncEngine, case_id: str, state: str) -> None:
    """One transition as it is plainly written: lock, change, write history, commit.

    The statements are built once, as one does for those that run often.
    """
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        sequence = (await connection.execute(_LOCK, {"case": case_id})).scalar_one() + 1
        await connection.execute(_CHANGE, {"case": case_id, "next_state": state, "next": sequence, "at": now})
        await connection.execute(_NOTE, _noted(case_id, sequence, state, now))


async def create(engine: AsyncEngine) -> str:
    """The first transition: the case and its first history row."""
    now = datetime.now(UTC)
    case_id = new_id()
    async with engine.begin() as connection:
        await connection.execute(
            _ADD, {"id": case_id, "state": STATES[0], "version": 1, "data": DATA, "changed_at": now}
        )
        await connection.execute(_NOTE, _noted(case_id, 1, STATES[0], now))
    return case_id


def _noted(case_id: str, sequence: int, state: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "case_id": case_id,
        "sequence": sequence,
        "state": state,
        "actor": ACTOR,
        "at": at,
        "data": DATA,
    }


@asynccontextmanager
async def core(url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """SQLAlchemy Core: the practical floor."""
    engine = engine_of(url)
    await make_tables(engine)

    async def case() -> AsyncIterator[None]:
        case_id = await create(engine)
        yield
        for state in STATES[1:]:
            await transition(engine, case_id, state)
            yield

    yield Crew(case).run
    await engine.dispose()


_CREATE = """
WITH made AS (
  INSERT INTO cases (id, state, version, data, changed_at) VALUES ($1, $2, 1, $3, $4) RETURNING id, version
)
INSERT INTO history (id, case_id, sequence, state, actor, at, data) SELECT $5, id, version, $2, $6, $4, $3 FROM made
"""
_MOVE = """
WITH moved AS (
  UPDATE cases SET state = $2, version = version + 1, changed_at = $4 WHERE id = $1 RETURNING id, version
)
INSERT INTO history (id, case_id, sequence, state, actor, at, data) SELECT $5, id, version, $2, $6, $4, $3 FROM moved
"""


@asynccontextmanager
async def by_hand(url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """asyncpg with one statement a transition: as fast as Python and PostgreSQL go."""
    engine = engine_of(url)
    await make_tables(engine)
    await engine.dispose()
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    pool = await asyncpg.create_pool(plain, min_size=WORKERS, max_size=WORKERS)
    data = '{"program": "pangan", "quantity": 10, "note": "' + "x" * 180 + '"}'

    async def case() -> AsyncIterator[None]:
        case_id = new_id()
        for statement, state in zip((_CREATE, *[_MOVE] * (len(STATES) - 1)), STATES, strict=True):
            await pool.execute(statement, case_id, state, data, datetime.now(UTC), new_id(), ACTOR)
            yield

    yield Crew(case).run
    await pool.close()


def items_of(seconds: float) -> int:
    """How many items a round works off, for its nominal length: so many batches that the first and the last weigh little."""
    return max(int(_BATCHES_A_SECOND * BATCH * seconds), _FEWEST)


@asynccontextmanager
async def batch(url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """Machine steps in batches with SQLAlchemy Core: the durable effects of an assessment, and nothing else.

    A round works off `items_of` its seconds, however long that takes.
    """
    engine = engine_of(url)
    await make_tables(engine)

    async def run(seconds: float) -> Sample:
        await _fill(engine, items_of(seconds))
        begun = perf_counter()
        done = 0
        while items := await _work_off(engine):
            done += items
        return Sample(done, perf_counter() - begun)

    yield run
    await engine.dispose()


async def _fill(engine: AsyncEngine, count: int) -> None:
    now = datetime.now(UTC)
    ids = [new_id() for _ in range(count)]
    async with engine.begin() as connection:
        rows = [{"id": one, "state": "submitted", "version": 2, "data": DATA, "changed_at": now} for one in ids]
        await connection.execute(insert(cases), rows)
        await connection.execute(insert(outbox), [{"id": new_id(), "case_id": one, "status": "pending"} for one in ids])


async def _work_off(engine: AsyncEngine) -> int:
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        due = (
            select(outbox.c.id, cases.c.id.label("case_id"), cases.c.version)
            .join(cases, cases.c.id == outbox.c.case_id)
            .where(outbox.c.status == "pending")
            .order_by(outbox.c.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        rows = (await connection.execute(due)).all()
        if not rows:
            return 0
        await connection.execute(
            update(cases)
            .where(cases.c.id == bindparam("case"))
            .values(state="assessed", version=bindparam("next"), changed_at=now),
            [{"case": row.case_id, "next": row.version + 1} for row in rows],
        )
        await connection.execute(
            insert(assessments), [{"id": new_id(), "case_id": row.case_id, "at": now, "findings": []} for row in rows]
        )
        await connection.execute(
            insert(history),
            [
                {
                    "id": new_id(),
                    "case_id": row.case_id,
                    "sequence": row.version + 1,
                    "state": "assessed",
                    "actor": ACTOR,
                    "at": now,
                    "data": {"state": "passed", "findings": []},
                }
                for row in rows
            ],
        )
        await connection.execute(
            update(outbox).where(outbox.c.id == bindparam("item")).values(status="done", done_at=now),
            [{"item": row.id} for row in rows],
        )
    return len(rows)


if __name__ == "__main__":
    kind, address = sys.argv[1:]
    serve_async({"core": core, "asyncpg": by_hand, "batch": batch}[kind](address))
