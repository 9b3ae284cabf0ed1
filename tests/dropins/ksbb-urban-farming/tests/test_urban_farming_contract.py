"""What every program owes the platform."""

from ksbb.testing import ProgramContract

from ksbb_urban_farming import PROGRAM


class TestContract(ProgramContract):
    """All rules of quality, and the life of a commitment from its draft to its close."""

    program = PROGRAM
