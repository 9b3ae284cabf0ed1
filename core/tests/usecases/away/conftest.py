"""The same world while its program is away: disabled, at fault, or not installed any more."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ksbb.domain.text import Text
from ksbb.programs import ProgramHost, ProgramState, ProgramStatus, host_of
from ksbb.testing import World
from ksbb.usecases.platform import Platform

REASON = Text("alasan contoh", "an example's reason")
REMEDY = Text("obat contoh", "an example's remedy")
WAYS = ("disabled", "broken", "uninstalled")


def host_without(way: str) -> ProgramHost:
    """A host without the food program."""
    if way == "uninstalled":
        return host_of((), {})
    return ProgramHost([ProgramStatus(id="pangan", state=ProgramState(way), reason=REASON, remedy=REMEDY)], (), {})


@pytest.fixture
def without(world: World) -> Callable[[str], World]:
    """The world while the food program is away, in one of the `WAYS`."""

    def away(way: str) -> World:
        return replace(world, platform=Platform(world.platform.database, host_without(way), world.clock))

    return away


def why(way: str) -> list[tuple[str, str, str, str, str]]:
    """What acts that need the program are refused with: code, pointer, message, expected, given."""
    if way == "uninstalled":
        message = "program pangan isn't installed any more (install its package and add pangan to programs.enabled, then restart)"
        return [("program_missing", "/program_id", message, "active", "missing")]
    message = f"program pangan is {way}; {REASON.en} ({REMEDY.en})"
    return [(f"program_{way}", "/program_id", message, "active", way)]
