"""What the program brings along."""

from datetime import date

import pytest
from ksbb.program import HandedOver, ReportView, RouteRequest, TargetKind, Text
from ksbb.testing import commitment_view, line_like

from ksbb_urban_farming import PROGRAM
from ksbb_urban_farming.aid import FISH_SET, SEED
from ksbb_urban_farming.extras import ANIMALS, SEED_NEED
from ksbb_urban_farming.settings import Settings


@pytest.mark.parametrize(("m2", "packets"), [("1", 1), ("10", 2), ("11", 3), ("250", 50)])
def test_seed_that_is_needed(m2: str, packets: int) -> None:
    request = RouteRequest(parameters={"m2": m2}, settings=Settings(), today=date(2026, 6, 1))

    assert SEED_NEED.answer(request) == {"m2": int(m2), "packets": packets, "packets_per_10_m2": 2}


def section(accepted: dict[str, int]) -> list[tuple[Text, Text]]:
    """The report's section about a commitment of fish and seed."""
    view = commitment_view(PROGRAM, line_like(FISH_SET, 2), line_like(SEED, 1, position=1))
    handover = HandedOver(handed_over_on=date(2026, 6, 15), target_kind=TargetKind.RW, accepted=accepted)
    return list(ANIMALS.content(ReportView(commitment=view, handover=handover, settings=Settings())))


def test_certificates_of_animals_stand_in_the_report() -> None:
    assert section({"fish_set": 1, "seed": 1}) == [
        (
            Text("Surat kesehatan lele", "Health of lele"),
            Text("nomor SKIM/07/2026/0112", "certificate SKIM/07/2026/0112"),
        )
    ]
    assert section({"seed": 1}) == []
