"""What an outsider's own pipeline does, for each drop-in: its tests against its built wheel, and its tier."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.dropins.machine import DROPINS, ROOT, Machine

pytestmark = pytest.mark.xdist_group("dropins-authors")
_SECONDS = 600
_PIPELINE = {
    "tests": ("pytest", "-q", "-p", "no:cacheprovider"),
    "tier": ("ksbb", "programs", "check", ".", "--tier", "gold"),
}
_EXAMPLE = re.compile(r"such as '?(ksbb[-_])?(seni[-_]budaya|urban[-_]farming)\b")
_NAME = re.compile(r"seni.?budaya|urban.?farming", re.IGNORECASE)


@pytest.fixture(scope="module")
def pipelines(authors: Machine) -> Mapping[tuple[str, str], "subprocess.Popen[str]"]:
    """All that is done, side by side, in copies of the packages' folders."""
    started = {}
    for name, folder in DROPINS.items():
        ignored = shutil.ignore_patterns(".*", "__pycache__")
        copy = Path(shutil.copytree(folder, authors.work / name, ignore=ignored))
        for step, command in _PIPELINE.items():
            started[name, step] = authors.start(copy, *command)
    return started


@pytest.mark.parametrize("step", _PIPELINE)
@pytest.mark.parametrize("name", DROPINS)
def test_its_pipeline(pipelines: Mapping[tuple[str, str], "subprocess.Popen[str]"], name: str, step: str) -> None:
    said, _ = pipelines[name, step].communicate(timeout=_SECONDS)
    assert pipelines[name, step].returncode == 0, said
    if step == "tier":
        assert said.splitlines()[-1] == f"{name.removeprefix('ksbb-').replace('-', '_')} is gold."
    else:
        assert re.search(r"^\d{2,} passed in", said, re.MULTILINE), said


def test_no_line_of_core_is_about_them() -> None:
    """But for examples of what a name looks like."""
    texts = {
        file: file.read_bytes().decode("utf-8", "ignore")
        for file in (ROOT / "core" / "src").rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert len(texts) > 300
    assert [str(file.relative_to(ROOT)) for file, text in texts.items() if _NAME.search(_EXAMPLE.sub("", text))] == []


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_no_list_of_the_workspace_names_them(file: str) -> None:
    members = re.compile(r"^(members|dependencies|root_packages) = .*?\]", re.MULTILINE | re.DOTALL)
    text = (ROOT / file).read_text("utf-8")
    lists = [found.group() for found in members.finditer(text)] if file == "pyproject.toml" else [text]
    assert lists
    assert not any(_NAME.search(one) for one in lists)
