"""The root command: quick help, lazy commands, errors as messages with exit codes."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

COMMANDS = ("demo", "init", "serve", "replay", "db", "programs", "users", "import", "export")
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
