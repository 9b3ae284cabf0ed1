"""The settlement program keeps the contract."""

from ksbb.testing import ProgramContract
from ksbb_permukiman import PROGRAM


class TestContract(ProgramContract):
    """Every rule of quality, and the life of one commitment."""

    program = PROGRAM
    quantity = 72  # a drain of 120 m by 60 cm
