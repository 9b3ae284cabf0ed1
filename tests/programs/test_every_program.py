"""The six programs are installed, active and an example to others. Each keeps the contract in its own tests."""

from importlib.metadata import entry_points

import pytest

from ksbb.programs.host import load_programs
from ksbb.programs.status import ProgramState
from ksbb.settings import PROGRAM_IDS, Settings
from ksbb.testing.quality.engine import Inspection
from ksbb.testing.quality.find import installed
from ksbb.testing.quality.model import Tier


def test_the_six_are_installed_and_active() -> None:
    found = {status.id: status.state for status in load_programs(Settings()).statuses() if status.id in PROGRAM_IDS}
    assert found == dict.fromkeys(PROGRAM_IDS, ProgramState.ACTIVE)
    assert set(PROGRAM_IDS) <= {entry.name for entry in entry_points(group="ksbb.programs")}


@pytest.mark.parametrize("program_id", PROGRAM_IDS)
def test_the_six_are_gold(program_id: str) -> None:
    verdict = Inspection(installed(program_id)).verdict()
    flaws = [f"{one.rule.id}, {flaw}" for one in verdict.judgements for flaw in one.flaws]
    assert (flaws, verdict.tier) == ([], Tier.GOLD)
