"""The KSBB programs and the aid that each asks for. Public."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.params import FromPath, QueryParameter

from ksbb.api.context import ApiRequest, context
from ksbb.api.program_extras import BringsOut, brings
from ksbb.api.program_routes import active_program, names_kept
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Language, Text
from ksbb.program import AidType, Measure
from ksbb.programs.status import ProgramState, ProgramStatus
from ksbb.settings.values import shown


class ProgramOut(msgspec.Struct, kw_only=True):
    """A program and how it stands. One that doesn't run has the `name` and `lead_agency` that it had when it last took a
    commitment, null where it never did; `reason` and `remedy` say why it doesn't.
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
    """A running program: what it asks for, whom it serves, the thresholds in force (secrets are masked), how it measures itself,
    and what else it brings.
    """

    id: str
    name: Text
    lead_agency: Text
    aid_types: list[AidTypeOut]
    target_kinds: list[TargetKind]
    settings: dict[str, Any]
    success_metrics: list[MetricOut]
    brings: BringsOut


class GuideOut(msgspec.Struct, kw_only=True):
    """How to take part, as Markdown."""

    program_id: str
    language: Language
    markdown: str


@get("/", operation_id="list_programs", summary="Programs")
async def list_programs(request: ApiRequest) -> list[ProgramOut]:
    """Every program that is installed or configured, or that has records here, with its status."""
    host = context(request.app).host
    running = {active.program.id: active.program for active in host.active()}
    names = {program.id: (program.name, program.lead_agency) for program in running.values()}
    remembered = await names_kept(request)
    known = {status.id for status in host.statuses()}
    gone = [_gone(program_id) for program_id in remembered if program_id not in known]
    return [_status(status, (remembered | names).get(status.id)) for status in (*host.statuses(), *gone)]


@get("/{program_id:str}", operation_id="get_program", summary="One program")
async def get_program(request: ApiRequest, program_id: FromPath[str]) -> ProgramDetail:
    """What a program asks for, with the JSON Schema of each aid type. 503 with reason and remedy for one that doesn't
    run.
    """
    active = await active_program(request, program_id)
    program = active.program
    return ProgramDetail(
        id=program.id,
        name=program.name,
        lead_agency=program.lead_agency,
        aid_types=[_aid_type(aid_type) for aid_type in program.aid_types],
        target_kinds=sorted(program.target_kinds),
        settings=shown(active.settings),
        success_metrics=[
            MetricOut(id=one.id, name=one.name, unit=one.unit, measure=one.measure, aid_types=list(one.aid_types))
            for one in program.success_metrics
        ],
        brings=brings(program),
    )


@get("/{program_id:str}/guide", operation_id="get_guide", summary="The guide of a program")
async def get_guide(
    request: ApiRequest,
    program_id: FromPath[str],
    language: Annotated[Language, QueryParameter(description="`id` or `en`.")] = "id",
) -> GuideOut:
    """How to take part in a program."""
    program = (await active_program(request, program_id)).program
    return GuideOut(program_id=program.id, language=language, markdown=program.guide.in_language(language))


def _gone(program_id: str) -> ProgramStatus:
    return ProgramStatus(
        id=program_id,
        state=ProgramState.MISSING,
        reason=Text(
            "tidak terpasang lagi; catatannya di sini tetap dapat dibaca",
            "not installed any more; its records here stay readable",
        ),
        remedy=Text(
            f"pasang paketnya dan tambahkan {program_id} ke programs.enabled, lalu mulai ulang, agar komitmennya dapat dilanjutkan",
            f"install its package and add {program_id} to programs.enabled, then restart, so that its commitments can go on",
        ),
    )


def _status(status: ProgramStatus, names: tuple[Text, Text] | None) -> ProgramOut:
    return ProgramOut(
        id=status.id,
        state=status.state,
        name=names[0] if names else None,
        lead_agency=names[1] if names else None,
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
