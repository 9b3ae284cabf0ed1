"""Areas by Kemendagri code. Public."""

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.params import FromPath, QueryParameter

from ksbb.api.acts import REPLAYED, IdempotencyKey
from ksbb.api.context import ApiRequest, reading
from ksbb.api.imports import CsvBody, import_csv
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.areas import Area, AreaLevel
from ksbb.usecases import areas
from ksbb.usecases.csv_import import Imported
from ksbb.usecases.read.areas import find_areas, show_area


@get("/", operation_id="list_areas", summary="Areas")
async def list_areas(
    request: ApiRequest,
    level: Annotated[AreaLevel | None, QueryParameter(description="Only areas of this level.")] = None,
    parent: Annotated[
        str | None, QueryParameter(max_length=40, description="Only areas directly below this one.")
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[Area]:
    """All areas, by `code` (default) or `name`."""
    async with reading(request) as desk:
        return await find_areas(desk, asked(limit, cursor, sort), level=level, parent=parent)


@get("/{code:str}", operation_id="get_area", summary="One area")
async def get_area(request: ApiRequest, code: FromPath[str]) -> Area:
    """The area with this Kemendagri code, such as `31.71.06.1002`."""
    async with reading(request) as desk:
        return await show_area(desk, code)


@post(
    "/import",
    operation_id="import_areas",
    summary="Import areas",
    security=SECURITY,
    status_code=200,
    response_headers=[REPLAYED],
)
async def import_areas(request: ApiRequest, data: CsvBody, idempotency_key: IdempotencyKey) -> Response[Imported]:
    """Import areas from CSV or XLSX: `code,name`, optional `bps_code`. For the secretariat and admins."""
    return await import_csv(request, idempotency_key, data, areas.import_areas)


def router(max_upload_bytes: int) -> Router:
    """The areas; uploads have at most `max_upload_bytes`."""
    uploads = Router("/", route_handlers=[import_areas], request_max_body_size=max_upload_bytes)
    return Router("/areas", route_handlers=[list_areas, get_area, uploads], tags=["areas"])
