"""The house keeps its rules: layers, sizes, one list of versions, nothing at the top that doesn't belong there."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
GENERATED = "/migrations/versions/"
"""Migrations are written by a command from the tables: nobody reads them as a room."""


def tracked(*patterns: str) -> list[Path]:
    """The files that git tracks."""
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def test_imports_point_down() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "0 broken" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_no_python_file_has_more_than_one_room() -> None:
    sizes = {str(file.relative_to(ROOT)): len(file.read_text("utf-8").splitlines()) for file in tracked("*.py")}
    assert sizes
    assert {name: lines for name, lines in sizes.items() if lines > MOST_LINES and GENERATED not in name} == {}


def test_the_top_level_holds_what_it_should() -> None:
    names = {file.relative_to(ROOT).parts[0] for file in tracked()}
    visible = {name for name in names if not name.startswith(".")}
    assert visible == {"core", "plugins", "tests", "pyproject.toml", "README.md", "LICENSE", "constraints.txt"}


def test_uv_and_pip_pin_the_same_versions() -> None:
    pinned = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    listed = [pin.replace('"', "'") for pin in project["tool"]["uv"]["constraint-dependencies"]]
    assert listed == [pin.replace('"', "'") for pin in pinned]
    assert all(re.match(r"^[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+", pin) for pin in pinned), pinned
    assert not any("://" in pin for pin in pinned)


def test_no_lock_file_with_addresses_is_tracked() -> None:
    assert tracked("uv.lock") == []


@pytest.mark.parametrize("name", ["core", "plugins"])
def test_folders_are_no_modules(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import importlib.util; print(importlib.util.find_spec({name!r}))"],
        cwd=ROOT / "tests" / "architecture",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "None"


def test_programs_are_distributions_of_their_own() -> None:
    for name in ("pangan", "pendidikan", "umkm", "permukiman", "persampahan", "ketenagakerjaan"):
        project = tomllib.loads((ROOT / "plugins" / name / "pyproject.toml").read_text("utf-8"))["project"]
        assert project["name"] == f"ksbb-{name}"
        assert project["entry-points"] == {"ksbb.programs": {name: f"ksbb_{name}"}}
        assert importlib.util.find_spec(f"ksbb_{name}") is not None
