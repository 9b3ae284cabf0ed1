"""Follow-ups: dated obligations that programs open."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ksbb.api.acts import CHANGED, ETAG, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import CodeFilter, IdFilter
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.follow_ups import FollowUp, FollowUpStatus
from ksbb.usecases import follow_ups
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.follow_ups import find_follow_ups, show_follow_up


class ResultIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What came of it: the fields that the program asks for, such as `{"working": 48}`. No names of persons."""

    result: Annotated[dict[str, Any], msgspec.Meta(min_length=1, max_length=50)]


@get("/", operation_id="list_follow_ups", summary="Follow-ups", security=SECURITY)
async def list_follow_ups(
    request: ApiRequest,
    program_id: CodeFilter = None,
    status: Annotated[FollowUpStatus | None, QueryParameter(description="Only this status.")] = None,
    commitment_id: IdFilter = None,
    due_to: Annotated[date | None, QueryParameter(description="Due on this day at the latest.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[FollowUp]:
    """One's own organisation's; those of their programs for assessors and secretariat, all for auditors. By `due_on`,
    `created_at`.
    """
    async with reading(request) as desk:
        return await find_follow_ups(
            desk,
            asked(limit, cursor, sort),
            program_id=program_id,
            status=status,
            commitment_id=commitment_id,
            due_to=due_to,
        )


@get(
    "/{follow_up_id:str}",
    operation_id="get_follow_up",
    summary="One follow-up",
    security=SECURITY,
    response_headers=[ETAG],
)
async def get_follow_up(request: ApiRequest, follow_up_id: FromPath[str]) -> Response[FollowUp]:
    """One follow-up, with its version in `ETag`."""
    async with reading(request) as desk:
        found = await show_follow_up(desk, follow_up_id)
    return single(request, found, found.version)


@post(
    "/{follow_up_id:str}/complete",
    operation_id="complete_follow_up",
    summary="Complete a follow-up",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def complete_follow_up(
    request: ApiRequest,
    follow_up_id: FromPath[str],
    data: JSONBody[ResultIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[FollowUp]:
    """Report the result. For its owner, assessors and the secretariat."""

    async def act(desk: Desk) -> Answer[FollowUp]:
        done = await follow_ups.complete(desk, follow_up_id, result=data.result, expected_version=version_of(if_match))
        return Answer(body=done, version=done.version)

    return await perform(request, idempotency_key, act)


def router() -> Router:
    """The follow-ups."""
    return Router(
        "/follow-ups", route_handlers=[list_follow_ups, get_follow_up, complete_follow_up], tags=["follow-ups"]
    )
