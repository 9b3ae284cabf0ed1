"""The command line, called in this process: its exit code, and what it says on both streams."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from ksbb.cli import main


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("KSBB_") and not name.startswith("KSBB_TEST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    yield
    # Commands let logs go to their own stderr, which ends with the test
    structlog.reset_defaults()


@pytest.fixture
def ksbb(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `ksbb` with arguments, in a folder of the test's own."""

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["ksbb", *arguments])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        written = capsys.readouterr()
        return Said(code if isinstance(code, int) else 0, written.out, written.err)

    return run


@pytest.fixture
def ready(ksbb: Command) -> Command:
    """The same, with a data folder that was set up."""
    assert ksbb("init").code == 0
    return ksbb
