"""Targets: who receives aid. Public, but for the contact of an office."""

from typing import Annotated

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from ksbb.api.acts import CHANGED, CREATED, ETAG, REPLAYED, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import AreaCode, AreaFilter, Code, CodeFilter, Name, Office
from ksbb.api.imports import CsvBody, DryRunFlag, Mapping, import_mapped
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.targets import TargetKind
from ksbb.program import ImportTable
from ksbb.usecases import targets
from ksbb.usecases.csv_import import DryRun, Imported, Table
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.targets import TargetView, find_targets, seen_by, show_target


class TargetIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new target. An RW's code is its sub-district and its number, such as `31.71.06.1002-RW003`."""

    code: Annotated[Code, msgspec.Meta(examples=["31.71.06.1002-RW003"])]
    kind: TargetKind
    name: Name
    area_code: AreaCode
    households: Annotated[int, msgspec.Meta(ge=0, le=10**6)] | None = None
    contact_office: Office = ""
    ziswaf_entitled: bool = False
    synthetic: bool = False


class TargetChangeIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What may change of a target; code, kind and area stay."""

    name: Name
    households: Annotated[int, msgspec.Meta(ge=0, le=10**6)] | None
    contact_office: Office
    ziswaf_entitled: bool


@get("/", operation_id="list_targets", summary="Targets")
async def list_targets(
    request: ApiRequest,
    kind: Annotated[TargetKind | None, QueryParameter(description="Only targets of this kind.")] = None,
    area_code: AreaFilter = None,
    code: CodeFilter = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[TargetView]:
    """All targets, by `code` (default), `name` or `created_at`."""
    async with reading(request) as desk:
        return await find_targets(desk, asked(limit, cursor, sort), kind=kind, area_code=area_code, code=code)


@get("/{target_id:str}", operation_id="get_target", summary="One target", response_headers=[ETAG])
async def get_target(request: ApiRequest, target_id: FromPath[str]) -> Response[TargetView]:
    """One target, with its version in `ETag`."""
    async with reading(request) as desk:
        found = await show_target(desk, target_id)
    return single(request, found, found.version)


@post("/", operation_id="register_target", summary="Register a target", security=SECURITY, response_headers=CREATED)
async def register_target(
    request: ApiRequest, data: JSONBody[TargetIn], idempotency_key: IdempotencyKey
) -> Response[TargetView]:
    """Register a target. For assessors and the secretariat, in their area."""

    async def act(desk: Desk) -> Answer[TargetView]:
        made = await targets.register(desk, **msgspec.structs.asdict(data))
        return Answer(body=seen_by(desk.actor, made), status=201, version=made.version, location=f"/targets/{made.id}")

    return await perform(request, idempotency_key, act)


@put(
    "/{target_id:str}",
    operation_id="change_target",
    summary="Change a target",
    security=SECURITY,
    response_headers=CHANGED,
)
async def change_target(
    request: ApiRequest, target_id: FromPath[str], data: JSONBody[TargetChangeIn], if_match: IfMatch
) -> Response[TargetView]:
    """Replace what may change of a target."""

    async def act(desk: Desk) -> Answer[TargetView]:
        changes = msgspec.structs.asdict(data)
        made = await targets.change(desk, target_id, expected_version=version_of(if_match), **changes)
        return Answer(body=seen_by(desk.actor, made), version=made.version)

    return await perform(request, None, act)


@post(
    "/import",
    operation_id="import_targets",
    summary="Import targets",
    security=SECURITY,
    status_code=200,
    response_headers=[REPLAYED],
)
async def import_targets(
    request: ApiRequest,
    data: CsvBody,
    idempotency_key: IdempotencyKey,
    synthetic: Annotated[bool, QueryParameter(description="Mark every imported target as made up.")] = False,  # noqa: FBT002
    mapping: Mapping = None,
    dry_run: DryRunFlag = False,  # noqa: FBT002 - Litestar passes it by name
) -> Response[Imported | DryRun]:
    """Import targets from CSV or XLSX: `code,kind,name,area_code`, optional
    `households,contact_office,ziswaf_entitled,synthetic`.

    A target with a known code is updated, never doubled. One wrong cell refuses the whole file; every wrong cell is
    named. With `mapping`, a table of another system is read as a program knows how to; cells are named as they are there.
    """

    async def act(desk: Desk, table: Table) -> Imported:
        return await targets.import_targets(desk, table, synthetic=synthetic, dry_run=dry_run)

    return await import_mapped(request, idempotency_key, data, ImportTable.TARGETS, mapping, act, dry_run=dry_run)


def router(max_upload_bytes: int) -> Router:
    """The targets; uploads have at most `max_upload_bytes`."""
    uploads = Router("/", route_handlers=[import_targets], request_max_body_size=max_upload_bytes)
    return Router(
        "/targets", route_handlers=[list_targets, get_target, register_target, change_target, uploads], tags=["targets"]
    )
