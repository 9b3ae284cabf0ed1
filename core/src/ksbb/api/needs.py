"""Needs: how much of an aid type a target needs. Public, small figures suppressed."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, Router, get, post, put
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import BodyKwarg, FromPath, HeaderParameter, JSONBody, QueryParameter

from ksbb.api.acts import (
    CHANGED,
    ETAG,
    REPLAYED,
    Answer,
    IdempotencyKey,
    perform,
    require_if_none_match_any,
    single,
    version_of,
)
from ksbb.api.context import ApiRequest, reading, signed_in
from ksbb.api.fields import AreaFilter, CodeFilter, IdFilter, Name, Whole
from ksbb.api.imports import CsvBody, DryRunFlag, Mapping, import_mapped
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.api.problems import refusal
from ksbb.domain.text import Text
from ksbb.program import ImportTable
from ksbb.usecases import needs
from ksbb.usecases.csv_import import DryRun, Imported, Table
from ksbb.usecases.desk import Desk
from ksbb.usecases.need_estimates import Estimated, compute_estimates
from ksbb.usecases.need_estimates import estimate_needs as store_estimates
from ksbb.usecases.read.needs import NeedPeriodView, NeedView, find_needs, show_need, show_periods


class NeedIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How much is needed, in whole units; who says so, and as of which day.

    `tier` (vulnerability, from the settings) and `period` stay as they are where they are null; a new need gets the default tier and
    no end. A period later than the need's present one is planned, and taken when it begins.
    """

    quantity: Whole
    source: Name
    as_of: date
    tier: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    period: (
        Annotated[
            str, msgspec.Meta(max_length=10, description="`2026`, `2026-11`, `2026-W48`, or empty: without an end.")
        ]
        | None
    ) = None


Held = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match", pattern=r'^"\d{1,9}"$', description="The version that you change; for a need that exists."
    ),
]
New = Annotated[
    str | None,
    HeaderParameter(name="If-None-Match", max_length=40, description="`*`, for a need that doesn't exist yet."),
]


@get("/", operation_id="list_needs", summary="Needs")
async def list_needs(
    request: ApiRequest,
    program_id: CodeFilter = None,
    aid_type: CodeFilter = None,
    target_id: IdFilter = None,
    area_code: AreaFilter = None,
    unmet: Annotated[  # noqa: FBT002
        bool, QueryParameter(description="Only needs of which something is open, or whose figures are suppressed.")
    ] = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[NeedView]:
    """All needs, by `target_code` (default) or `as_of`; officials also by `quantity` or `open`.

    For the public, a need with a figure from 1 to 4 has no figures (`suppressed`), nor have those beside it that would tell it by
    the coverage of their area. Auditors, assessors and the secretariat see all where they work, a recipient the own target's. Who
    doesn't see all that is asked for can't order it by figures; `/coverage?level=target` has the widest gap first. With `unmet`, a
    page may hold fewer items than `limit` and still have a `next`.
    """
    async with reading(request) as desk:
        return await find_needs(
            desk,
            asked(limit, cursor, sort),
            program_id=program_id,
            aid_type=aid_type,
            target_id=target_id,
            area_code=area_code,
            unmet=unmet,
        )


@get(
    "/{target_id:str}/{program_id:str}/{aid_type:str}",
    operation_id="get_need",
    summary="One need",
    response_headers=[ETAG],
)
async def get_need(
    request: ApiRequest, target_id: FromPath[str], program_id: FromPath[str], aid_type: FromPath[str]
) -> Response[NeedView]:
    """The need of a target for an aid type, with its version in `ETag`; without figures where they are suppressed."""
    async with reading(request) as desk:
        found = await show_need(desk, target_id, program_id, aid_type)
    return single(request, found, found.version)


@get(
    "/{target_id:str}/{program_id:str}/{aid_type:str}/periods",
    operation_id="get_need_periods",
    summary="A need's other periods",
)
async def get_need_periods(
    request: ApiRequest, target_id: FromPath[str], program_id: FromPath[str], aid_type: FromPath[str]
) -> list[NeedPeriodView]:
    """What is planned for later periods of a need, and what was needed and accepted in past ones, the latest first.

    Without figures where one is from 1 to 4, and all of them where the need itself is suppressed.
    """
    async with reading(request) as desk:
        return await show_periods(desk, target_id, program_id, aid_type)


@put(
    "/{target_id:str}/{program_id:str}/{aid_type:str}",
    operation_id="set_need",
    summary="Set a need",
    security=SECURITY,
    response_headers=CHANGED,
)
async def set_need(
    request: ApiRequest,
    target_id: FromPath[str],
    program_id: FromPath[str],
    aid_type: FromPath[str],
    data: JSONBody[NeedIn],
    held: Held = None,
    new: New = None,
) -> Response[NeedView]:
    """Set a need: with `If-Match` for one that exists, with `If-None-Match: *` for a new one. 428 without either.

    A recipient sets the needs of the target that the account belongs to, without the tier.
    """
    if (held is None) == (new is None):
        raise refusal(
            428,
            "version_missing",
            Text(
                'sebut salah satu: If-Match: "3" untuk mengubah, atau If-None-Match: * untuk membuat',
                'name one of the two: If-Match: "3" to change, or If-None-Match: * to create',
            ),
            "/header/If-Match",
            '"3"',
        )
    if new is not None:
        require_if_none_match_any(new)
    given = needs.NeedInput(
        target_id=target_id,
        program_id=program_id,
        aid_type=aid_type,
        quantity=data.quantity,
        source=data.source,
        as_of=data.as_of,
        tier=data.tier,
        period=data.period,
    )

    async def act(desk: Desk) -> Answer[NeedView]:
        made = await needs.set_need(desk, given, expected_version=None if held is None else version_of(held))
        return Answer(body=await show_need(desk, target_id, program_id, aid_type), version=made.version)

    return await perform(request, None, act)


@post(
    "/import",
    operation_id="import_needs",
    summary="Import needs",
    security=SECURITY,
    status_code=200,
    response_headers=[REPLAYED],
)
async def import_needs(
    request: ApiRequest,
    data: CsvBody,
    idempotency_key: IdempotencyKey,
    mapping: Mapping = None,
    dry_run: DryRunFlag = False,  # noqa: FBT002 - Litestar passes it by name
) -> Response[Imported | DryRun]:
    """Import needs from CSV or XLSX: `target_code,program_id,aid_type,quantity,source,as_of`, optional `tier,period`.

    A known need is updated, never doubled. One wrong cell refuses the whole file; every wrong cell is named. With
    `mapping`, a table of another system is read as a program knows how to; cells are named as they are there.
    """

    async def act(desk: Desk, table: Table) -> Imported:
        return await needs.import_needs(desk, table, dry_run=dry_run)

    return await import_mapped(request, idempotency_key, data, ImportTable.NEEDS, mapping, act, dry_run=dry_run)


class EstimateIn(msgspec.Struct, kw_only=True):
    """Which needs to estimate; `file`: figures for the formula, as CSV or XLSX with `target_code` and the columns that
    `brings.needs` of the program names, where it wants any.
    """

    program_id: str
    aid_type: str
    file: UploadFile | None = None


@post(
    "/estimates",
    operation_id="estimate_needs",
    summary="Estimate needs",
    security=SECURITY,
    status_code=200,
    response_headers=[REPLAYED],
)
async def estimate_needs(
    request: ApiRequest,
    data: Annotated[EstimateIn, BodyKwarg(media_type=RequestEncodingType.MULTI_PART)],
    idempotency_key: IdempotencyKey,
    dry_run: DryRunFlag = False,  # noqa: FBT002 - Litestar passes it by name
) -> Response[Estimated]:
    """Estimate the needs of all targets by a program's formula, and store them as an import would.

    `controls` holds the sum of the estimates against published totals: a difference warns, it refuses nothing. Targets of which
    the formula says nothing, or of which more is promised than estimated, are `left_out` and stay as they are.
    """
    figures = await data.file.read() if data.file is not None else None
    signed_in(request)
    # The formula is asked before the transaction: whoever writes meanwhile doesn't wait for it
    async with reading(request) as desk:
        estimates = await compute_estimates(desk, data.program_id, data.aid_type, figures)
        if dry_run:
            return Response(content=await store_estimates(desk, estimates, dry_run=True))

    async def act(desk: Desk) -> Answer[Estimated]:
        return Answer(body=await store_estimates(desk, estimates))

    content = msgspec.json.encode((data.program_id, data.aid_type)) + (figures or b"")
    return await perform(request, idempotency_key, act, content=content)


def router(max_upload_bytes: int) -> Router:
    """The needs; uploads have at most `max_upload_bytes`."""
    uploads = Router("/", route_handlers=[import_needs, estimate_needs], request_max_body_size=max_upload_bytes)
    return Router("/needs", route_handlers=[list_needs, get_need, get_need_periods, set_need, uploads], tags=["needs"])
