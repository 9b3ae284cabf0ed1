"""The waste program keeps the contract."""

from ksbb.testing import ProgramContract
from ksbb_persampahan import PROGRAM


class TestContract(ProgramContract):
    """Every rule of quality, and the life of one commitment."""

    program = PROGRAM
