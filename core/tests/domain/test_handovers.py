"""An executor's record of one line, under the law of its outcome."""

import pytest

from ksbb.domain.errors import InvalidInput
from ksbb.domain.handovers import OutcomeInput
from ksbb.domain.quantities import HandoverOutcome


def test_an_outcome_knows_its_place() -> None:
    given = OutcomeInput(dispatch_line_id="d1", delivered=5, accepted=3, rejected=1, lost=1, reason="basah")
    assert given.outcome(2) == HandoverOutcome(
        delivered=5, accepted=3, rejected=1, lost=1, reason="basah", pointer="/lines/2"
    )


def test_a_wrong_outcome_is_refused_at_its_place() -> None:
    with pytest.raises(InvalidInput) as caught:
        OutcomeInput(dispatch_line_id="d1", delivered=5, accepted=3).outcome(1)
    assert [(one.code, one.pointer) for one in caught.value.problems] == [("outcome_sum", "/lines/1/delivered")]
