"""The root command: quick help, lazy commands, errors as messages with exit codes."""

import re
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

COMMANDS = (
    *("demo", "init", "serve", "up", "deploy", "dispatch", "worker", "replay", "db", "doctor", "engine"),
    *("programs", "users", "import", "needs", "allocate", "export"),
)
SLOW = ("prefect", "litestar", "sqlalchemy", "pydantic", "rich", "typst", "msgspec")


def test_help_imports_nothing_slow() -> None:
    code = f"""
import sys
sys.argv = ["ksbb", "--help"]
from ksbb.cli import main
try:
    main()
except SystemExit as ended:
    assert ended.code == 0
sys.stderr.write(",".join(name for name in {SLOW!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith("Usage: ksbb [OPTIONS] COMMAND [ARGS]...")


def test_help_names_every_command(ksbb: Any) -> None:
    said = ksbb("--help")
    assert said.code == 0
    listed = re.findall(r"^  (\w+)", said.out.partition("Commands:\n")[2], re.MULTILINE)
    assert listed == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(ksbb: Any, command: str) -> None:
    said = ksbb(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: ksbb {command} ")


def test_version(ksbb: Any) -> None:
    assert ksbb("--version").out == f"ksbb, version {version('ksbb')}\n"


def test_an_unknown_command(ksbb: Any) -> None:
    said = ksbb("exprot")
    assert said.code == 2
    assert "No such command 'exprot'." in said.err


def test_a_misspelt_setting(ksbb: Any) -> None:
    Path("ksbb.toml").write_text("prot = 8001\n[programs]\nenabeld = ['pangan']\n")
    said = ksbb("programs", "list")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Invalid input:\n"
        "  setting programs.enabeld (file ksbb.toml) is not known; did you mean enabled? (/programs/enabeld)\n"
        "  setting prot (file ksbb.toml) is not known; did you mean port? (/prot)\n"
    )


def test_a_misspelt_variable(ksbb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_DATA_DRI", "elsewhere")
    said = ksbb("db", "check")
    assert said.code == 1
    assert said.err == (
        "Invalid input:\n  environment variable KSBB_DATA_DRI is not known; did you mean data_dir? (/data_dri)\n"
    )


def test_a_database_that_is_away(ksbb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    said = ksbb("db", "check")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Unavailable:\n  the database doesn't answer just now; repeat this in a moment, an act with the same Idempotency-Key; "
        "check that the database server runs and that database_url is right\n"
    )


def test_a_file_that_is_no_database(ksbb: Any) -> None:
    Path("ksbb-data").mkdir()
    Path("ksbb-data/ksbb.sqlite3").write_text("Dear reader, this is no database. " * 100)
    said = ksbb("db", "upgrade")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Unavailable:\n  the database's file can't be read; check database_url, the rights on the file and its folder; "
        "restore the last backup if the file is damaged\n"
    )


def test_a_database_that_is_half_upgraded(ready: Any) -> None:
    with sqlite3.connect("ksbb-data/ksbb.sqlite3") as connection:
        connection.execute("DROP TABLE follow_ups")
    connection.close()
    message = (
        "Conflict with the present state:\n  the database's schema (0001) isn't whole: table follow_ups is missing; a migration "
        "was cut off, or somebody changed it; restore the last backup, then run `ksbb db upgrade`\n"
    )
    for command in (("serve", "--port", "18641"), ("db", "check"), ("db", "upgrade"), ("engine", "status")):
        said = ready(*command)
        assert (said.code, said.out, said.err) == (1, "", message), command
