"""The KSBB programs and the aid that each asks for. Public."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from ksbb.api.context import ApiRequest, context
from ksbb.domain.errors import not_found
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Language, Text
from ksbb.program import AidType, Measure, Program
from ksbb.programs.host import ProgramHost
from ksbb.programs.status import ProgramState, ProgramStatus
from ksbb.usecases.desk import ActiveProgram


class ProgramOut(msgspec.Struct, kw_only=True):
    """A program and how it stands. `name` and `lead_agency` are null for one that doesn't run; `reason` and `remedy`
    say why.
    """

    id: str
    state: ProgramState
    name: Text | None
    lead_agency: Text | None
    distribution: str | None
    version: str | None
    reason: Text | None
    remedy: Text | None


class UnitOut(msgspec.Struct, kw_only=True):
    """A unit of measure."""

    id: str
    name: Text


class ReferenceValueOut(msgspec.Struct, kw_only=True):
    """What one unit is worth from a day on, in whole rupiah; `where` restricts it to attributes with these values."""

    rupiah: int
    valid_from: date
    source: str
    where: dict[str, Any]


class AidTypeOut(msgspec.Struct, kw_only=True):
    """A kind of aid. `schema` is the JSON Schema (2020-12) of a line's attributes; `examples` validate against it."""

    id: str
    name: Text
    unit: UnitOut
    service: bool
    schema_version: int
    schema: dict[str, Any]
    examples: list[dict[str, Any]]
    reference_values: list[ReferenceValueOut]


class MetricOut(msgspec.Struct, kw_only=True):
    """How the program knows that it works."""

    id: str
    name: Text
    unit: Text
    measure: Measure
    aid_types: list[str]


class ProgramDetail(msgspec.Struct, kw_only=True):
    """A running program: what it asks for, whom it serves, the thresholds in force, and how it measures itself."""

    id: str
    name: Text
    lead_agency: Text
    aid_types: list[AidTypeOut]
    target_kinds: list[TargetKind]
    settings: dict[str, Any]
    success_metrics: list[MetricOut]


class GuideOut(msgspec.Struct, kw_only=True):
    """How to take part, as Markdown."""

    program_id: str
    language: Language
    markdown: str


@get("/", operation_id="list_programs", summary="Programs", sync_to_thread=False)
def list_programs(request: ApiRequest) -> list[ProgramOut]:
    """Every program that is installed or configured, with its status."""
    host = context(request.app).host
    running = {active.program.id: active.program for active in host.active()}
    return [_status(status, running.get(status.id)) for status in host.statuses()]


@get("/{program_id:str}", operation_id="get_program", summary="One program", sync_to_thread=False)
def get_program(request: ApiRequest, program_id: FromPath[str]) -> ProgramDetail:
    """What a program asks for, with the JSON Schema of each aid type. 503 with reason and remedy for one that doesn't
    run.
    """
    active = _active(context(request.app).host, program_id)
    program = active.program
    return ProgramDetail(
        id=program.id,
        name=program.name,
        lead_agency=program.lead_agency,
        aid_types=[_aid_type(aid_type) for aid_type in program.aid_types],
        target_kinds=sorted(program.target_kinds),
        settings=active.settings.model_dump(mode="json"),
        success_metrics=[
            MetricOut(id=one.id, name=one.name, unit=one.unit, measure=one.measure, aid_types=list(one.aid_types))
            for one in program.success_metrics
        ],
    )


@get("/{program_id:str}/guide", operation_id="get_guide", summary="The guide of a program", sync_to_thread=False)
def get_guide(
    request: ApiRequest,
    program_id: FromPath[str],
    language: Annotated[Language, QueryParameter(description="`id` or `en`.")] = "id",
) -> GuideOut:
    """How to take part in a program."""
    program = _active(context(request.app).host, program_id).program
    return GuideOut(program_id=program.id, language=language, markdown=program.guide.in_language(language))


def _active(host: ProgramHost, program_id: str) -> ActiveProgram:
    if all(status.id != program_id for status in host.statuses()):
        raise not_found(Text("program", "program"), program_id)
    return host.require(program_id)


def _status(status: ProgramStatus, program: Program | None) -> ProgramOut:
    return ProgramOut(
        id=status.id,
        state=status.state,
        name=program.name if program else None,
        lead_agency=program.lead_agency if program else None,
        distribution=status.distribution,
        version=status.version,
        reason=status.reason,
        remedy=status.remedy,
    )


def _aid_type(aid_type: AidType) -> AidTypeOut:
    return AidTypeOut(
        id=aid_type.id,
        name=aid_type.name,
        unit=UnitOut(id=aid_type.unit.id, name=aid_type.unit.name),
        service=aid_type.service,
        schema_version=aid_type.schema_version,
        schema=dict(aid_type.schema),
        examples=[dict(example) for example in aid_type.examples],
        reference_values=[
            ReferenceValueOut(
                rupiah=value.rupiah, valid_from=value.valid_from, source=value.source, where=dict(value.where)
            )
            for value in aid_type.reference_values
        ],
    )


def router() -> Router:
    """The programs."""
    return Router("/programs", route_handlers=[list_programs, get_program, get_guide], tags=["programs"])
