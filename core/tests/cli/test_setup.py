"""`ksbb init`, `ksbb db`, `ksbb serve`: a data folder from nothing, and refusals that say what to do."""

import socket
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from ksbb.storage.tables import metadata

MISSING = [f"table {table.name} is missing" for table in metadata.sorted_tables]
EMPTY = "Conflict with the present state:\n  the database is empty; run `ksbb init`\n"
NEWER = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    "INSERT INTO alembic_version VALUES ('9999')",
)


def test_init_twice(ksbb: Any) -> None:
    folder = Path("ksbb-data").resolve()
    assert ksbb("init").out == (
        f"data folder: {folder}\nsecret: made\ndatabase: at 0001\nareas: 318 of Jakarta\nnext: ksbb serve\n"
    )
    secret = folder / "secret.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    before = secret.read_text()
    said = ksbb("init")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"data folder: {folder}\nsecret: there already\ndatabase: at 0001\nnext: ksbb serve\n"
    assert secret.read_text() == before


def test_init_with_an_admin(ksbb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_ADMIN_PASSWORD", "short")
    said = ksbb("init", "--admin", "Admin@example.org")
    assert said.code == 1
    assert said.err == "Invalid input:\n  a password has at least 12 characters (/password)\n"
    monkeypatch.setenv("KSBB_ADMIN_PASSWORD", "long enough to be safe")
    assert ksbb("init", "--admin", "Admin@example.org").out.splitlines()[-2:] == [
        "admin: admin@example.org",
        "next: ksbb serve",
    ]
    again = ksbb("init", "--admin", "Admin@example.org")
    assert again.code == 0
    assert again.out.splitlines()[-2:] == ["admin: admin@example.org there already", "next: ksbb serve"]


def test_database_upgrade_and_check(ksbb: Any) -> None:
    said = ksbb("db", "check", "--data", "elsewhere")
    assert (said.code, said.out, said.err) == (1, "", EMPTY)
    assert not Path("elsewhere").exists()
    assert ksbb("db", "upgrade", "--data", "elsewhere").out == "at 0001\n"
    assert ksbb("db", "upgrade", "--data", "elsewhere").out == "at 0001\n"
    assert ksbb("db", "check", "--data", "elsewhere").out == "at 0001, the present schema\n"


@pytest.mark.parametrize("command", [("db", "check"), ("db", "upgrade"), ("export", "areas"), ("init",)])
def test_a_schema_of_a_newer_version(ksbb: Any, command: tuple[str, ...]) -> None:
    Path("ksbb-data").mkdir()
    connection = sqlite3.connect("ksbb-data/ksbb.sqlite3")
    for statement in NEWER:
        connection.execute(statement)
    connection.commit()
    connection.close()
    said = ksbb(*command)
    assert said.code == 1
    assert said.err == (
        "Conflict with the present state:\n"
        f"  the database's schema (9999) isn't for this version of ksbb (0001): {', '.join(MISSING[:5])}, "
        f"… (+{len(MISSING) - 5}); install a newer ksbb, or check database_url\n"
    )


@pytest.mark.parametrize(
    "command",
    [
        ("export", "areas"),
        ("import", "areas"),
        ("users", "token", "a@example.org", "--name", "x", "--scope", "assess"),
        ("serve", "--port", "8999"),
    ],
)
def test_without_a_data_folder(ksbb: Any, command: tuple[str, ...]) -> None:
    said = ksbb(*command)
    assert (said.code, said.err) == (1, EMPTY)
    assert not Path("ksbb-data").exists()


def test_serve_on_a_port_in_use(ready: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = ready("serve", "--port", str(port))
    assert said.code == 1
    assert said.err == (
        "Unavailable:\n"
        f"  port {port} on 127.0.0.1 can't be used (Address already in use); choose another one with --port\n"
    )


@pytest.mark.parametrize("command", ["serve", "replay"])
def test_a_data_folder_in_use(ready: Any, command: str) -> None:
    with FileLock("ksbb-data/engine.lock"):
        said = ready(command)
    assert said.code == 1
    told = [line for line in said.err.splitlines() if not line.startswith("{")]
    assert told == [
        "Unavailable:",
        "  another ksbb process uses the data folder ksbb-data; stop it or choose another folder",
    ]


def test_fresh_removes_its_own_data_alone(ksbb: Any) -> None:
    letters = Path("letters")
    letters.mkdir()
    (letters / "dear.txt").write_text("dear")
    said = ksbb("demo", "--fresh", "--no-serve", "--data", "letters")
    assert said.code == 2
    assert "letters holds no data of ksbb; nothing was removed" in said.err
    assert (letters / "dear.txt").read_text() == "dear"
