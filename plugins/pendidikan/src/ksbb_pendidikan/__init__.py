"""Pendidikan: the education program of KSBB."""

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
from ksbb_pendidikan.aid import AID_TYPES, STUDENT_DEVICE, TEACHER_COMPUTER
from ksbb_pendidikan.imports import MAPPINGS
from ksbb_pendidikan.needs import NEEDS
from ksbb_pendidikan.report import SECTIONS
from ksbb_pendidikan.routes import ROUTES
from ksbb_pendidikan.rules import RULES
from ksbb_pendidikan.settings import PendidikanSettings

__all__ = ["PROGRAM", "ksbb_program"]

PROGRAM = Program(
    id="pendidikan",
    name=Text("Pendidikan", "Education"),
    lead_agency=Text("Dinas Pendidikan", "Education Agency"),
    requires_api=">=1.1,<2",
    guide=read_guide(__name__),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.SCHOOL}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="pendidikan-assess",
            entrypoint="ksbb_pendidikan.flows:assess",
            title=Text("Penilaian komitmen pendidikan", "Assessment of education commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="pendidikan-imei-sweep",
            entrypoint="ksbb_pendidikan.flows:imei_sweep",
            title=Text("Pemeriksaan IMEI ganda", "Sweep for IMEIs given twice"),
            schedule="0 4 * * 1",
        ),
    ),
    settings=PendidikanSettings,
    success_metrics=(
        SuccessMetric(
            id="student_devices_over_need",
            name=Text("Gawai siswa dibanding kebutuhan", "Student devices ÷ need"),
            unit=Text("unit", "devices"),
            measure=Measure.ACCEPTED_OVER_NEED,
            aid_types=(STUDENT_DEVICE.id,),
        ),
        SuccessMetric(
            id="teacher_computers_over_need",
            name=Text("Komputer guru dibanding kebutuhan", "Teacher computers ÷ need"),
            unit=Text("unit", "computers"),
            measure=Measure.ACCEPTED_OVER_NEED,
            aid_types=(TEACHER_COMPUTER.id,),
        ),
    ),
    routes=ROUTES,
    report_sections=SECTIONS,
    import_mappings=MAPPINGS,
    needs=NEEDS,
)


@hookimpl
def ksbb_program() -> Program:
    """The education program."""
    return PROGRAM
