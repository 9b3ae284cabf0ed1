"""`ksbb doctor`: whole lines for what is well, what is not, and what to do about it."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ksbb.cli.checks.database import database as examine_database
from ksbb.cli.checks.engine import engine as examine_engine
from ksbb.cli.checks.line import Health, Line
from ksbb.programs import host_of
from ksbb.settings import Settings
from ksbb.storage.database import Database
from ksbb.testing.fixtures import _copy

DATA = Path("ksbb-data")
PROGRAMS = ("pangan", "pendidikan", "umkm", "permukiman", "persampahan", "ketenagakerjaan")


def told(doctor: Any, *arguments: str) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """The exit code, and health, message and remedy by what was examined."""
    said = doctor("doctor", "--json", *arguments)
    found = json.loads(said.out)
    return said.code, {line["what"]: (line["health"], line["message"], line["remedy"]) for line in found}


def test_all_is_well(ready: Any) -> None:
    code, lines = told(ready)
    where = Path.cwd() / DATA
    assert code == 0
    health, message, remedy = lines.pop("disk")
    assert (health, remedy) == ("ok", "")
    assert message.endswith(f" GiB free at {where}")
    assert lines == {
        "configuration": ("ok", "all defaults", ""),
        "data folder": ("ok", str(where), ""),
        "secret": ("ok", "ksbb-data/secret.key, for its owner only", ""),
        "time zone": ("ok", "Asia/Jakarta is 7 h ahead of UTC", ""),
        "database": ("ok", "sqlite+aiosqlite:///ksbb-data/ksbb.sqlite3", ""),
        "schema": ("ok", "0001, the present schema", ""),
        "clock": ("ok", "not behind the newest event", ""),
        "outbox": ("ok", "nothing waits", ""),
        "parked": ("ok", "nothing is parked", ""),
        "aid schemas": ("ok", "as they were kept", ""),
        **{f"program {program}": ("ok", "active 0.1.0", "") for program in PROGRAMS},
        "engine": ("ok", "embedded, not started yet", ""),
    }


def test_as_people_read_it(ready: Any) -> None:
    (DATA / "secret.key").chmod(0o644)
    said = ready("doctor")
    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0] == "ok       configuration            all defaults"
    position = next(number for number, line in enumerate(lines) if " secret " in line)
    assert lines[position : position + 2] == [
        "fault    secret                   ksbb-data/secret.key may be read by others (mode 0644): they can sign in as anybody",
        "                                  → run `chmod 600 ksbb-data/secret.key`",
    ]
    assert lines[-1] == "1 fault, 0 warnings"
    assert said.err == ""


def test_before_init(ksbb: Any) -> None:
    code, lines = told(ksbb)
    assert code == 1
    where = Path.cwd() / DATA
    assert {what: line for what, line in lines.items() if line[0] != "ok"} == {
        "data folder": ("fault", f"{where} doesn't exist", "run `ksbb init`, or name the right folder with --data"),
        "secret": ("fault", "the secret file ksbb-data/secret.key doesn't exist", "run `ksbb init` or set KSBB_SECRET"),
        "schema": ("fault", "the database is empty", "run `ksbb init`"),
    }
    assert not DATA.exists()


def test_settings_that_are_wrong(ksbb: Any) -> None:
    Path("ksbb.toml").write_text("prot = 8001\nhost = ''\n")
    said = ksbb("doctor")
    assert said.code == 1
    assert said.out.splitlines() == [
        "fault    configuration  setting host '' (file ksbb.toml) is not valid: String should have at least 1 character",
        "                        → correct host",
        "fault    configuration  setting prot (file ksbb.toml) is not known; did you mean port?",
        "                        → correct prot",
        "2 faults, 0 warnings",
    ]


def test_where_settings_come_from(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ksbb.toml").write_text("port = 8001\n")
    monkeypatch.setenv("KSBB_HOST", "127.0.0.2")
    _, lines = told(ready, "--data", "ksbb-data")
    assert lines["configuration"] == (
        "ok",
        "from arguments (data_dir), environment (host), file ksbb.toml (port)",
        "",
    )


def test_programs_that_dont_run(ready: Any) -> None:
    Path("ksbb.toml").write_text('[programs]\nenabled = ["pangan", "pangen"]\n')
    code, lines = told(ready)
    assert code == 1
    assert lines["program pangen"] == (
        "fault",
        "missing: program pangen is not installed; did you mean pangan?",
        "correct programs.enabled, then restart; if pangen is right, install its package",
    )
    assert lines["program umkm"] == ("ok", "disabled 0.1.0, installed, but not in programs.enabled", "")


def test_a_schema_that_isnt_whole(ready: Any) -> None:
    with sqlite3.connect(DATA / "ksbb.sqlite3") as connection:
        connection.execute("DROP TABLE follow_ups")
    connection.close()
    code, lines = told(ready)
    assert (code, lines["schema"]) == (
        1,
        (
            "fault",
            "the database's schema (0001) isn't whole: table follow_ups is missing; "
            "a migration was cut off, or somebody changed it",
            "restore the last backup, then run `ksbb db upgrade`",
        ),
    )
    assert "outbox" not in lines


def test_a_database_that_is_away(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_DATABASE_URL", "postgresql+asyncpg://ksbb:hush@127.0.0.1:1/ksbb")
    said = ready("doctor", "--json")
    lines = {line["what"]: line for line in json.loads(said.out)}
    assert said.code == 1
    assert lines["database"] == {
        "what": "database",
        "health": "fault",
        "message": "postgresql+asyncpg://ksbb:***@127.0.0.1:1/ksbb: the database doesn't answer just now; "
        "repeat this in a moment, an act with the same Idempotency-Key",
        "remedy": "check that the database server runs and that database_url is right",
    }
    assert "hush" not in said.out


def test_work_that_waits_and_a_clock_that_went_back(ready: Any) -> None:
    old, future = (datetime.now(UTC) + delta for delta in (timedelta(hours=-2), timedelta(hours=1, minutes=1)))
    with sqlite3.connect(DATA / "ksbb.sqlite3") as connection:
        for number, status in enumerate(("pending", "pending", "parked")):
            connection.execute(
                "INSERT INTO outbox (id, program_id, consumer, stage, subject_id, event_id, status, attempts, available_at,"
                " reason, created_at) VALUES (?, 'pangan', 'assess', 'submitted', 's', 'e', ?, 0, ?, '', ?)",
                (str(number), status, f"{old:%Y-%m-%d %H:%M:%S.%f}", f"{old:%Y-%m-%d %H:%M:%S.%f}"),
            )
        connection.execute("UPDATE events SET at = ?", (f"{future:%Y-%m-%d %H:%M:%S.%f}",))
        connection.execute(
            "INSERT INTO events SELECT 'zzz', 's', 1, 'k', ?, 'a', 'r', '', '{}', '', ''",
            (f"{future:%Y-%m-%d %H:%M:%S.%f}",),
        )
    connection.close()
    code, lines = told(ready)
    assert code == 0
    assert {what: line for what, line in lines.items() if line[0] != "ok"} == {
        "outbox": (
            "warning",
            "2 items wait, the oldest is due since 2 h",
            "see that `ksbb serve` runs, then `ksbb engine status`",
        ),
        "parked": (
            "warning",
            "1 items failed too often and are parked",
            "run `ksbb engine parked`, then retry or drop them",
        ),
        "clock": (
            "warning",
            "the newest event is 1 h in the future: a clock went back",
            "set the clock of this machine and of the database's by NTP",
        ),
    }


def test_an_engine_that_runs(ready: Any) -> None:
    with FileLock(DATA / "engine.lock"):
        assert told(ready)[1]["engine"] == ("ok", "embedded, a ksbb process is running it", "")
    assert told(ready)[1]["engine"] == ("ok", "embedded, no process is running it now", "")


def test_a_prefect_server_that_is_away(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_ENGINE__MODE", "server")
    monkeypatch.setenv("KSBB_ENGINE__PREFECT_API_URL", "http://127.0.0.1:1/api")
    code, lines = told(ready)
    assert code == 1
    assert lines["engine"] == (
        "fault",
        "mode server with SQLite: several processes need PostgreSQL",
        "set database_url to PostgreSQL",
    )
    health, message, remedy = lines["prefect"]
    assert (health, remedy) == ("fault", "start `prefect server start`, or correct engine.prefect_api_url")
    assert message.startswith("http://127.0.0.1:1/api doesn't answer (ConnectError: ")


def test_traces_that_go_nowhere(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    assert told(ready)[1]["traces"] == ("ok", "sent to http://127.0.0.1:4318", "")


@pytest.fixture
def postgres_database(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of the test's own, with schema and areas."""
    yield from _copy(postgres_url, postgres_template)


async def test_the_clock_of_a_database_server(postgres_database: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=postgres_database)
    lines = {line.what: line async for line in examine_database(settings, host_of((), {}))}
    assert lines["clock"].health is Health.OK
    assert lines["clock"].message.endswith(" s from the database's")
    opened = Database(postgres_database, pool_size=0)
    async with opened.engine.connect() as connection:
        # A clock that is fast, for whoever connects to this database
        await connection.exec_driver_sql(
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz "
            "AS $$ SELECT pg_catalog.clock_timestamp() + interval '45 s' $$ LANGUAGE sql"
        )
        name = opened.engine.url.database
        await connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog')
    await opened.close()
    lines = {line.what: line async for line in examine_database(settings, host_of((), {}))}
    assert lines["clock"] == Line(
        what="clock",
        health=Health.FAULT,
        message="the database's clock is 45.0 s ahead of this machine's",
        remedy="set the clock of this machine and of the database's by NTP",
    )


def test_the_engine_of_a_folder_that_isnt_there(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "none")
    lines = {line.what: line for line in examine_engine(settings, host_of((), {}))}
    assert lines["engine"].message == "embedded, not started yet"
