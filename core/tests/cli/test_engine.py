"""`ksbb engine`: what waits, what is parked, and what the operator does about it."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.cli.engine import spoken
from ksbb.settings import load_settings
from ksbb.storage import tables
from ksbb.storage.database import Database

LONG_AGO = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
ROW: dict[str, Any] = {
    "program_id": "pangan",
    "consumer": "pangan-assess",
    "stage": "submitted",
    "subject_id": "commitment-1",
    "event_id": "event-1",
    "status": "parked",
    "attempts": 5,
    "available_at": LONG_AGO,
    "reason": "RuleFailed: halal",
    "created_at": LONG_AGO,
}


def put(*rows: dict[str, Any]) -> None:
    """Put rows into the outbox."""
    asyncio.run(_write(rows))


async def _write(rows: tuple[dict[str, Any], ...]) -> None:
    database = Database(load_settings().database_url, pool_size=0)
    async with database.write() as connection:
        await connection.execute(tables.outbox.insert(), [{**ROW, **row} for row in rows])
    await database.close()


def outbox() -> dict[str, tuple[str, int]]:
    """Status and attempts of every row, by its id."""
    return asyncio.run(_read())


async def _read() -> dict[str, tuple[str, int]]:
    table = tables.outbox
    database = Database(load_settings().database_url, pool_size=0)
    async with database.read() as connection:
        found = await connection.execute(select(table.c.id, table.c.status, table.c.attempts))
        rows = {row[0]: (row[1], row[2]) for row in found}
    await database.close()
    return rows


def test_nothing_to_do(ready: Any) -> None:
    assert ready("engine", "status").out == "Nothing waits, nothing is parked.\n"
    assert ready("engine", "status", "--json").out == "[]\n"
    assert ready("engine", "parked").out == "Nothing is parked.\n"
    assert ready("engine", "parked", "--json").out == "[]\n"
    for command in (("retry", "--all"), ("drop", "--all", "--reason", "test")):
        assert (ready("engine", *command).code, ready("engine", *command).out) == (0, "Nothing is parked.\n")


def test_status(ready: Any) -> None:
    now = datetime.now(UTC)
    put(
        {"id": "a"},
        {"id": "b", "status": "pending", "available_at": now - timedelta(hours=3, minutes=5)},
        {"id": "c", "status": "pending", "available_at": now},
        {"id": "d", "status": "done"},
        {
            "id": "e",
            "program_id": "umkm",
            "consumer": "lifecycle",
            "status": "pending",
            "available_at": now + timedelta(1),
        },
    )
    told = json.loads(ready("engine", "status", "--json").out)
    pangan = {"program_id": "pangan", "consumer": "pangan-assess"}
    assert [{**row, "oldest": None, "seconds": round(row["seconds"], -2)} for row in told][1:] == [
        {**pangan, "status": "pending", "items": 2, "oldest": None, "seconds": 11100},
        {"program_id": "umkm", "consumer": "lifecycle", "status": "pending", "items": 1, "oldest": None, "seconds": 0},
    ]
    assert told[0].items() >= {**pangan, "status": "parked", "items": 1, "oldest": "2026-03-01T08:30:00Z"}.items()
    said = ready("engine", "status").out
    lines = [re.sub(r"[│┃\s]+", " ", line).strip() for line in said.splitlines() if "│" in line or "┃" in line]
    assert lines[0] == "Program Flow Status Items Oldest due since"
    assert lines[2:] == ["pangan pangan-assess pending 2 3 h", "umkm lifecycle pending 1 not yet due"]
    assert said.endswith("next: ksbb engine parked\n")
    assert [row["program_id"] for row in json.loads(ready("engine", "status", "--program", "umkm", "--json").out)] == [
        "umkm"
    ]


def test_parked(ready: Any) -> None:
    put({"id": "a"}, {"id": "b", "program_id": "umkm", "created_at": LONG_AGO - timedelta(days=1), "attempts": 3})
    assert ready("engine", "parked").out == (
        "b  umkm pangan-assess, stage submitted, subject commitment-1\n"
        "    3 attempts since 2026-02-28 08:30 UTC: RuleFailed: halal\n"
        "a  pangan pangan-assess, stage submitted, subject commitment-1\n"
        "    5 attempts since 2026-03-01 08:30 UTC: RuleFailed: halal\n"
        "next: ksbb engine retry ID…, or ksbb engine drop ID… --reason …\n"
    )
    (only,) = json.loads(ready("engine", "parked", "--program", "pangan", "--json").out)
    assert only == {
        **{name: value for name, value in ROW.items() if not isinstance(value, datetime)},
        "id": "a",
        "available_at": "2026-03-01T08:30:00Z",
        "created_at": "2026-03-01T08:30:00Z",
    }


def test_retry_by_id(ready: Any) -> None:
    put({"id": "a"}, {"id": "b"})
    said = ready("engine", "retry", "a")
    assert (said.code, said.out) == (0, "a  pangan pangan-assess will be tried again\n")
    assert outbox() == {"a": ("pending", 0), "b": ("parked", 5)}
    again = ready("engine", "retry", "a", "b")
    assert (again.code, again.out) == (1, "")
    assert again.err == "Conflict with the present state:\n  this work is pending, not parked (/status)\n"
    assert outbox()["b"] == ("parked", 5)


def test_retry_all_of_a_program(ready: Any) -> None:
    put(*({"id": f"p{number:03}"} for number in range(230)), {"id": "u", "program_id": "umkm"})
    said = ready("engine", "retry", "--all", "--program", "pangan")
    assert len(said.out.splitlines()) == 230
    assert {status for work_id, (status, _) in outbox().items() if work_id != "u"} == {"pending"}
    assert outbox()["u"] == ("parked", 5)


def test_drop_keeps_the_reason_and_who_did_it(ready: Any) -> None:
    put({"id": "a"})
    missing = ready("engine", "drop", "a")
    assert (missing.code, "Missing option '--reason'" in missing.err) == (2, True)
    empty = ready("engine", "drop", "a", "--reason", " ")
    assert empty.code == 1
    assert outbox() == {"a": ("parked", 5)}
    said = ready("engine", "drop", "a", "--reason", "withdrawn")
    assert (said.code, said.out) == (0, "a  pangan pangan-assess is given up\n")
    assert outbox() == {"a": ("dropped", 5)}

    async def events() -> list[Any]:
        table = tables.events
        database = Database(load_settings().database_url, pool_size=0)
        async with database.read() as connection:
            query = select(table.c.kind, table.c.account_id, table.c.reason).where(table.c.stream == "work:a")
            found = [tuple(row) for row in await connection.execute(query)]
        await database.close()
        return found

    assert asyncio.run(events()) == [("work_dropped", "operator", "withdrawn")]


@pytest.mark.parametrize("arguments", [(), ("a", "--all"), ("a", "--program", "pangan")])
def test_which_work_must_be_clear(ready: Any, arguments: tuple[str, ...]) -> None:
    said = ready("engine", "retry", *arguments)
    assert said.code == 2
    assert "name the work by id (see `ksbb engine parked`), or --all, with --program for one program's." in said.err


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (5400, "2 h"), (86_400, "1 d"), (1e7, "116 d")]
)
def test_time_spans(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
