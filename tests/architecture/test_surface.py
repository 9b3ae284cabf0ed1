"""The plugin surface changes knowingly: it stands as a snapshot, and within a major version it only grows."""

import difflib
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.architecture.surface import SNAPSHOTS, additions, breaks, describe, read

from ksbb.program import API_VERSION

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = ROOT / "plugins" / "CHANGELOG.md"
WHAT_NOW = """\
The plugin surface isn't the one of the snapshot any more. If that is meant:
1. write a decision record in core/docs/decisions: what changes, and why;
2. raise API_VERSION (core/src/ksbb/program/program.py) if this version was released: additions the minor, all else the major number;
3. write a line in plugins/CHANGELOG.md, and what there is to know in plugins/README.md;
4. renew the snapshot: python -m tests.architecture.surface
"""


def versions() -> list[str]:
    """The versions that have a snapshot, from the first to the last."""
    return sorted((file.stem for file in SNAPSHOTS.glob("*.json")), key=numbers)


def numbers(version: str) -> tuple[int, int]:
    """Major and minor number of a version."""
    major, minor = version.split(".")
    return int(major), int(minor)


def test_the_surface_is_the_one_of_the_snapshot() -> None:
    kept, now = ({} if API_VERSION not in versions() else read(API_VERSION)), describe()
    before, after = (json.dumps(surface, indent=1, ensure_ascii=False).splitlines() for surface in (kept, now))
    changed = "\n".join(difflib.unified_diff(before, after, f"snapshot {API_VERSION}", "now", lineterm=""))
    assert kept == now, f"{WHAT_NOW}\n{changed}"


def test_within_a_major_version_the_surface_only_grows() -> None:
    assert versions()[-1] == API_VERSION
    within = [pair for pair in pairwise(versions()) if numbers(pair[0])[0] == numbers(pair[1])[0]]
    assert within
    broken = {f"{earlier} → {later}": breaks(read(earlier), read(later)) for earlier, later in within}
    assert {step: what for step, what in broken.items() if what} == {}, "this needs a new major version"


def test_the_changelog_tells_of_every_version() -> None:
    told = re.findall(r"^## (\d+\.\d+)$", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    assert told[0] == API_VERSION, f"the top of {CHANGELOG.name} must be the present version"
    assert told == versions()[::-1]


def test_the_changelog_names_what_each_version_brought() -> None:
    chapters = re.split(r"^## (\d+\.\d+)$", CHANGELOG.read_text("utf-8"), flags=re.MULTILINE)
    told = dict(zip(chapters[1::2], chapters[2::2], strict=True))
    silent = {
        later: [part for part in additions(read(earlier), read(later)) if f"`{part}`" not in told[later]]
        for earlier, later in pairwise(versions())
    }
    assert {version: parts for version, parts in silent.items() if parts} == {}


GIFT: dict[str, Any] = {
    "kind": "dataclass",
    "parameters": ["title: str", "*", "worth: int", "note: str = ''"],
    "properties": {"is_large": "bool"},
    "methods": {"worth_on": {"parameters": ["day: date"], "returns": "int"}},
}
COLOUR: dict[str, Any] = {"kind": "enum", "members": {"RED": "red", "BLUE": "blue"}}
BEFORE = {"Colour": COLOUR, "Gift": GIFT, "hook": {"kind": "hook", "parameters": ["event: Event"], "returns": "None"}}


@pytest.mark.parametrize(
    "after",
    [
        {**BEFORE, "Parcel": GIFT},
        {**BEFORE, "Colour": {"kind": "enum", "members": {"GREEN": "green", **COLOUR["members"]}}},
        {
            **BEFORE,
            "Gift": {**GIFT, "parameters": ["title: str", "*", "sort: int = 1", "note: str = ''", "worth: int"]},
        },
        {**BEFORE, "Gift": {**GIFT, "parameters": ["title: str", "*", "worth: int = 0", "note: str = ''"]}},
        {**BEFORE, "Gift": {**GIFT, "properties": {"is_large": "bool", "is_small": "bool"}}},
        {
            **BEFORE,
            "Gift": {**GIFT, "methods": {"worth_on": {"parameters": ["day: date", "of: int = 1"], "returns": "int"}}},
        },
        {**BEFORE, "hook": {"kind": "hook", "parameters": ["event: Event", "at: date"], "returns": "None"}},
    ],
    ids=["a name", "a member", "an optional field", "a default", "a property", "an optional parameter", "for a hook"],
)
def test_additions_break_nothing(after: dict[str, Any]) -> None:
    assert breaks(BEFORE, after) == []


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"Colour": COLOUR, "hook": BEFORE["hook"]}, ["Gift is gone"]),
        (
            {**BEFORE, "Colour": {"kind": "enum", "members": {"RED": "crimson"}}},
            ["Colour.RED: was red, is crimson", "Colour.BLUE: was blue, is gone"],
        ),
        (
            {**BEFORE, "Gift": {**GIFT, "parameters": ["name: str", "*", "worth: str", "size: int"]}},
            [
                "Gift: parameter 1 was title: str, is name: str",
                "Gift: worth: int is gone or changed",
                "Gift: note: str = '' is gone or changed",
                "Gift: name: str is new and has no default",
                "Gift: size: int is new and has no default",
            ],
        ),
        ({**BEFORE, "Gift": {**GIFT, "kind": "class"}}, ["Gift: kind was dataclass, is class"]),
        (
            {**BEFORE, "Gift": {**GIFT, "properties": {}, "methods": {}}},
            ["Gift.is_large: was bool, is gone", "Gift.worth_on is gone"],
        ),
        (
            {**BEFORE, "hook": {"kind": "hook", "parameters": ["at: date"], "returns": "str"}},
            ["hook: returns was None, is str", "hook: event: Event is gone or changed"],
        ),
    ],
    ids=["a name", "members", "fields", "a kind", "properties and methods", "an answer"],
)
def test_what_goes_or_changes_is_named(after: dict[str, Any], told: list[str]) -> None:
    assert breaks(BEFORE, after) == told
