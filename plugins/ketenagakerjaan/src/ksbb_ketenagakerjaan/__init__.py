"""KSBB Ketenagakerjaan: training, certification, tools and jobs for Jakarta's job seekers."""

from ksbb.program import Measure, Program, ProgramFlow, Stage, SuccessMetric, TargetKind, Text, hookimpl, read_guide
from ksbb_ketenagakerjaan.aid import AID_TYPES
from ksbb_ketenagakerjaan.needs import NEEDS
from ksbb_ketenagakerjaan.plans import CERTIFIED, COMPLETED, PLACED, PLACEMENT
from ksbb_ketenagakerjaan.report import SECTIONS
from ksbb_ketenagakerjaan.rules import RULES
from ksbb_ketenagakerjaan.settings import KetenagakerjaanSettings


def _reported(field: str, name: Text) -> SuccessMetric:
    return SuccessMetric(
        id=field,
        name=name,
        unit=Text("peserta", "participants"),
        measure=Measure.FOLLOW_UP_SUM,
        follow_up_kind=PLACEMENT,
        result_field=field,
    )


PROGRAM = Program(
    id="ketenagakerjaan",
    name=Text("KSBB Ketenagakerjaan", "KSBB Employment"),
    lead_agency=Text(
        "Dinas Tenaga Kerja, Transmigrasi, dan Energi (Disnakertransgi)",
        "Department of Manpower, Transmigration and Energy (Disnakertransgi)",
    ),
    requires_api=">=1.1,<2",
    guide=read_guide("ksbb_ketenagakerjaan"),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.JOB_SEEKER_GROUP, TargetKind.TRAINING_CENTRE}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="assess",
            entrypoint="ksbb_ketenagakerjaan.flows:assess",
            title=Text("Penilaian komitmen", "Assessment of commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="placement",
            entrypoint="ksbb_ketenagakerjaan.flows:placement",
            title=Text("Laporan penempatan", "Placement report"),
            stage=Stage.HANDED_OVER,
        ),
    ),
    settings=KetenagakerjaanSettings,
    success_metrics=(
        _reported(COMPLETED, Text("Menyelesaikan pelatihan", "Completed the training")),
        _reported(CERTIFIED, Text("Bersertifikat kompetensi", "Certified competent")),
        _reported(PLACED, Text("Bekerja saat dilaporkan", "At work when reported")),
    ),
    report_sections=SECTIONS,
    needs=NEEDS,
)


@hookimpl
def ksbb_program() -> Program:
    """The employment program."""
    return PROGRAM
