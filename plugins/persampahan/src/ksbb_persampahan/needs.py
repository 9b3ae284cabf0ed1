"""How many bins a neighbourhood needs."""

from ksbb.program import NeedPlan, TargetFacts, Text
from ksbb_persampahan.aid import BIN
from ksbb_persampahan.settings import PersampahanSettings


def _bins(facts: TargetFacts, settings: PersampahanSettings) -> int | None:
    return None if facts.households is None else facts.households * settings.bins_per_household


NEEDS = (
    NeedPlan(
        aid_type=BIN.id,
        title=Text("Rumah tangga × tempat sampah per rumah tangga", "Households × bins per household"),
        source="Pemilahan sampah: satu tempat sampah organik dan satu anorganik per rumah tangga",
        estimate=_bins,
    ),
)
