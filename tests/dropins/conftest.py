"""Machines with built wheels. The packages' own tests run on one of them, and never in this environment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.dropins.machine import DROPINS, ROOT, Machine, Wheels

collect_ignore_glob = ["ksbb-*"]


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    """The wheels of core and of the drop-ins, built now."""
    return Wheels.build(tmp_path_factory.mktemp("wheels"), {"ksbb": ROOT / "core", **DROPINS})


@pytest.fixture(scope="session")
def machine(wheels: Wheels, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The operator's machine: the wheels, and what they require."""
    made = Machine.new(tmp_path_factory.mktemp("machine"))
    made.install(*wheels.paths())
    return made


@pytest.fixture(scope="session")
def authors(wheels: Wheels, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The machine of the drop-ins' authors: the same wheels, with the kit."""
    made = Machine.new(tmp_path_factory.mktemp("authors"))
    core, *others = wheels.paths()
    made.install(f"ksbb[author] @ {Path(core).as_uri()}", *others)
    yield made
    made.stop()
