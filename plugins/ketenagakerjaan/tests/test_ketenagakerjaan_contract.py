"""The employment program keeps the contract."""

from ksbb.testing import ProgramContract
from ksbb_ketenagakerjaan import PROGRAM


class TestContract(ProgramContract):
    """Every rule of quality, and the life of one commitment."""

    program = PROGRAM
    quantity = 50  # 2 batches of 25 seats
