"""KSBB Persampahan: sorting, waste banks and recycling in the neighbourhood."""

from ksbb.program import Measure, Program, ProgramFlow, Stage, SuccessMetric, TargetKind, Text, hookimpl, read_guide
from ksbb_persampahan.aid import AID_TYPES
from ksbb_persampahan.needs import NEEDS
from ksbb_persampahan.plans import KG, OFFTAKE_MONTH
from ksbb_persampahan.rules import RULES
from ksbb_persampahan.settings import PersampahanSettings

PROGRAM = Program(
    id="persampahan",
    name=Text("KSBB Persampahan", "KSBB Waste"),
    lead_agency=Text("Dinas Lingkungan Hidup (DLH)", "Environment Agency (DLH)"),
    requires_api=">=1.1,<2",
    guide=read_guide("ksbb_persampahan"),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.RW, TargetKind.WASTE_BANK}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="assess",
            entrypoint="ksbb_persampahan.flows:assess",
            title=Text("Penilaian komitmen", "Assessment of commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="offtake_records",
            entrypoint="ksbb_persampahan.flows:offtake_records",
            title=Text("Laporan bulanan penyerapan", "Monthly offtake reports"),
            stage=Stage.HANDED_OVER,
        ),
    ),
    settings=PersampahanSettings,
    success_metrics=(
        SuccessMetric(
            id="kg_diverted",
            name=Text("Sampah yang dialihkan, jumlah laporan bulanan", "Waste diverted, sum of the monthly reports"),
            unit=Text("kg", "kg"),
            measure=Measure.FOLLOW_UP_SUM,
            follow_up_kind=OFFTAKE_MONTH,
            result_field=KG,
        ),
    ),
    needs=NEEDS,
)


@hookimpl
def ksbb_program() -> Program:
    """The waste program."""
    return PROGRAM
