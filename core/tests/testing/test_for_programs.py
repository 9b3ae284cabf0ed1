"""What `ksbb.testing` offers to programs says so when something is wrong."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import find

from ksbb.program import Clash, CommitmentView, Finding, FollowUpPlan, Role, Rule, Severity, Text
from ksbb.testing import RecordingBench, commitment_view, line_like
from ksbb.testing.payloads import attributes_of, checked_findings
from ksbb_pendidikan import PROGRAM
from ksbb_pendidikan.aid import SIM_CARD, STUDENT_DEVICE
from ksbb_pendidikan.settings import PendidikanSettings

SETTINGS = PendidikanSettings()
VIEW = commitment_view(PROGRAM, line_like(SIM_CARD, 3))


def test_hypothesis_is_for_payloads_only() -> None:
    script = "import sys, ksbb.testing; sys.exit('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_attributes_are_drawn_from_the_examples_too() -> None:
    imei = STUDENT_DEVICE.examples[0]["imei"][0]
    assert imei in find(attributes_of(STUDENT_DEVICE), lambda drawn: imei in drawn.get("imei", ()))["imei"]


def test_a_keyword_that_is_not_covered_is_named() -> None:
    schema = {**SIM_CARD.schema, "patternProperties": {}}
    with pytest.raises(
        ValueError, match=r"schema of type object has \['patternProperties'\], which payloads do not cover"
    ):
        attributes_of(replace(SIM_CARD, schema=schema))


def rules_that(check: Callable[[CommitmentView, Any], Iterable[Finding]]) -> Any:
    rule = Rule(id="own", title=Text("Sendiri", "Own"), source="Uji", codes=("own",), check=check)
    return replace(PROGRAM, rules=(rule,))


def finding(pointer: str, english: str = "x") -> Finding:
    return Finding(code="own", severity=Severity.WARN, message=Text("x", english), pointer=pointer)


def test_findings_that_pass() -> None:
    found = [finding("/lines/0/quantity")]
    assert checked_findings(rules_that(lambda _view, _settings: found), SETTINGS, VIEW) == found


def test_findings_stand_somewhere() -> None:
    with pytest.raises(AssertionError, match="findings without a pointer"):
        checked_findings(rules_that(lambda _view, _settings: [finding("")]), SETTINGS, VIEW)


def test_rules_are_pure() -> None:
    calls: list[int] = []

    def check(_view: CommitmentView, _settings: Any) -> Iterable[Finding]:
        calls.append(1)
        return [finding("/lines/0", str(len(calls)))]

    with pytest.raises(AssertionError, match="rules are not pure"):
        checked_findings(rules_that(check), SETTINGS, VIEW)


def test_attributes_must_be_valid() -> None:
    view = commitment_view(PROGRAM, line_like(SIM_CARD, 3, "quota_gb"))
    with pytest.raises(AssertionError, match="of 'sim_card' are not valid"):
        checked_findings(PROGRAM, SETTINGS, view)


async def test_a_bench_answers_only_what_the_program_has() -> None:
    imei, other = (Clash(kind=kind, value="***1234", commitments=("a", "b")) for kind in ("imei", "serial"))
    bench = RecordingBench(PROGRAM, SETTINGS, clashing=[imei, other])
    case = bench.add(VIEW, clashing=[other, imei])

    assert list(await bench.clashes("imei")) == list(await case.clashes("imei")) == [imei]
    with pytest.raises(LookupError, match=r"program 'pendidikan' has identifiers of \['imei'\], none of kind 'serial'"):
        await case.clashes("serial")
    with pytest.raises(LookupError, match="the flow asks for goods in custody"):
        await bench.custody()


async def test_a_bench_opens_a_follow_up_once() -> None:
    bench = RecordingBench(PROGRAM, SETTINGS)
    plan = FollowUpPlan(kind="call", due_on=date(2026, 5, 1), owner=Role.ASSESSOR, title=Text("Telepon", "Call"))
    later = replace(plan, due_on=date(2026, 6, 1))

    assert [await bench.open_follow_up("id", each) for each in (plan, plan, later)] == [True, False, True]
    assert bench.opened == [("id", plan), ("id", later)]
