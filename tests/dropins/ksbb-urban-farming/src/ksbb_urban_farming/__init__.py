"""KSBB Urban Farming: seed, growing sets, small animals and training for Jakarta's gardens."""

from ksbb.program import Measure, Program, ProgramFlow, Stage, SuccessMetric, TargetKind, Text, hookimpl, read_guide

from ksbb_urban_farming.aid import AID_TYPES
from ksbb_urban_farming.extras import ANIMALS, GARDENS, SEED_NEED
from ksbb_urban_farming.plans import ALIVE, HARVESTED, SURVIVAL
from ksbb_urban_farming.rules import RULES
from ksbb_urban_farming.settings import Settings

__all__ = ["PROGRAM", "ksbb_program"]


def _reported(field: str, name: Text, unit: Text) -> SuccessMetric:
    return SuccessMetric(
        id=field, name=name, unit=unit, measure=Measure.FOLLOW_UP_SUM, follow_up_kind=SURVIVAL, result_field=field
    )


PROGRAM = Program(
    id="urban_farming",
    name=Text("Pertanian Kota", "Urban Farming"),
    lead_agency=Text(
        "Dinas Ketahanan Pangan, Kelautan, dan Pertanian (KPKP)",
        "Department of Food Security, Fisheries and Agriculture (KPKP)",
    ),
    requires_api=">=1.1,<2",
    guide=read_guide(__name__),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.RW, TargetKind.COMMUNITY_GARDEN, TargetKind.DWELLING_GROUP}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="urban_farming-assess",
            entrypoint="ksbb_urban_farming.flows:assess",
            title=Text("Penilaian komitmen", "Assessment of commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="urban_farming-survival",
            entrypoint="ksbb_urban_farming.flows:survival",
            title=Text("Laporan panen dan kelangsungan", "Report of harvest and survival"),
            stage=Stage.HANDED_OVER,
        ),
        ProgramFlow(
            name="urban_farming-seed-watch",
            entrypoint="ksbb_urban_farming.flows:seed_watch",
            title=Text("Benih yang segera kedaluwarsa", "Seed that expires soon"),
            schedule="0 5 * * *",
        ),
    ),
    settings=Settings,
    success_metrics=(
        _reported(HARVESTED, Text("Hasil panen", "Harvested"), Text("kg", "kilograms")),
        _reported(ALIVE, Text("Masih terawat setelah 90 hari", "Still in use after 90 days"), Text("set", "sets")),
    ),
    routes=(SEED_NEED,),
    report_sections=(ANIMALS,),
    import_mappings=(GARDENS,),
)


@hookimpl
def ksbb_program() -> Program:
    """The program."""
    return PROGRAM
