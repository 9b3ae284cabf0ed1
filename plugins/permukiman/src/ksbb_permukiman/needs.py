"""How many houses are to be repaired: those that the community action plan counts."""

from ksbb.program import NeedFigure, NeedPlan, Period, TargetFacts, Text, Unmet
from ksbb_permukiman.aid import HOUSE_REPAIR
from ksbb_permukiman.settings import PermukimanSettings

_HOUSES = NeedFigure(id="unfit_houses", title=Text("Rumah tidak layak huni", "Houses unfit to live in"))


def _repairs(facts: TargetFacts, _: PermukimanSettings) -> int | None:
    return facts.figures.get(_HOUSES.id)


NEEDS = (
    NeedPlan(
        aid_type=HOUSE_REPAIR.id,
        title=Text("Satu perbaikan per rumah tidak layak huni", "One repair for each house unfit to live in"),
        source="Community Action Plan (CAP) RW kumuh: rumah tidak layak huni menurut pendataan",
        estimate=_repairs,
        figures=(_HOUSES,),
        period=Period.YEAR,
        unmet=Unmet.REMAINS,
    ),
)
