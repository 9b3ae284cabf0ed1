"""KSBB Seni Budaya: fees, stages, equipment and studios for Jakarta's artists."""

from typing import Any

from ksbb.program import (
    LifecycleEvent,
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

from ksbb_seni_budaya.agenda import note
from ksbb_seni_budaya.aid import AID_TYPES
from ksbb_seni_budaya.extras import EVENTS, STANDARD_FEE, STUDIOS
from ksbb_seni_budaya.plans import HELD, PAID, REPORT
from ksbb_seni_budaya.reference import CULTURE_OBJECTS
from ksbb_seni_budaya.rules import RULES
from ksbb_seni_budaya.settings import Settings

__all__ = ["PROGRAM", "ksbb_lifecycle", "ksbb_program"]


def _reported(field: str, name: Text, unit: Text) -> SuccessMetric:
    return SuccessMetric(
        id=field, name=name, unit=unit, measure=Measure.FOLLOW_UP_SUM, follow_up_kind=REPORT, result_field=field
    )


PROGRAM = Program(
    id="seni_budaya",
    name=Text("Seni Budaya", "Arts and Culture"),
    lead_agency=Text("Dinas Kebudayaan", "Department of Culture"),
    requires_api=">=1.1,<2",
    guide=read_guide(__name__),
    aid_types=AID_TYPES,
    target_kinds=frozenset({TargetKind.STUDIO}),
    rules=RULES,
    flows=(
        ProgramFlow(
            name="seni_budaya-assess",
            entrypoint="ksbb_seni_budaya.flows:assess",
            title=Text("Penilaian komitmen", "Assessment of commitments"),
            stage=Stage.SUBMITTED,
        ),
        ProgramFlow(
            name="seni_budaya-events",
            entrypoint="ksbb_seni_budaya.flows:events",
            title=Text("Laporan acara", "Report of events"),
            stage=Stage.HANDED_OVER,
        ),
    ),
    settings=Settings,
    success_metrics=(
        _reported(PAID, Text("Seniman dibayar", "Artists paid"), Text("seniman", "artists")),
        _reported(HELD, Text("Acara berlangsung", "Events held"), Text("acara", "events")),
    ),
    reference_data=(CULTURE_OBJECTS,),
    routes=(STANDARD_FEE,),
    report_sections=(EVENTS,),
    import_mappings=(STUDIOS,),
)


@hookimpl
def ksbb_program() -> Program:
    """The program."""
    return PROGRAM


@hookimpl
def ksbb_lifecycle(event: LifecycleEvent, settings: Any) -> None:
    """Keep the agency's agenda, where one is set."""
    if event.program_id == PROGRAM.id and settings.agenda is not None:
        note(settings.agenda, event)
