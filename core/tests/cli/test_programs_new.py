"""`ksbb programs new`: what it writes is complete and green at once, and what it can't do it says."""

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

FILES = {
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "src/ksbb_seni_budaya/__init__.py",
    "src/ksbb_seni_budaya/aid.py",
    "src/ksbb_seni_budaya/flows.py",
    "src/ksbb_seni_budaya/guide.en.md",
    "src/ksbb_seni_budaya/guide.id.md",
    "src/ksbb_seni_budaya/py.typed",
    "src/ksbb_seni_budaya/rules.py",
    "src/ksbb_seni_budaya/settings.py",
    "tests/test_seni_budaya_contract.py",
    "tests/test_seni_budaya_flows.py",
    "tests/test_seni_budaya_rules.py",
}
NEXT = """\
Wrote {folder}: the program {name} with one aid type, one rule, one flow, its guides and tests.

Next:
  cd {folder}
  pip install -e .
  pytest
  ksbb programs check .
Then make it yours: start in src/ksbb_{id}/aid.py. To switch it on, add "{id}" to programs.enabled in ksbb.toml.
"""


def files(folder: Path) -> set[str]:
    """All files below a folder."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


def tool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of authors in the package's folder, as if the package were installed."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_package_is_written_and_says_what_next(ksbb: Any, tmp_path: Path) -> None:
    said = ksbb(
        *("programs", "new", "seni_budaya", "--name-id", "Seni Budaya", "--name-en", "Arts"),
        *("--agency", "Dinas Kebudayaan", "--agency-en", "Agency for Culture"),
    )

    assert (said.code, said.err) == (0, "")
    assert said.out == NEXT.format(folder="ksbb-seni-budaya", name="Arts", id="seni_budaya")
    folder = tmp_path / "ksbb-seni-budaya"
    assert files(folder) == FILES
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project == {
        "name": "ksbb-seni-budaya",
        "version": "0.1.0",
        "description": "KSBB program: Arts",
        "readme": "README.md",
        "license": "Apache-2.0",
        "requires-python": ">=3.11",
        "dependencies": ["ksbb", "prefect>=3.8,<3.9", "pydantic>=2.10"],
        "entry-points": {"ksbb.programs": {"seni_budaya": "ksbb_seni_budaya"}},
    }
    guides = [(folder / f"src/ksbb_seni_budaya/guide.{one}.md").read_text("utf-8").splitlines() for one in ("id", "en")]
    assert [guide[0] for guide in guides] == ["# Seni Budaya", "# Arts"]
    assert guides[0][2].startswith("Program Seni Budaya dipimpin oleh Dinas Kebudayaan. ")
    assert guides[1][2].startswith("The program Arts is led by Agency for Culture. ")
    left = [name for name in files(folder) if "{{" in name + (folder / name).read_text("utf-8")]
    assert left == []


LONGEST = ("--name-id", "N" * 60, "--name-en", "M" * 60, "--agency", "A" * 60, "--agency-en", "B" * 60)


@pytest.mark.parametrize(("program_id", "names"), [("ab", ()), ("a234567890_234567890_234567890_234567890", LONGEST)])
def test_it_is_clean_whatever_the_length_of_its_names(
    ksbb: Any, tmp_path: Path, program_id: str, names: tuple[str, ...]
) -> None:
    assert ksbb("programs", "new", program_id, "--into", "fresh", *names).code == 0
    for command in (("check",), ("format", "--check", "--diff")):
        done = tool(tmp_path / "fresh", "ruff", *command, "--no-cache")
        assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_typed_tested_and_gold_at_once(ksbb: Any, tmp_path: Path) -> None:
    assert ksbb("programs", "new", "seni_budaya", "--into", "fresh").code == 0
    folder = tmp_path / "fresh"
    done = {"mypy": tool(folder, "mypy", "--cache-dir", str(tmp_path / "mypy"))}
    done["pytest"] = tool(folder, "pytest", "-p", "no:cacheprovider")
    done["check"] = tool(folder, "ksbb.cli", "programs", "check", ".", "--tier", "gold")
    assert {name: one.stdout + one.stderr for name, one in done.items() if one.returncode} == {}


def test_an_id_gives_the_names_that_are_not_given(ksbb: Any, tmp_path: Path) -> None:
    said = ksbb("programs", "new", "urban_farming", "--into", "somewhere/else")

    assert said.out == NEXT.format(folder="somewhere/else", name="Urban Farming", id="urban_farming")
    written = (tmp_path / "somewhere" / "else" / "src" / "ksbb_urban_farming" / "__init__.py").read_text("utf-8")
    names = 'name=Text(\n        "Urban Farming",\n        "Urban Farming",\n    )'
    agency = 'lead_agency=Text(\n        "Pokja KSBB",\n        "Pokja KSBB",\n    )'
    assert names in written
    assert agency in written


def test_an_empty_folder_is_filled(ksbb: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert ksbb("programs", "new", "seni_budaya", "--into", "empty").code == 0
    assert files(tmp_path / "empty") == FILES


def refused(ksbb: Any, *arguments: str) -> str:
    """What a call that can't be done says, without the usage that stands above it."""
    said = ksbb("programs", "new", *arguments)
    assert (said.code, said.out) == (2, "")
    return str(said.err).split("\n\n")[-1].strip()


@pytest.mark.parametrize(
    "program_id", ["Seni", "seni-budaya", "2seni", "s", "seni_", "seni__budaya", "s" * 41, "../seni"]
)
def test_a_bad_id_is_refused(ksbb: Any, tmp_path: Path, program_id: str) -> None:
    assert refused(ksbb, program_id) == (
        f"Error: Invalid value for 'ID': {program_id!r} can't be a program's id: 2 to 40 lower-case letters, digits and single "
        "underscores between them, a letter first, such as seni_budaya"
    )
    assert files(tmp_path) == set()


def test_the_id_of_an_installed_program_is_refused(ksbb: Any, tmp_path: Path) -> None:
    assert refused(ksbb, "pangan") == (
        "Error: Invalid value for 'ID': a program 'pangan' is installed already, by ksbb-pangan 0.1.0; "
        "choose another id, or uninstall it first"
    )
    assert files(tmp_path) == set()


def test_what_is_there_is_left_alone(ksbb: Any, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine", "utf-8")

    expected = "Error: full exists and isn't empty; name another folder by --into"
    assert refused(ksbb, "seni_budaya", "--into", "full") == expected
    assert files(tmp_path) == {"full/notes.txt"}


@pytest.mark.parametrize("name", ['Seni "Budaya"', "Seni\\Budaya", "Seni\nBudaya", "{{ Seni }}", " ", "S" * 61])
def test_a_name_that_would_break_a_file_is_refused(ksbb: Any, name: str) -> None:
    assert refused(ksbb, "seni_budaya", "--name-en", name) == (
        f"Error: Invalid value for '--name-en': {name.strip()!r} must be 1 to 60 characters in one line, none of \" \\ {{ }}"
    )


def test_a_long_name_is_translated(ksbb: Any) -> None:
    name = "Dinas Kebudayaan Provinsi DKI Jakarta"

    assert refused(ksbb, "seni_budaya", "--agency", name) == (
        f"Error: give --agency-en, too: {name!r} is too long to be the same in both languages"
    )


def test_on_a_terminal_the_names_are_asked_for(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-m", "ksbb.cli", "programs", "new", "seni_budaya", "--agency", "Dinas Kebudayaan"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
    )
    os.write(ours, b'Seni "Rakyat"\nSeni Rakyat\nFolk Arts\n\n')
    said, _ = asking.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)

    assert asking.returncode == 0
    assert said == (
        "Name in Indonesian [Seni Budaya]: "
        'Error: \'Seni "Rakyat"\' must be 1 to 60 characters in one line, none of " \\ { }\n'
        "Name in Indonesian [Seni Budaya]: Name in English [Seni Rakyat]: "
        "Leading agency in English [Dinas Kebudayaan]: "
        + NEXT.format(folder="ksbb-seni-budaya", name="Folk Arts", id="seni_budaya")
    )
