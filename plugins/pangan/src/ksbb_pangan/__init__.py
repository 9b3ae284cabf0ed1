"""Pangan: the food program of KSBB."""

from ksbb.program import (
    Measure,
    Program,
    ProgramFlow,
    Stage,
    SuccessMetric,
    TargetKind,
    Text,
    hookimpl,
    read_guide,
)
from ksbb_pangan.aid import AID_TYPES, STAPLE_FOOD
from ksbb_pangan.needs import NEEDS
from ksbb_pangan.reference import EID_AL_FITR
from ksbb_pangan.routes import ROUTES
from ksbb_pangan.rules import RULES
from ksbb_pangan.settings import PanganSettings

__all__ = ["PROGRAM", "ksbb_program"]

PROGRAM = Program(
    id="pangan",
    name=Text("Pangan", "Food"),
    lead_agency=Text("Pokja KSBB", "KSBB Working Group"),
    requires_api=">=1.1,<2",
    guide=read_guide(__name__),
    aid_types=AID_TYPES,
    target_kinds=frozenset(
        {
            TargetKind.RW,
            TargetKind.ORPHANAGE,
            TargetKind.NURSING_HOME,
            TargetKind.BOARDING_SCHOOL,
            TargetKind.DISABILITY_HOME,
        }
    ),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="pangan-assess",
            entrypoint="ksbb_pangan.flows:assess",
            title=Text("Penilaian komitmen pangan", "Assessment of food commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="pangan-expiry-watch",
            entrypoint="ksbb_pangan.flows:expiry_watch",
            title=Text("Pantauan kedaluwarsa dan masa Lebaran", "Watch on expiry and the Eid window"),
            schedule="0 5 * * *",
        ),
    ),
    settings=PanganSettings,
    success_metrics=(
        SuccessMetric(
            id="households_covered",
            name=Text("Keluarga terlayani dibanding kebutuhan", "Households covered ÷ need"),
            unit=Text("keluarga", "households"),
            measure=Measure.ACCEPTED_OVER_NEED,
            aid_types=(STAPLE_FOOD.id,),
        ),
    ),
    reference_data=(EID_AL_FITR,),
    routes=ROUTES,
    needs=NEEDS,
)


@hookimpl
def ksbb_program() -> Program:
    """The food program."""
    return PROGRAM
