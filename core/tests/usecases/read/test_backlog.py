"""The backlog is read by index, however much is done; traces are read by item."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text

from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.usecases.read.backlog import Backlog, read_backlog, read_traces

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A row of the outbox."""
    return {
        "id": f"item-{number:06}",
        "program_id": "pangan",
        "consumer": "assess",
        "stage": "submitted",
        "subject_id": "s",
        "event_id": "e",
        "status": "done",
        "attempts": 0,
        "available_at": NOW,
        "reason": "",
        "created_at": NOW,
        "trace": None,
        **changes,
    }


async def put(database: Database, *rows: dict[str, Any]) -> None:
    """Put rows into the outbox."""
    async with database.write() as connection:
        await connection.execute(tables.outbox.insert(), list(rows))


async def test_what_waits_by_program_consumer_and_status(database: Database) -> None:
    await put(
        database,
        row(1),
        row(2, status="pending", available_at=NOW - timedelta(minutes=3)),
        row(3, status="pending", available_at=NOW + timedelta(minutes=1)),
        row(4, status="parked"),
        row(5, status="dropped"),
        row(6, status="pending", program_id="umkm", consumer="lifecycle"),
    )
    async with database.read() as connection:
        found = await read_backlog(connection)
        of_umkm = await read_backlog(connection, "umkm")
    pangan = {"program_id": "pangan", "consumer": "assess"}
    assert found == [
        Backlog(**pangan, status="parked", items=1, oldest=NOW),
        Backlog(**pangan, status="pending", items=2, oldest=NOW - timedelta(minutes=3)),
        Backlog(program_id="umkm", consumer="lifecycle", status="pending", items=1, oldest=NOW),
    ]
    assert of_umkm == found[2:]
    assert [one.age(NOW - timedelta(minutes=1)) for one in found] == [0, 120, 0]


async def test_traces_each_once(database: Database) -> None:
    first, second = (f"00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333{number}-01" for number in (1, 2))
    await put(database, row(1, trace=second), row(2, trace=first), row(3, trace=first), row(4), row(5, trace="other"))
    async with database.read() as connection:
        assert await read_traces(connection, [f"item-{number:06}" for number in (1, 2, 3, 4)]) == [first, second]
        assert await read_traces(connection, []) == []


async def test_no_scan_of_what_is_done(database: Database) -> None:
    done = [row(number) for number in range(20_000)]
    for start in range(0, len(done), 2000):
        await put(database, *done[start : start + 2000])
    await put(database, row(20_001, status="pending"), row(20_002, status="parked"))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "outbox" in statement:
            assert not parameters
            statements.append(statement)

    async with database.write() as connection:
        await connection.execute(text("ANALYZE outbox"))
    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.read() as connection:
        assert [one.items for one in await read_backlog(connection)] == [1, 1]
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plan = str((await connection.execute(text(f"{explain} {statements[0]}"))).all())
    assert "ix_outbox_undone" in plan
    assert "Seq Scan" not in plan
    assert "SCAN outbox'" not in plan
