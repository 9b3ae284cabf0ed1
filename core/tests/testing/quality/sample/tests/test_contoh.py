"""The sample keeps the contract."""

from ksbb.program import Program
from ksbb.testing import ProgramContract, RecordedCase
from ksbb_contoh import PROGRAM
from ksbb_contoh.rules import enough
from ksbb_contoh.settings import ContohSettings


class TestContract(ProgramContract):
    """Every rule of quality, and the life of one commitment."""

    program = PROGRAM


def test_enough(program: Program, case: RecordedCase) -> None:
    assert program is PROGRAM
    assert [finding.code for finding in enough(case.commitment, ContohSettings(least=11))] == ["too_few"]
