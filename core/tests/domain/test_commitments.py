"""A commitment's moves: every act from every status, whole."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ksbb.domain.commitments import (
    EDITABLE,
    MOVES,
    AssessmentState,
    Commitment,
    CommitmentLine,
    CommitmentStatus,
)
from ksbb.domain.errors import Conflict, Problem
from ksbb.domain.parties import FundSource
from ksbb.domain.quantities import Degree, Fulfilment, LineBalance
from ksbb.domain.text import Text

TABLE = {
    "draft": {"submit": "submitted", "withdraw": "withdrawn"},
    "submitted": {
        "withdraw": "withdrawn",
        "approve": "approved",
        "request_revision": "revision_requested",
        "reject": "rejected",
    },
    "revision_requested": {"submit": "submitted", "withdraw": "withdrawn"},
    "approved": {"close": "closed"},
    "rejected": {},
    "withdrawn": {},
    "closed": {},
}
"""Status → act → the status that it leads to; every other act is refused."""


def a_line(position: int = 0, **quantities: int) -> CommitmentLine:
    return CommitmentLine(
        id=f"l{position}",
        commitment_id="c1",
        position=position,
        aid_type="staple_food",
        unit="package",
        attributes={},
        schema_version=1,
        unit_value=200_000,
        **{"committed": 10, **quantities},
    )


def a_commitment(status: str = "draft", *lines: CommitmentLine) -> Commitment:
    fields: dict[str, Any] = dict.fromkeys(("aggregator_id", "target_kind", "submitted_at", "approved_at", "closed_at"))
    return Commitment(
        id="c1",
        number="PANGAN-2026-000001",
        program_id="pangan",
        collaborator_id="p1",
        status=CommitmentStatus(status),
        assessment=AssessmentState.PENDING,
        fund_source=FundSource.OWN,
        area_code="31",
        planned_handover_on=date(2026, 8, 17),
        note="",
        synthetic=True,
        created_by="u1",
        created_at=datetime(2026, 8, 3, tzinfo=UTC),
        version=1,
        lines=lines,
        **fields,
    )


def test_the_table_names_every_status_and_act() -> None:
    assert set(TABLE) == {str(status) for status in CommitmentStatus}
    assert {act for acts in TABLE.values() for act in acts} == set(MOVES)


@pytest.mark.parametrize("act", MOVES)
@pytest.mark.parametrize("status", TABLE)
def test_every_act_from_every_status(status: str, act: str) -> None:
    commitment = a_commitment(status)
    to = TABLE[status].get(act)
    if to is not None:
        assert commitment.after(act) is CommitmentStatus(to)
        return
    with pytest.raises(Conflict) as caught:
        commitment.after(act)
    allowed = sorted(start for start, acts in TABLE.items() if act in acts)
    wanted = " / ".join(allowed)
    assert caught.value.problems == (
        Problem(
            code="wrong_status",
            message=Text(
                f"komitmen PANGAN-2026-000001 berstatus {status}; tindakan {act} memerlukan status {wanted}",
                f"commitment PANGAN-2026-000001 is {status}; {act} needs the status {wanted}",
            ),
            pointer="/status",
            expected=allowed,
            given=status,
        ),
    )


def test_what_may_be_edited() -> None:
    assert {str(status) for status in EDITABLE} == {"draft", "revision_requested"}


def test_a_line_by_its_id() -> None:
    commitment = a_commitment("approved", a_line(0), a_line(1))
    assert commitment.line("l1", "/line_id") is commitment.lines[1]
    with pytest.raises(Conflict) as caught:
        commitment.line("l2", "/lines/0/line_id")
    assert caught.value.problems == (
        Problem(
            code="unknown_line",
            message=Text(
                "komitmen PANGAN-2026-000001 tidak memiliki baris l2", "commitment PANGAN-2026-000001 has no line l2"
            ),
            pointer="/lines/0/line_id",
            expected=["l0", "l1"],
            given="l2",
        ),
    )


def test_fulfilment_over_all_lines() -> None:
    done = a_line(0, received=10, allocated=10, dispatched=10, accepted=10)
    assert done.balance == LineBalance(committed=10, received=10, allocated=10, dispatched=10, accepted=10)
    half = a_line(1, received=10, allocated=4)
    assert a_commitment("approved", done, half).fulfilment == Fulfilment(
        allocated=Degree.PARTIAL, received=Degree.COMPLETE, handed_over=Degree.PARTIAL
    )
