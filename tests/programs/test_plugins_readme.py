"""`plugins/README.md` is followed word by word, in an empty folder, with a virtual environment of its own."""

import os
import socket
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # it has no types
from tests.programs.reader import Block, Shell, blocks, changed, follow

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "plugins" / "README.md"
PORT = "8000"
NOT_FETCHED = ("_editable_impl_", "_ksbb", "ksbb", "pixeltable", "pytest_xdist", "schemathesis", "xdist")
"""What is in this environment and not in the reader's: links to this repository, and what only its own tests need."""


def free_port() -> str:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def fetched(folder: Path) -> Path:
    """A folder with the packages that pip would fetch, linked from this environment: neither ksbb, nor what it doesn't need."""
    folder.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.lower().startswith(NOT_FETCHED):
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A reader's shell in an empty folder. The packages that pip would fetch are those of this environment."""
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("KSBB_", "PYTEST_", "VIRTUAL_ENV"))
        },
        "HOME": str(tmp_path / "home"),
        "KSBB": str(ROOT),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say "no isolation"
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": str(fetched(tmp_path / "fetched")),
    }
    # What pip finds there has no commands in the reader's environment
    commands = tmp_path / "bin"
    commands.mkdir()
    for tool, command in {"mypy": "python -m mypy", "pytest": "python -m pytest", "ruff": find_ruff_bin()}.items():
        (commands / tool).write_text(f'#!/bin/sh\nexec {command} "$@"\n', "utf-8")
        (commands / tool).chmod(0o755)
    environment["PATH"] = f"{commands}{os.pathsep}{environment['PATH']}"
    (tmp_path / "home").mkdir()
    (tmp_path / "reader").mkdir()
    with Shell(tmp_path / "reader", environment) as opened:
        yield opened


def told(block: Block) -> str:
    return f"{PAGE.name}:{block.line} ({block.language} {block.path or ''})"


@pytest.mark.xdist_group("readme")
def test_whoever_follows_the_page_reaches_a_tested_running_program(shell: Shell) -> None:
    port = free_port()
    replaced = {f":{PORT}/": f":{port}/"}
    shell.run(f"export KSBB_PORT={port}")
    said: dict[str, str] = {}
    for block in blocks(PAGE.read_text("utf-8")):
        try:
            said[told(block)] = follow(block, shell, replaced)
        except (AssertionError, ValueError) as error:
            raise AssertionError(f"{told(block)}: {error}") from error
    whole = "\n".join(said.values())
    assert whole.count("seni_budaya is gold.") == 2
    assert '"id":"seni_budaya"' in whole
    assert "ksbb_seni_budaya/guide.id.md" in whole


def test_a_diff_fits_at_one_place_only() -> None:
    text = "one\ntwo\nthree\ntwo\n"

    assert changed(text, " one\n-two\n+zwei\n@@\n+drei\n three\n") == "one\nzwei\ndrei\nthree\ntwo\n"
    with pytest.raises(ValueError, match="fits at 2 places"):
        changed(text, "-two\n")
    with pytest.raises(ValueError, match="fits at 0 places"):
        changed(text, "-four\n")


def test_no_block_goes_untried() -> None:
    with pytest.raises(ValueError, match="neither the opening nor the end"):
        list(blocks("```\nls\n```\n"))
    (block,) = blocks("words\n\n```sh\nls\n```\n")
    assert block == Block(line=3, language="sh", path=None, content="ls\n")


def test_a_command_that_fails_ends_the_reading(shell: Shell) -> None:
    with pytest.raises(AssertionError, match="a command failed with 3:\nexit 3"):
        shell.run("exit 3")
