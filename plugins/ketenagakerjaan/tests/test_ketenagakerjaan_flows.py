"""The flows of the employment program and the reports that they open."""

from dataclasses import replace
from datetime import date

import pytest

from ksbb.program import FollowUpPlan, HandedOver, Role, TargetKind, Text
from ksbb.testing import RecordingBench, commitment_view, line_like
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import TRAINING
from ksbb_ketenagakerjaan.plans import placement_report
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings

SEATS = line_like(TRAINING, 50)
COMMITMENT = commitment_view(PROGRAM, SEATS)


def handover(**accepted: int) -> HandedOver:
    return HandedOver(handed_over_on=date(2026, 6, 15), target_kind=TargetKind.JOB_SEEKER_GROUP, accepted=accepted)


REPORT = FollowUpPlan(
    kind="placement_90_days",
    due_on=date(2026, 9, 13),
    owner=Role.AGGREGATOR,
    title=Text(
        "Laporkan completed, certified, placed: banyaknya peserta yang selesai, bersertifikat, dan bekerja 90 hari "
        "setelah serah terima 2026-06-15, komitmen KETENAGAKERJAAN-2026-000001; hanya jumlah, tanpa nama, "
        "tiap peserta sekali per komitmen",
        "Report completed, certified, placed: how many participants completed, were certified, and are at work 90 days "
        "after the handover of 2026-06-15, commitment KETENAGAKERJAAN-2026-000001; counts only, no names, "
        "each participant once per commitment",
    ),
)


@pytest.mark.parametrize("aid_type_id", ["training", "certification", "job_placement"])
def test_report_after_90_days(aid_type_id: str) -> None:
    assert placement_report(COMMITMENT, handover(**{aid_type_id: 1}), 90) == REPORT


@pytest.mark.parametrize("accepted", [{"tools": 10}, {"training": 0}, {}])
def test_nobody_to_report_on(accepted: dict[str, int]) -> None:
    assert placement_report(COMMITMENT, handover(**accepted), 90) is None


def test_metrics_count_the_fields_of_the_report() -> None:
    assert {(metric.follow_up_kind, metric.result_field) for metric in PROGRAM.success_metrics} == {
        ("placement_90_days", "completed"),
        ("placement_90_days", "certified"),
        ("placement_90_days", "placed"),
    }


# Flows


async def test_assess_records_what_the_rules_find() -> None:
    bench = RecordingBench(PROGRAM, KetenagakerjaanSettings())
    case = bench.add(replace(COMMITMENT, lines=(replace(SEATS, quantity=49),)))
    await bench.run("assess")
    assert [[finding.code for finding in found] for found in case.assessments] == [["seats_not_batches"]]
    assert case.plans == []


async def test_placement_opens_the_report() -> None:
    bench = RecordingBench(PROGRAM, KetenagakerjaanSettings())
    case = bench.add(COMMITMENT, handover(training=48, tools=2))
    await bench.run("placement")
    assert case.plans == [REPORT]
    assert case.assessments == []


async def test_placement_honours_the_settings() -> None:
    bench = RecordingBench(PROGRAM, KetenagakerjaanSettings(placement_days=30))
    case = bench.add(COMMITMENT, handover(training=48))
    await bench.run("placement")
    assert [(plan.kind, plan.due_on) for plan in case.plans] == [("placement_90_days", date(2026, 7, 15))]


async def test_placement_of_tools_alone_opens_nothing() -> None:
    bench = RecordingBench(PROGRAM, KetenagakerjaanSettings())
    case = bench.add(COMMITMENT, handover(tools=2))
    await bench.run("placement")
    assert case.plans == []


async def test_placement_needs_a_handover() -> None:
    bench = RecordingBench(PROGRAM, KetenagakerjaanSettings())
    bench.add(COMMITMENT)
    with pytest.raises(ValueError, match="no handover given") as raised:
        await bench.run("placement")
    assert str(raised.value) == (
        "commitment KETENAGAKERJAAN-2026-000001: placement runs at stage handed_over only, no handover given"
    )
