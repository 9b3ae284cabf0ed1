"""The food program's rules answer for every payload that the schemas allow."""

from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CommitmentView
from ksbb.testing.payloads import checked_findings, commitments_of
from ksbb_pangan import PROGRAM
from ksbb_pangan.settings import PanganSettings


@given(view=commitments_of(PROGRAM), months=st.integers(0, 36))
def test_rules_are_total(view: CommitmentView, months: int) -> None:
    for finding in checked_findings(PROGRAM, PanganSettings(min_expiry_months=months), view):
        assert finding.pointer == "/planned_handover_on" or finding.pointer.startswith("/lines/")
