"""The enterprise program's flows, run as plain functions on a workbench that keeps what they do."""

from datetime import date

import pytest

from ksbb.program import FollowUpPlan, HandedOver, Role, TargetKind, Text
from ksbb.testing import RecordingBench, commitment_view, line_like
from ksbb_umkm import PROGRAM
from ksbb_umkm.aid import CAPITAL
from ksbb_umkm.settings import UmkmSettings

GRANT = commitment_view(PROGRAM, line_like(CAPITAL, 100, "principal"))
NAMELESS = commitment_view(PROGRAM, line_like(CAPITAL, 100, "principal", "nibs"))


def handed_over(on: date, accepted: int) -> HandedOver:
    return HandedOver(handed_over_on=on, target_kind=TargetKind.ENTERPRISE, accepted={"capital": accepted})


async def test_the_assessment_keeps_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, UmkmSettings())
    good, bad = bench.add(GRANT), bench.add(NAMELESS)

    await bench.run("umkm-assess")

    assert good.assessments == [[]]
    assert [[finding.code for finding in found] for found in bad.assessments] == [["enterprise_missing"]]
    assert [*good.plans, *bad.plans, *bench.opened] == []


@pytest.mark.parametrize(
    ("on", "months", "due_on"),
    [
        (date(2026, 9, 1), 6, date(2027, 3, 1)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 9, 1), 3, date(2026, 12, 1)),
    ],
)
async def test_enterprises_are_followed_up_after_the_months_of_the_setting(on: date, months: int, due_on: date) -> None:
    bench = RecordingBench(PROGRAM, UmkmSettings(follow_up_months=months))
    served = bench.add(GRANT, handed_over(on, 1))

    await bench.run("umkm-follow-up")

    assert bench.opened == []
    assert served.plans == [
        FollowUpPlan(
            kind="enterprise_six_months",
            due_on=due_on,
            owner=Role.AGGREGATOR,
            title=Text(
                f"UMKM-2026-000001: kabar usaha {months} bulan sesudah serah terima {on}",
                f"UMKM-2026-000001: how the enterprises do {months} months after the handover on {on}",
            ),
        )
    ]


async def test_a_handover_that_was_rejected_whole_needs_no_follow_up() -> None:
    bench = RecordingBench(PROGRAM, UmkmSettings())
    rejected = bench.add(GRANT, handed_over(date(2026, 9, 1), 0))

    await bench.run("umkm-follow-up")

    assert [*rejected.plans, *bench.opened] == []


async def test_an_item_without_handover_is_named() -> None:
    bench = RecordingBench(PROGRAM, UmkmSettings())
    bench.add(GRANT)

    with pytest.raises(LookupError, match="commitment UMKM-2026-000001: stage handed_over came without a handover"):
        await bench.run("umkm-follow-up")


def test_the_program_names_its_flows() -> None:
    assert [(flow.name, flow.entrypoint, flow.stage, flow.schedule) for flow in PROGRAM.flows] == [
        ("umkm-assess", "ksbb_umkm.flows:assess", "submitted", None),
        ("umkm-follow-up", "ksbb_umkm.flows:follow_up", "handed_over", None),
    ]
