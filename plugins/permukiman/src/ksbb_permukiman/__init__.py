"""KSBB Permukiman: settlement improvement in RWs that are slums by Jakarta's eleven indicators."""

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
from ksbb_permukiman.aid import AID_TYPES, HOUSE_REPAIR
from ksbb_permukiman.needs import NEEDS
from ksbb_permukiman.plans import INDICATORS_IMPROVED
from ksbb_permukiman.reference import SLUM_INDICATOR_REGISTER
from ksbb_permukiman.rules import RULES
from ksbb_permukiman.settings import PermukimanSettings

PROGRAM = Program(
    id="permukiman",
    name=Text("KSBB Permukiman", "KSBB Settlement"),
    lead_agency=Text(
        "Dinas Perumahan Rakyat dan Kawasan Permukiman (DPRKP)",
        "Department of Public Housing and Settlement Areas (DPRKP)",
    ),
    requires_api=">=1.1,<2",
    guide=read_guide("ksbb_permukiman"),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.RW, TargetKind.DWELLING_GROUP}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="assess",
            entrypoint="ksbb_permukiman.flows:assess",
            title=Text("Penilaian komitmen", "Assessment of commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="milestones",
            entrypoint="ksbb_permukiman.flows:milestones",
            title=Text("Jadwal foto 0/50/100 %", "Photo rounds at 0/50/100 %"),
            stage=Stage.APPROVED,
        ),
    ),
    settings=PermukimanSettings,
    success_metrics=(
        SuccessMetric(
            id="houses_repaired",
            name=Text("Rumah diperbaiki", "Houses repaired"),
            unit=Text("rumah", "houses"),
            measure=Measure.ACCEPTED,
            aid_types=(HOUSE_REPAIR.id,),
        ),
        SuccessMetric(
            id="indicators_improved",
            name=Text("Indikator kumuh yang membaik", "Slum indicators improved"),
            unit=Text("indikator", "indicators"),
            measure=Measure.FOLLOW_UP_SUM,
            follow_up_kind="photos_100",
            result_field=INDICATORS_IMPROVED,
        ),
    ),
    reference_data=(SLUM_INDICATOR_REGISTER,),
    needs=NEEDS,
)


@hookimpl
def ksbb_program() -> Program:
    """The settlement program."""
    return PROGRAM
