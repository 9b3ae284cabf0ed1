"""What the program brings along."""

from datetime import UTC, date, datetime
from pathlib import Path

from ksbb.program import HandedOver, LifecycleEvent, ReportView, RouteRequest, Stage, TargetKind, Text
from ksbb.testing import commitment_view, line_like

from ksbb_seni_budaya import PROGRAM, ksbb_lifecycle
from ksbb_seni_budaya.aid import EQUIPMENT, STAGE_SLOT
from ksbb_seni_budaya.extras import EVENTS, STANDARD_FEE, STUDIOS
from ksbb_seni_budaya.settings import Settings


def test_the_standard_fee_is_the_setting() -> None:
    request = RouteRequest(parameters={}, settings=Settings(min_fee=600_000), today=date(2026, 6, 1))

    assert STANDARD_FEE.answer(request) == {"min_fee": 600_000, "currency": "IDR", "as_of": "2026-06-01"}


def section(accepted: dict[str, int]) -> list[tuple[Text, Text]]:
    """The report's section about a commitment of two slots and some equipment."""
    view = commitment_view(PROGRAM, line_like(STAGE_SLOT, 2), line_like(EQUIPMENT, 1, position=1))
    handover = HandedOver(handed_over_on=date(2026, 6, 15), target_kind=TargetKind.STUDIO, accepted=accepted)
    return list(EVENTS.content(ReportView(commitment=view, handover=handover, settings=Settings())))


def test_shows_stand_in_the_report() -> None:
    assert section({"stage_slot": 2}) == [
        (
            Text("Pentas 2026-06-12", "Show on 2026-06-12"),
            Text("Balai warga RW 03, 150 penonton", "Balai warga RW 03, audience: 150"),
        )
    ]
    assert section({"equipment": 1}) == []


def test_codes_of_studios_are_written_our_way() -> None:
    assert STUDIOS.convert["code"](" SG/2024/015 ") == "SG-2024-015"


def event(stage: str, number: str = "SENI_BUDAYA-2026-000001", program_id: str = "seni_budaya") -> LifecycleEvent:
    """Something that happened at noon."""
    return LifecycleEvent(
        program_id=program_id,
        stage=stage,
        commitment_id="1",
        commitment_number=number,
        at=datetime(2026, 6, 15, 5, tzinfo=UTC),
        data={},
    )


def test_the_agenda_notes_each_event_once(tmp_path: Path) -> None:
    settings = Settings(agenda=tmp_path / "agenda.csv")
    for told in (
        event(Stage.SUBMITTED),
        event(Stage.APPROVED),
        event(Stage.APPROVED),
        event(Stage.CLOSED, "PANGAN-2026-000001", "pangan"),
        event(Stage.CLOSED),
    ):
        ksbb_lifecycle(told, settings)
    ksbb_lifecycle(event(Stage.CLOSED, "SENI_BUDAYA-2026-000002"), Settings())

    assert (tmp_path / "agenda.csv").read_text("utf-8").splitlines() == [
        "2026-06-15T05:00:00+00:00,approved,SENI_BUDAYA-2026-000001",
        "2026-06-15T05:00:00+00:00,closed,SENI_BUDAYA-2026-000001",
    ]
