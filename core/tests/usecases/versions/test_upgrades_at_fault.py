"""Upgrades at fault: whatever one does, the draft stays, and the person knows what to do."""

import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ksbb.domain.errors import InvalidInput
from ksbb.testing import Step, World

from .kebun import WRITTEN, kebun
from .life import refused, revise, under


def raising(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """Fails."""
    raise KeyError("grams")


def leaving(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """Wants the process to end."""
    raise SystemExit(3)


def sleeping(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """Is never back in time."""
    time.sleep(0.5)
    return {}


def place_of(function: Callable[..., Any]) -> str:
    """Where the last but one line of a function stands, from the folder that tests are found in."""
    code = function.__code__
    return f"{Path(code.co_filename).relative_to(Path(__file__).parents[4])}, line {code.co_firstlineno + 2}"


def listing(_: Mapping[str, Any]) -> Any:
    """No attributes."""
    return [1]


def dating(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """No JSON."""
    return {**attributes, "kilograms": date(2026, 1, 1)}


def infinite(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """No JSON either."""
    return {**attributes, "kilograms": float("inf")}


def spoiling(attributes: Any) -> Mapping[str, Any]:
    """Spoils what it is given, then fails."""
    attributes.clear()
    raise ValueError("spoilt")


@pytest.mark.parametrize(
    ("upgrade", "why"),
    [
        (raising, "failed: KeyError: 'grams'"),
        (leaving, "failed: SystemExit: 3"),
        (sleeping, f"hasn't come back within 0.1 s; it stands at {place_of(sleeping)}"),
        (listing, "failed: TypeError: it answered list, expected attributes"),
        (dating, "failed: TypeError: Object of type date is not JSON serializable"),
        (infinite, "failed: ValueError: Out of range float values are not JSON compliant"),
        (spoiling, "failed: ValueError: spoilt"),
    ],
)
async def test_an_upgrade_at_fault_loses_nothing(world: World, upgrade: Any, why: str) -> None:
    driven = await world.drive(Step.DRAFTED)
    later = under(world, kebun(2, {1: upgrade}))
    host: Any = later.platform.programs
    host._calls.seconds = 0.1
    assert await refused(later, driven, InvalidInput) == [
        (
            "upgrade_failed",
            "/lines/0/attributes",
            "this line was written by version 1 of the schema of seed, version 2 is in force now; the program's upgrade from 1 to 2 "
            f"didn't succeed ({why}); fill in this line's attributes anew by version 2, the draft is kept as it was",
            2,
            1,
        ),
        (
            "additionalProperties",
            "/lines/0/attributes/grams",
            "is not known; known are: crop, kilograms, lots",
            ["crop", "kilograms", "lots"],
            500,
        ),
        ("required", "/lines/0/attributes/kilograms", "is required", "a value", None),
    ]
    done = await later.submit(await revise(later, driven, WRITTEN[2]))
    assert [(line.attributes, line.schema_version) for line in done.commitment.lines] == [(WRITTEN[2], 2)]


async def test_an_upgrade_to_what_the_newer_schema_refuses(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    later = under(world, kebun(2, {1: lambda given: {"crop": given["crop"], "kilograms": -1}}))
    assert await refused(later, driven, InvalidInput) == [
        (
            "schema_newer",
            "/lines/0/schema_version",
            "this line was written by version 1 of the schema of seed, version 2 is in force now; fill in what is named below",
            2,
            1,
        ),
        ("exclusiveMinimum", "/lines/0/attributes/kilograms", "must be more than 0", 0, -1),
    ]
