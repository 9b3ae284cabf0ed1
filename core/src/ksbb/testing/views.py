"""Commitments and lines as rules see them, for the tests of a program."""

from datetime import date
from typing import Any

from ksbb.domain.parties import CollaboratorClass, FundSource
from ksbb.program import AidType, CommitmentView, LineView, Program
from ksbb.testing.world import SUBDISTRICT


def commitment_view(
    program: Program,
    *lines: LineView,
    submitted_on: date = date(2026, 4, 1),
    planned_handover_on: date = date(2026, 6, 15),
) -> CommitmentView:
    """The first commitment of a program in 2026: an enterprise's own, from its CSR funds, for a subdistrict.

    A test about another collaborator or place changes it with `dataclasses.replace`.
    """
    return CommitmentView(
        number=f"{program.id.upper()}-2026-000001",
        collaborator_class=CollaboratorClass.ENTERPRISE,
        fund_source=FundSource.CSR,
        area_code=SUBDISTRICT,
        target_kind=None,
        submitted_on=submitted_on,
        planned_handover_on=planned_handover_on,
        lines=lines,
    )


def line_like(aid_type: AidType, quantity: int, *without: str, position: int = 0, **changes: Any) -> LineView:
    """A line like the aid type's first example, with some attributes changed and those in `without` left out.

    `quantity` in whole units.
    """
    attributes = {**aid_type.examples[0], **changes}
    for name in without:
        del attributes[name]
    return LineView(position=position, aid_type=aid_type.id, quantity=quantity, attributes=attributes)
