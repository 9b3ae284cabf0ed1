"""What is deprecated goes on time: a removal that is due breaks this build."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from ksbb.program import API_VERSION

SOURCES = Path(__file__).resolve().parents[2] / "core" / "src"
HELPER = "Deprecated"


def removals(source: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Every use of the helper in a source file: where, what it is about, and the version that it goes with.

    Raises ValueError for one whose values aren't written out, since nobody could find it by reading.
    """
    for node in ast.walk(ast.parse(source)):
        called = node.func if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or getattr(called, "id", getattr(called, "attr", None)) != HELPER:
            continue
        given = dict(zip(("what", "since", "removal", "instead"), node.args, strict=False))
        given.update({keyword.arg: keyword.value for keyword in node.keywords if keyword.arg})
        values = [value.value for value in given.values() if isinstance(value, ast.Constant)]
        if len(values) != len(given):
            raise ValueError(f"{name}:{node.lineno}: write the values of {HELPER} out, so that overdue ones are found")
        what, removal = ast.literal_eval(given["what"]), ast.literal_eval(given["removal"])
        yield f"{name}:{node.lineno}", what, removal


def overdue(found: Iterator[tuple[str, str, str]], api_version: str) -> list[str]:
    """Those that should be gone in this version of the surface, each with what to do."""
    return [
        f"{where}: {what} should have gone with {removal}; remove it, and tell so in plugins/CHANGELOG.md"
        for where, what, removal in found
        if Version(api_version) >= Version(removal)
    ]


def test_nothing_is_overdue() -> None:
    files = {str(file.relative_to(SOURCES)): file.read_text("utf-8") for file in SOURCES.rglob("*.py")}
    assert files
    found = (use for name, source in files.items() for use in removals(source, name))
    assert overdue(found, API_VERSION) == []


MADE_UP = """
from ksbb.program import deprecation
from ksbb.program.deprecation import Deprecated, renamed

@Deprecated("answer", since="1.2", removal="2.0", instead="reply")
def answer() -> None: ...

def inner(old: object) -> None:
    deprecation.Deprecated("Parcel.content", "1.1", "3.0", "Parcel.contents").warn()

__getattr__ = renamed(__name__, {"Box": ("Parcel", Deprecated("Box", since="1.3", removal="2.0", instead="Parcel"))})
"""


def test_overdue_functions_fields_and_names_are_found() -> None:
    told = {version: overdue(removals(MADE_UP, "made_up.py"), version) for version in ("1.9", "2.0", "3.1")}

    answer = "made_up.py:5: answer should have gone with 2.0; remove it, and tell so in plugins/CHANGELOG.md"
    content = "made_up.py:9: Parcel.content should have gone with 3.0; remove it, and tell so in plugins/CHANGELOG.md"
    box = "made_up.py:11: Box should have gone with 2.0; remove it, and tell so in plugins/CHANGELOG.md"
    assert {version: sorted(lines) for version, lines in told.items()} == {
        "1.9": [],
        "2.0": sorted([answer, box]),
        "3.1": sorted([answer, box, content]),
    }


def test_a_version_that_is_not_written_out_is_refused() -> None:
    with pytest.raises(ValueError, match="write the values") as refused:
        list(removals('Deprecated("answer", since="1.2", removal=NEXT, instead="reply")', "made_up.py"))

    assert str(refused.value) == "made_up.py:1: write the values of Deprecated out, so that overdue ones are found"
