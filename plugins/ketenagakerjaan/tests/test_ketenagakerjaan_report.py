"""What handover reports say about training."""

from datetime import date

from ksbb.program import HandedOver, ReportView, TargetKind
from ksbb.testing import commitment_view, line_like
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import TOOLS, TRAINING
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings


def told(**accepted: int) -> list[tuple[str, str]]:
    lines = (line_like(TRAINING, 50), line_like(TOOLS, 5, position=1))
    view = ReportView(
        commitment=commitment_view(PROGRAM, *lines),
        handover=HandedOver(
            handed_over_on=date(2026, 6, 15), target_kind=TargetKind.TRAINING_CENTRE, accepted=accepted
        ),
        settings=KetenagakerjaanSettings(placement_days=30),
    )
    (section,) = PROGRAM.report_sections
    return [(what.en, value.en) for what, value in section.content(view)]


def test_the_report_tells_the_training_and_the_report_that_is_owed() -> None:
    assert told(training=48, tools=5) == [
        (
            "Training Pemrograman web dasar",
            "classes: 2, of at most 25 participants each; hours for each participant: 40",
        ),
        ("SKKNI competence units", "2: J.620100.004.02, J.620100.017.02"),
        (
            "Report on the participants",
            "by 15-07-2026 at the latest, by the aggregator: how many participants completed, were certified, and are at "
            "work; counts only, no names",
        ),
    ]


def test_tools_alone_oblige_to_nothing() -> None:
    assert told(tools=5) == []
