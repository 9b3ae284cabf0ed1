"""One shelf with every program that is at fault when it is loaded, and what the platform says of them."""

from pathlib import Path
from typing import Any

import pytest
from tests.broken import at_loading, between, in_content
from tests.broken.commands import statuses, surroundings
from tests.broken.shelf import Shelf

FAULTS = (*at_loading.FAULTS, *in_content.FAULTS)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """All faults, each as a distribution."""
    made = Shelf(tmp_path_factory.mktemp("shelf"))
    for fault in FAULTS:
        fault.put(made)
    between.put(made)
    return made


@pytest.fixture(scope="session")
def environment(shelf: Shelf) -> dict[str, str]:
    """The environment of processes that have all of them enabled."""
    enabled = [*(fault.id for fault in FAULTS), *between.ENABLED]
    # A secret that a program's own message gives away
    secret = {"KSBB_PROGRAMS__SETTINGS_RAISE__KEY": "very-secret-key"}
    return surroundings(shelf, enabled, **secret, **between.VARIABLES)


@pytest.fixture(scope="session")
def listed(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The status of every program, by id."""
    folder: Path = tmp_path_factory.mktemp("listed")
    return statuses(folder, environment)
