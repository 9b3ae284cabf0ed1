"""How many packages and meals a target needs."""

from ksbb.program import ControlSum, NeedFigure, NeedPlan, Period, TargetFacts, Text, Unmet
from ksbb_pangan.aid import EID_PACKAGE, READY_MEAL, STAPLE_FOOD
from ksbb_pangan.settings import PanganSettings

_DAYS = 7
_RESIDENTS = NeedFigure(
    id="residents", title=Text("Penghuni, bila sasaran adalah panti atau pesantren", "Residents, of an institution")
)
_SOURCE = (
    "Bagian rumah tangga rentan: 2,4 juta warga rentan (pernyataan KSBB) dari 10,56 juta penduduk (Sensus Penduduk 2020); "
    "satu rumah tangga 4 orang (KSBB). Penghuni panti dihitung semua."
)


def _households(facts: TargetFacts, settings: PanganSettings) -> int | None:
    """Vulnerable households of a neighbourhood, or the residents of an institution as households of the usual size."""
    if facts.households is not None:
        return _up(facts.households * settings.vulnerable_households_percent, 100)
    residents = facts.figures.get(_RESIDENTS.id)
    return None if residents is None else _up(residents, settings.household_size)


def _up(part: int, whole: int) -> int:
    return -(-part // whole)


def _staple_food(facts: TargetFacts, settings: PanganSettings) -> int | None:
    households = _households(facts, settings)
    return None if households is None else households * settings.staple_packages_per_week


def _ready_meal(facts: TargetFacts, _: PanganSettings) -> int | None:
    people = facts.figures.get("without_kitchen")
    return None if people is None else people * _DAYS


NEEDS = (
    NeedPlan(
        aid_type=STAPLE_FOOD.id,
        title=Text(
            "Rumah tangga rentan × paket per minggu",
            "Vulnerable households × packages per week",
        ),
        source=_SOURCE,
        estimate=_staple_food,
        figures=(_RESIDENTS,),
        period=Period.WEEK,
        unmet=Unmet.LAPSES,
        controls=(
            ControlSum(
                total=600_000,
                source="2,4 juta warga rentan di Jakarta (pernyataan KSBB) ÷ 4 orang × 1 paket per minggu",
            ),
        ),
    ),
    NeedPlan(
        aid_type=READY_MEAL.id,
        title=Text(
            "Orang yang tidak dapat memasak × 7 hari",
            "People who can't cook × 7 days",
        ),
        source="Satu porsi per orang per hari (standar KSBB pangan); jumlah orang dari pendataan sasaran",
        estimate=_ready_meal,
        figures=(
            NeedFigure(id="without_kitchen", title=Text("Orang yang tidak dapat memasak", "People who can't cook")),
        ),
        period=Period.WEEK,
        unmet=Unmet.LAPSES,
    ),
    NeedPlan(
        aid_type=EID_PACKAGE.id,
        title=Text("Satu paket per rumah tangga rentan", "One package for each vulnerable household"),
        source=_SOURCE,
        estimate=_households,
        figures=(_RESIDENTS,),
        period=Period.YEAR,
        unmet=Unmet.LAPSES,
    ),
)
