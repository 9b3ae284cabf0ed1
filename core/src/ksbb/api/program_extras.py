"""What a program brings beyond its aid: reference data, figures, routes, report sections, import mappings, need plans. Public."""

import csv
import io
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath, QueryParameter

from ksbb.api.context import ApiRequest, reading
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit
from ksbb.api.program_routes import FINGERPRINT, JSON, active_program, ask, kept
from ksbb.domain.errors import NotFound, Problem, invalid
from ksbb.domain.text import Text
from ksbb.program import ImportTable, Measure, Period, Program, ReferenceData, Unmet
from ksbb.statistics.success import SuccessFigure, success_figures

CSV = "text/csv"


class ColumnOut(msgspec.Struct, kw_only=True):
    """A column of reference data."""

    id: str
    name: Text


class ReferenceOut(msgspec.Struct, kw_only=True):
    """A small register that a program brings: where it comes from, of which day it is, and how many rows it has."""

    id: str
    title: Text
    source: str
    as_of: date
    columns: list[ColumnOut]
    count: int


class ReferencePageOut(ReferenceOut, kw_only=True):
    """Rows of reference data, each by column; `next` is the cursor of the next page, null on the last one."""

    items: list[dict[str, str]]
    next: str | None


class RouteOut(msgspec.Struct, kw_only=True):
    """An address of the program's own, below the program's; `parameters` are JSON Schemas of the query's strings."""

    path: str
    title: Text
    description: Text
    parameters: dict[str, dict[str, Any]]
    required: list[str]


class SectionOut(msgspec.Struct, kw_only=True):
    """A section that the program adds to the handover report."""

    id: str
    title: Text


class MappingOut(msgspec.Struct, kw_only=True):
    """A table of another system that can be imported: `id` is the `mapping` of the import, `columns` gives our column for
    each of theirs, `constants` what theirs hasn't.
    """

    id: str
    title: Text
    source: str
    table: ImportTable
    columns: dict[str, str]
    constants: dict[str, str]


class NeedFigureOut(msgspec.Struct, kw_only=True):
    """A column of the figures that a formula wants."""

    id: str
    title: Text


class ControlOut(msgspec.Struct, kw_only=True):
    """A published total that estimates are held against."""

    total: int
    source: str
    as_of: date | None


class NeedPlanOut(msgspec.Struct, kw_only=True):
    """How needs of an aid type are known: whether there is a formula (`estimated`), the figures that it wants beside households, for
    which period an estimate holds (null: for good), and what becomes of what stays unmet.
    """

    aid_type: str
    title: Text
    source: str
    estimated: bool
    figures: list[NeedFigureOut]
    period: Period | None
    unmet: Unmet
    controls: list[ControlOut]


class BringsOut(msgspec.Struct, kw_only=True):
    """What a program brings beyond its aid."""

    reference: list[ReferenceOut]
    routes: list[RouteOut]
    report_sections: list[SectionOut]
    import_mappings: list[MappingOut]
    needs: list[NeedPlanOut]


class SuccessFigureOut(msgspec.Struct, kw_only=True):
    """A figure by which a program measures itself. `base` is what `value` is held against or rests on, as `base_name`
    says; `share` is value ÷ base, for a value that is part of its base. Figures of a suppressed one are null.
    """

    id: str
    name: Text
    unit: Text
    measure: Measure
    value: int | None
    base: int | None
    base_name: Text
    share: float | None
    as_of: date
    suppressed: bool
    contains_synthetic: bool


def brings(program: Program) -> BringsOut:
    """What a program brings, as its page lists it."""
    return BringsOut(
        reference=[_described(one) for one in program.reference_data],
        routes=[
            RouteOut(
                path=route.path,
                title=route.title,
                description=route.description,
                parameters={name: dict(schema) for name, schema in route.parameters.items()},
                required=list(route.required),
            )
            for route in program.routes
        ],
        report_sections=[SectionOut(id=section.id, title=section.title) for section in program.report_sections],
        import_mappings=[
            MappingOut(
                id=f"{program.id}.{mapping.id}",
                title=mapping.title,
                source=mapping.source,
                table=mapping.table,
                columns=dict(mapping.columns),
                constants=dict(mapping.constants),
            )
            for mapping in program.import_mappings
        ],
        needs=[
            NeedPlanOut(
                aid_type=plan.aid_type,
                title=plan.title,
                source=plan.source,
                estimated=plan.estimate is not None,
                figures=[NeedFigureOut(id=figure.id, title=figure.title) for figure in plan.figures],
                period=plan.period,
                unmet=plan.unmet,
                controls=[ControlOut(total=one.total, source=one.source, as_of=one.as_of) for one in plan.controls],
            )
            for plan in program.needs
        ],
    )


@get(
    "/{program_id:str}/reference",
    operation_id="list_reference",
    summary="A program's reference data",
)
async def list_reference(request: ApiRequest, program_id: FromPath[str]) -> list[ReferenceOut]:
    """The registers that a program's rules and pages look things up in, with source and day."""
    program = (await active_program(request, program_id)).program
    return [_described(one) for one in program.reference_data]


@get(
    "/{program_id:str}/reference/{reference_id:str}",
    operation_id="get_reference",
    summary="One register of a program",
    response_headers=[FINGERPRINT],
)
async def get_reference(
    request: ApiRequest,
    program_id: FromPath[str],
    reference_id: FromPath[str],
    form: Annotated[
        Literal["json", "csv"] | None,
        QueryParameter(name="format", description="`csv` for the whole register as a table; else by `Accept`."),
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response[ReferencePageOut]:
    """The rows of a register, in pages as JSON or whole as CSV (`?format=csv`, or `Accept: text/csv`)."""
    program = (await active_program(request, program_id)).program
    found = next((one for one in program.reference_data if one.id == reference_id), None)
    if found is None:
        raise _no_register(program, reference_id)
    if form == "csv" or (form is None and request.accept.best_match([JSON, CSV]) == CSV):
        return kept(request, _as_csv(found), CSV, file_name=f"{program_id}-{reference_id}.csv")
    start = _start(cursor)
    end = start + limit
    page = ReferencePageOut(
        **msgspec.structs.asdict(_described(found)),
        items=[dict(row) for row in found.rows[start:end]],
        next=str(end) if end < len(found.rows) else None,
    )
    return kept(request, msgspec.json.encode(page), JSON)


@get("/{program_id:str}/figures", operation_id="list_program_figures", summary="A program's success in figures")
async def list_figures(request: ApiRequest, program_id: FromPath[str]) -> list[SuccessFigureOut]:
    """How far a program has come by its own measures, each with its base and the day that it holds for.

    Figures of fewer than 5 acts are suppressed; auditors, assessors and the secretariat see all.
    """
    active = await active_program(request, program_id)
    async with reading(request) as desk:
        return [_figure(found) for found in await success_figures(desk, active.program)]


def _described(found: ReferenceData) -> ReferenceOut:
    return ReferenceOut(
        id=found.id,
        title=found.title,
        source=found.source,
        as_of=found.as_of,
        columns=[ColumnOut(id=name, name=text) for name, text in found.columns.items()],
        count=len(found.rows),
    )


def _as_csv(found: ReferenceData) -> bytes:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(found.columns), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(found.rows)
    return table.getvalue().encode()


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):  # noqa: PLR2004 - far beyond any register
        message = Text(
            "cursor tidak sah; mulai lagi dari halaman pertama",
            "the cursor isn't valid; start again from the first page",
        )
        raise invalid("cursor", message, "/query/cursor", given=cursor)
    return int(cursor)


def _no_register(program: Program, reference_id: str) -> NotFound:
    known = [one.id for one in program.reference_data]
    has = Text(", ".join(known) or "tidak ada", ", ".join(known) or "none")
    return NotFound(
        Problem(
            code="reference_unknown",
            message=Text(
                f"program {program.id} tidak punya data rujukan {reference_id}; yang ada: {has.id}",
                f"program {program.id} has no reference data {reference_id}; it has: {has.en}",
            ),
            expected=known,
            given=reference_id,
        )
    )


def _figure(found: SuccessFigure) -> SuccessFigureOut:
    metric = found.metric
    return SuccessFigureOut(
        id=metric.id,
        name=metric.name,
        unit=metric.unit,
        measure=metric.measure,
        value=found.value,
        base=found.base,
        base_name=found.base_name,
        share=found.share,
        as_of=found.as_of,
        suppressed=found.suppressed,
        contains_synthetic=found.contains_synthetic,
    )


def router() -> Router:
    """Below each program's address; what is none of these, the program's own routes answer."""
    return Router("/programs", route_handlers=[list_reference, get_reference, list_figures, ask], tags=["programs"])
