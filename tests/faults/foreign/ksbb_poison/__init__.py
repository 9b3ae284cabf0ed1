"""The food program under another id, whose assessment ends its process for one quantity."""

from dataclasses import replace

import ksbb_pangan
from ksbb.program import Program, ProgramFlow, Stage, Text, hookimpl

POISON = 13
"""The quantity that no worker survives."""
ANTIDOTE = "POISON_ANTIDOTE"
"""The environment variable that names a file; once it exists, the poison does nothing."""
_FLOW = ProgramFlow(
    name="assess",
    entrypoint="ksbb_poison.flows:assess",
    title=Text("Penilaian beracun", "Poisonous assessment"),
    stage=Stage.SUBMITTED,
)
PROGRAM = replace(ksbb_pangan.PROGRAM, id="poison", flows=(_FLOW,))


@hookimpl
def ksbb_program() -> Program:
    """The program."""
    return PROGRAM
