"""A database that is full, read-only or half upgraded: said in words, and nothing is half done."""

from typing import Any

import pytest
from sqlalchemy import event, select, text

from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.telemetry import metrics
from ksbb.testing import Step, World

RW = {"kind": "rw", "area_code": "31.71.06.1002", "households": 120}


def unavailable(code: str, message: str, path: str) -> dict[str, Any]:
    """The whole body of the problem."""
    return {
        "type": "urn:ksbb:problem:unavailable",
        "title": "Unavailable",
        "status": 503,
        "detail": message,
        "instance": f"/api/v1{path}",
        "errors": [{"code": code, "pointer": "", "message": message, "expected": None, "given": None}],
    }


async def refuse(database: Database) -> None:
    """Make the database read-only, for connections that open from now on."""
    if database.is_sqlite:
        event.listen(database.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = 1"))
    else:
        async with database.engine.connect() as connection:
            name = database.engine.url.database
            await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    await database.close()


async def test_a_read_only_database(api: Any, world: World, database: Database) -> None:
    driven = await world.drive(Step.DRAFTED)
    path = f"/commitments/{driven.commitment.id}"
    await refuse(database)
    answer = await api.send(world.collaborator, "POST", f"{path}/submit", version=1)
    message = "the database is read-only: nothing can be stored; reading still works"
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.json() == unavailable("database_read_only", message, f"{path}/submit")
    assert metrics.REGISTRY.get_sample_value("ksbb_database_trouble_total", {"trouble": "database_read_only"})
    indonesian = await api.send(
        world.collaborator, "POST", f"{path}/submit", version=1, headers={"Accept-Language": "id"}
    )
    assert indonesian.json()["detail"] == (
        "basis data hanya dapat dibaca: tidak ada yang dapat disimpan; membaca tetap bisa"
    )
    seen = await api.get(world.collaborator, path)
    assert (seen.status_code, seen.json()["status"], seen.headers["etag"]) == (200, "draft", '"1"')


async def test_a_full_disk(api: Any, world: World, database: Database) -> None:
    if database.is_sqlite:
        # The file may not grow by a single page more.
        event.listen(database.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1"))
        await database.close()
    else:
        # What the server raises when it can't extend a table's file.
        async with database.write() as connection:
            await connection.execute(
                text(
                    "CREATE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION "
                    "'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql"
                )
            )
            await connection.execute(
                text("CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION full_disk()")
            )
    made, answer = [], None
    for number in range(100, 300):
        body = {**RW, "code": f"31.71.06.1002-RW{number}", "name": f"RW {number}"}
        answer = await api.send(world.secretariat, "POST", "/targets", json=body)
        if answer.status_code != 201:
            break
        made.append(body["code"])
    assert answer is not None
    message = "the database's disk is full: nothing can be stored; reading still works"
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.json() == unavailable("database_full", message, "/targets")
    async with database.read() as connection:
        stored = (await connection.execute(select(tables.targets.c.code))).scalars()
        assert sorted(code for code in stored if code >= "31.71.06.1002-RW100") == made


@pytest.mark.parametrize(
    ("change", "schema", "status"),
    [
        ("SELECT 1", "current", 200),
        ("UPDATE alembic_version SET version_num = '0042'", "ahead", 200),
        ("UPDATE alembic_version SET version_num = '0042'; DROP TABLE follow_ups", "unknown", 503),
        ("DROP TABLE follow_ups", "partial", 503),
        ("DELETE FROM alembic_version", "partial", 503),
    ],
)
async def test_ready_tells_of_the_schema(api: Any, database: Database, change: str, schema: str, status: int) -> None:
    async with database.write() as connection:
        for statement in change.split("; "):
            await connection.execute(text(statement))
    answer = await api.get(None, "/health/ready")
    programs = answer.json()["programs"]
    assert (answer.status_code, answer.json()) == (
        status,
        {
            "status": "ready" if status == 200 else "unready",
            "database": "up",
            "schema": schema,
            "engine": "elsewhere",
            "programs": programs,
            "programs_at_fault": {},
            "safe_mode": False,
        },
    )
    assert programs["pangan"] == "active"
    assert answer.headers.get("retry-after") == (None if status == 200 else "5")
