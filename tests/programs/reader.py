"""Follows a page in Markdown as a reader would: types its commands into one shell, writes its files, makes its changes.

What a fenced block is stands after its opening fence: `sh` is typed; a language and a path (`toml ksbb.toml`) is a file to write
in the folder of the shell; `diff` and a path changes one; `python` alone is run. Any other block is an error: all of a page is tried.
"""

import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_BLOCK = re.compile(r"^```(?P<language>\w+)(?: (?P<path>\S+))?\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
_DONE = "__ksbb_done__"
_HUNKS = re.compile(r"^@@$\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: the line of its opening fence, what it is, and for a file its path."""

    line: int
    language: str
    path: str | None
    content: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order. Raises ValueError when a fence isn't a block's."""
    found = list(_BLOCK.finditer(page))
    if len(re.findall(r"^```", page, re.MULTILINE)) != 2 * len(found):
        raise ValueError("a fence on the page is neither the opening nor the end of a block with a language")
    for match in found:
        yield Block(
            line=page.count("\n", 0, match.start()) + 1,
            language=match["language"],
            path=match["path"],
            content=match["content"],
        )


class Shell:
    """One bash that stays: folder, variables and jobs last from command to command. A command that fails ends it."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.run("set -euo pipefail")

    def run(self, commands: str) -> str:
        """Type commands; what they said. Raises AssertionError with it when one fails."""
        if self._bash.stdin is None or self._bash.stdout is None:
            raise RuntimeError("the shell has no pipes")
        self._bash.stdin.write(f"{commands}\nprintf '\\n%s\\n' {_DONE}\n")  # what was said may lack its line's end
        self._bash.stdin.flush()
        said: list[str] = []
        for line in self._bash.stdout:
            if line.strip() == _DONE:
                return "".join(said).removesuffix("\n")
            said.append(line)
        raise AssertionError(f"a command failed with {self._bash.wait()}:\n{commands}\n{''.join(said)}")

    @property
    def folder(self) -> Path:
        """The folder that the shell stands in."""
        return Path(self.run("pwd").splitlines()[-1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the shell and whatever it started."""
        if self._bash.poll() is None:
            os.killpg(self._bash.pid, signal.SIGTERM)
        self._bash.wait(30)


def changed(text: str, diff: str) -> str:
    """The text with a diff's parts applied, each at the one place where its unchanged and removed lines stand.

    Parts are divided by a line `@@`. Raises ValueError for a part that stands nowhere, or at several places.
    """
    for part in _HUNKS.split(diff):
        lines = part.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        places = f"\n{text}".count(f"\n{before}")
        if places != 1:
            raise ValueError(f"this part of a diff fits at {places} places:\n{part}")
        at = f"\n{text}".index(f"\n{before}")
        text = text[:at] + after + text[at + len(before) :]
    return text


def follow(block: Block, shell: Shell, replaced: Mapping[str, str]) -> str:
    """Do what a block says; what the shell said. In commands and files, `replaced` stands for what the machine has otherwise."""
    content = block.content
    for written, actual in replaced.items():
        content = content.replace(written, actual)
    if block.language == "sh":
        return shell.run(content)
    if block.path is None:
        if block.language != "python":
            raise ValueError(f"nobody knows what to do with a block in {block.language}")
        return shell.run(f"python - <<'__KSBB__'\n{content}__KSBB__")
    file = shell.folder / block.path
    if block.language == "diff":
        file.write_text(changed(file.read_text("utf-8"), content), "utf-8")
    else:
        file.write_text(content, "utf-8")
    return ""
