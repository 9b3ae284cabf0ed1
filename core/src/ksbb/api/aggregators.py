"""Aggregators: who collects under licence."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ksbb.api.acts import CHANGED, CREATED, ETAG, REPLAYED, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import AreaCode, Name, Note, Office, Reason
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.parties import AggregatorStatus, LicenceKind
from ksbb.usecases import parties
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.parties import (
    AggregatorView,
    LicenceView,
    aggregator_view,
    find_aggregators,
    licence_view,
    show_aggregator,
)


class AggregatorIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An application to become an aggregator."""

    name: Name
    legal_form: Name
    address: Note = ""
    contact_office: Office = ""
    synthetic: bool = False


class AggregatorStatusIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The status to go to; every status but the first `active` needs a reason."""

    status: AggregatorStatus
    reason: Reason = ""


class LicenceIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A licence, valid from one day to another, both included, inside an area."""

    kind: LicenceKind
    number: Name
    issuer: Name
    area_code: AreaCode
    valid_from: date
    valid_to: date
    synthetic: bool = False


@get("/", operation_id="list_aggregators", summary="Aggregators")
async def list_aggregators(
    request: ApiRequest,
    status: Annotated[AggregatorStatus | None, QueryParameter(description="Only this status.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[AggregatorView]:
    """The active aggregators with their licences; all of them for those who read parties. By `name` (default),
    `created_at`.
    """
    async with reading(request) as desk:
        return await find_aggregators(desk, asked(limit, cursor, sort), status=status)


@get("/{aggregator_id:str}", operation_id="get_aggregator", summary="One aggregator", response_headers=[ETAG])
async def get_aggregator(request: ApiRequest, aggregator_id: FromPath[str]) -> Response[AggregatorView]:
    """One aggregator with its licences, and its version in `ETag`."""
    async with reading(request) as desk:
        found = await show_aggregator(desk, aggregator_id)
    return single(request, found, found.version)


@post(
    "/", operation_id="apply_as_aggregator", summary="Apply as aggregator", security=SECURITY, response_headers=CREATED
)
async def apply_as_aggregator(
    request: ApiRequest, data: JSONBody[AggregatorIn], idempotency_key: IdempotencyKey
) -> Response[AggregatorView]:
    """Apply to become an aggregator; the secretariat verifies."""

    async def act(desk: Desk) -> Answer[AggregatorView]:
        made = await parties.apply_as_aggregator(desk, **msgspec.structs.asdict(data))
        return Answer(
            body=await aggregator_view(desk, made), status=201, version=made.version, location=f"/aggregators/{made.id}"
        )

    return await perform(request, idempotency_key, act)


@post(
    "/{aggregator_id:str}/status",
    operation_id="change_aggregator_status",
    summary="Verify, suspend, revoke or refuse",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def change_status(
    request: ApiRequest,
    aggregator_id: FromPath[str],
    data: JSONBody[AggregatorStatusIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[AggregatorView]:
    """Change an aggregator's status. For the secretariat. To verify, a licence must be in force."""

    async def act(desk: Desk) -> Answer[AggregatorView]:
        made = await parties.change_aggregator_status(
            desk, aggregator_id, to=data.status, reason=data.reason, expected_version=version_of(if_match)
        )
        return Answer(body=await aggregator_view(desk, made), version=made.version)

    return await perform(request, idempotency_key, act)


@get("/{aggregator_id:str}/licences", operation_id="list_licences", summary="Licences of an aggregator")
async def list_licences(request: ApiRequest, aggregator_id: FromPath[str]) -> list[LicenceView]:
    """All licences, the last to expire first."""
    async with reading(request) as desk:
        return (await show_aggregator(desk, aggregator_id)).licences


@post(
    "/{aggregator_id:str}/licences",
    operation_id="add_licence",
    summary="Register a licence",
    security=SECURITY,
    response_headers=[REPLAYED],
)
async def add_licence(
    request: ApiRequest, aggregator_id: FromPath[str], data: JSONBody[LicenceIn], idempotency_key: IdempotencyKey
) -> Response[LicenceView]:
    """Register a licence. For the secretariat, and for the aggregator itself while it applies."""

    async def act(desk: Desk) -> Answer[LicenceView]:
        made = await parties.add_licence(desk, aggregator_id, **msgspec.structs.asdict(data))
        return Answer(body=licence_view(made), status=201)

    return await perform(request, idempotency_key, act)


def router() -> Router:
    """The aggregators and their licences."""
    return Router(
        "/aggregators",
        route_handlers=[
            list_aggregators,
            get_aggregator,
            apply_as_aggregator,
            change_status,
            list_licences,
            add_licence,
        ],
        tags=["aggregators"],
    )
