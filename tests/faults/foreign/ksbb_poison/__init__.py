"""The food program under another id: its assessment ends its process for one quantity, and a rule raises for another."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import ksbb_pangan
from ksbb.program import CommitmentView, Finding, Program, ProgramFlow, Rule, Stage, Text, hookimpl

POISON = 13
"""The quantity that no worker survives."""
UNRULY = 14
"""The quantity for which a rule raises."""
ANTIDOTE = "POISON_ANTIDOTE"
"""The environment variable that names a file; once it exists, the poison does nothing."""
_FLOW = ProgramFlow(
    name="assess",
    entrypoint="ksbb_poison.flows:assess",
    title=Text("Penilaian beracun", "Poisonous assessment"),
    stage=Stage.SUBMITTED,
)


def is_cured() -> bool:
    """Whether the antidote is there."""
    return Path(os.environ[ANTIDOTE]).exists()


def _raise(view: CommitmentView, _settings: object) -> Iterable[Finding]:
    if view.lines[0].quantity == UNRULY and not is_cured():
        raise LookupError("the table of portions is away")
    return ()


_RULE = Rule(
    id="portions",
    title=Text("Tabel porsi", "Table of portions"),
    source="None: it is a program for tests.",
    codes=("portions_unknown",),
    check=_raise,
)
PROGRAM = replace(ksbb_pangan.PROGRAM, id="poison", rules=(*ksbb_pangan.PROGRAM.rules, _RULE), flows=(_FLOW,))


@hookimpl
def ksbb_program() -> Program:
    """The program."""
    return PROGRAM
