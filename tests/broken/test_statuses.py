"""Every fault: the whole status that it gets. And whatever the others do, the six run."""

from typing import Any

import pytest
from tests.broken import between
from tests.broken.at_loading import AtLoading
from tests.broken.commands import SIX
from tests.broken.conftest import FAULTS
from tests.broken.shelf import Shelf

pytestmark = pytest.mark.xdist_group("broken")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_program_at_fault(listed: dict[str, Any], fault: AtLoading) -> None:
    assert listed[fault.id] == fault.status()


@pytest.mark.parametrize("program_id", between.expected())
def test_a_fault_between_programs(listed: dict[str, Any], program_id: str) -> None:
    assert listed[program_id] == between.expected()[program_id]


def test_the_others_run(listed: dict[str, Any]) -> None:
    assert [listed[status["id"]] for status in SIX] == SIX
    assert set(listed) == {
        *(status["id"] for status in SIX),
        *(fault.id for fault in FAULTS),
        *between.expected(),
    }


def test_what_is_disabled_or_disputed_is_not_imported(listed: dict[str, Any], shelf: Shelf) -> None:
    assert listed["resting"]["state"] == "disabled"
    assert [path.name for path in shelf.folder.glob("*/imported")] == []


def test_no_secret_is_told(listed: dict[str, Any]) -> None:
    assert "very-secret-key" not in str(listed)
    assert "xyz" not in str(listed)
