"""Programs are found in folders and among the installed ones, and what isn't one is told."""

from pathlib import Path

import pytest

from ksbb.domain.errors import InvalidInput
from ksbb.programs.faults import ProgramFault
from ksbb.testing.quality.find import in_folder, installed, subject_of, under_test
from ksbb.testing.quality.subject import Metadata
from ksbb_contoh import PROGRAM

ENTRY = '[project.entry-points."ksbb.programs"]\n'


def test_an_installed_program_with_its_source_folder() -> None:
    subject = installed("pangan")
    plugins = Path(__file__).parents[4] / "plugins"
    assert (subject.program.id, subject.module, subject.folder) == ("pangan", "ksbb_pangan", plugins / "pangan")
    assert subject.package == plugins / "pangan" / "src" / "ksbb_pangan"
    assert (subject.metadata.name, subject.metadata.licence) == ("ksbb-pangan", "Apache-2.0")
    assert subject.metadata.entry_points == {"pangan": "ksbb_pangan"}


def test_the_program_of_a_test(sample_folder: Path) -> None:
    subject = under_test(PROGRAM, sample_folder / "tests" / "test_contoh.py")
    assert (subject.program, subject.folder) == (PROGRAM, sample_folder)
    assert subject.metadata == Metadata(
        name="ksbb-contoh",
        version="1.2.0",
        licence="Apache-2.0",
        requirements=("ksbb", "prefect>=3.8,<3.9", "pydantic>=2.10"),
        entry_points={"contoh": "ksbb_contoh"},
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no_such", "program no_such is neither installed nor a folder; "),
        ("./no_such", "the folder ./no_such doesn't exist"),
    ],
)
def test_what_is_not_there(target: str, message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        subject_of(target)
    (problem,) = raised.value.problems
    assert problem.message.en.startswith(message)
    assert (problem.code, problem.given) == ("program_not_found", target)


@pytest.mark.parametrize(
    ("project", "message"),
    [
        (None, "{0}/pyproject.toml doesn't exist"),
        (
            "[project",
            "{0}/pyproject.toml is not valid TOML: Expected ']' at the end of a table declaration (at end of document)",
        ),
        ("", "{0}/pyproject.toml has no table [project]"),
        (
            "[project]\nname = 'x'\n",
            '{0}/pyproject.toml must have exactly one [project.entry-points."ksbb.programs"]; it has: -',
        ),
        (
            f"[project]\nname = 'x'\n{ENTRY}a = 'x'\nb = 'y'\n",
            '{0}/pyproject.toml must have exactly one [project.entry-points."ksbb.programs"]; it has: a, b',
        ),
        (
            f"[project]\nname = 'x'\n{ENTRY}a = 'ksbb_nowhere'\n",
            "the package ksbb_nowhere is neither in {0}/src nor in {0}; a program is a folder with __init__.py",
        ),
    ],
)
def test_folders_without_a_program(tmp_path: Path, project: str | None, message: str) -> None:
    if project is not None:
        (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    with pytest.raises(InvalidInput) as raised:
        in_folder(tmp_path)
    assert [problem.message.en for problem in raised.value.problems] == [message.format(tmp_path)]


def test_a_program_that_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        f"[project]\nname = 'x'\nversion = '1'\n{ENTRY}torn = 'ksbb_torn'\n", "utf-8"
    )
    package = tmp_path / "src" / "ksbb_torn"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise LookupError('torn')\n", "utf-8")
    with pytest.raises(
        ProgramFault, match=r"^import of ksbb_torn failed: LookupError: torn, at ksbb_torn/__init__\.py, line 1$"
    ):
        in_folder(tmp_path)


def test_another_copy_is_imported_already(folder: Path) -> None:
    with pytest.raises(InvalidInput, match=r"ksbb_contoh was imported from .*/sample/src/ksbb_contoh, not from "):
        in_folder(folder)


@pytest.fixture
def sample_folder() -> Path:
    """The sample's folder."""
    return Path(__file__).parent / "sample"
