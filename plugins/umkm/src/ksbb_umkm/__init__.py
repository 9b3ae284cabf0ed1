"""UMKM: the program of KSBB for micro, small and medium enterprises."""

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
from ksbb_umkm.after_care import ENTERPRISE_SIX_MONTHS, TRAINING_HOURS
from ksbb_umkm.aid import AID_TYPES
from ksbb_umkm.rules import RULES
from ksbb_umkm.settings import UmkmSettings

__all__ = ["PROGRAM", "ksbb_program"]

PROGRAM = Program(
    id="umkm",
    name=Text("UMKM", "Enterprises"),
    lead_agency=Text(
        "Dinas Perindustrian, Perdagangan, Koperasi, Usaha Kecil dan Menengah (PPKUKM)",
        "Agency for Industry, Trade, Cooperatives, Small and Medium Enterprises (PPKUKM)",
    ),
    requires_api=">=1.1,<2",
    guide=read_guide(__name__),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.ENTERPRISE, TargetKind.MARKET_LOCATION}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="umkm-assess",
            entrypoint="ksbb_umkm.flows:assess",
            title=Text("Penilaian komitmen UMKM", "Assessment of enterprise commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="umkm-follow-up",
            entrypoint="ksbb_umkm.flows:follow_up",
            title=Text("Tindak lanjut enam bulan", "Six-month follow-up"),
            stage=Stage.HANDED_OVER,
        ),
    ),
    settings=UmkmSettings,
    success_metrics=(
        SuccessMetric(
            id="enterprises_served",
            name=Text("Usaha terlayani", "Enterprises served"),
            unit=Text("usaha", "enterprises"),
            measure=Measure.TARGETS_REACHED,
            aid_types=tuple(aid_type.id for aid_type in AID_TYPES),
        ),
        SuccessMetric(
            id="training_hours",
            name=Text("Jam pelatihan", "Training hours"),
            unit=Text("jam", "hours"),
            measure=Measure.FOLLOW_UP_SUM,
            follow_up_kind=ENTERPRISE_SIX_MONTHS,
            result_field=TRAINING_HOURS,
        ),
    ),
)


@hookimpl
def ksbb_program() -> Program:
    """The enterprise program."""
    return PROGRAM
