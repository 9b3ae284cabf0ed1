"""The contract of a program: every rule of quality as a test, and the life of one commitment."""

import shutil
from datetime import date
from pathlib import Path
from typing import ClassVar

import pytest

from ksbb.domain.commitments import AssessmentState, CommitmentStatus
from ksbb.program import Program
from ksbb.testing.driven import Step
from ksbb.testing.life import life_of
from ksbb.testing.quality.engine import RULES, Inspection
from ksbb.testing.quality.find import under_test
from ksbb.testing.quality.model import QualityRule, Tier
from ksbb.testing.world import QUANTITY


class ProgramContract:
    """What every program owes the platform. Derive from it in the program's tests::

        class TestContract(ProgramContract):
            program = PROGRAM

    `tier`: the rules beyond it are skipped. The commitment that lives is `quantity` units like the first example of the first
    aid type, planned to be handed over on `planned_handover_on`; by default two weeks after 3 August 2026.
    """

    program: ClassVar[Program]
    tier: ClassVar[Tier] = Tier.GOLD
    quantity: ClassVar[int] = QUANTITY
    planned_handover_on: ClassVar[date | None] = None

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
    def test_quality(self, rule: QualityRule, request: pytest.FixtureRequest) -> None:
        """One rule of quality."""
        if rule.tier.rank > Tier(self.tier).rank:
            pytest.skip(f"a rule of {rule.tier}, beyond {self.tier}")
        judgement = _inspection(self.program, request.path).judgement(rule)
        if not judgement.holds:
            said = "".join(f"\n  {flaw}" for flaw in judgement.flaws)
            pytest.fail(f"{rule.id}: {rule.title} ({rule.documentation}){said}", pytrace=False)

    @pytest.mark.asyncio
    async def test_life_of_a_commitment(self, sqlite_template: Path, tmp_path: Path) -> None:
        """Assessed by the program's flow, handed over, closed; and the program's other flows did their work."""
        file = shutil.copyfile(sqlite_template, tmp_path / "life.sqlite3")
        async with life_of(self.program, file) as life:
            world = life.world
            submitted = await world.drive(
                Step.SUBMITTED,
                lines=world.lines(self.program.id, quantity=self.quantity),
                planned_handover_on=self.planned_handover_on,
            )
            await life.run_flows()
            assessed = await life.assessed(submitted)
            if assessed.assessment is not AssessmentState.PASSED:
                found = "".join(f"\n  {one['code']}: {one['message']['en']}" for one in await life.findings(assessed))
                pytest.fail(
                    f"{self.quantity} units like the first example of {self.program.aid_types[0].id} are "
                    f"{assessed.assessment}; let `quantity` and `planned_handover_on` fit the example:{found}",
                    pytrace=False,
                )
            closed = await world.advance(assessed, Step.CLOSED)
            await life.run_flows()

            assert closed.commitment.status is CommitmentStatus.CLOSED
            assert [line.balance.accepted for line in closed.commitment.lines] == [self.quantity]
            assert closed.report is not None


_inspections: dict[tuple[str, Path], Inspection] = {}


def _inspection(program: Program, test_file: Path) -> Inspection:
    """One for all rules: what is dear to find out is found out once."""
    key = (program.id, test_file)
    if key not in _inspections:
        _inspections[key] = Inspection(under_test(program, test_file))
    return _inspections[key]
