"""Work of the engine that was set aside. For admins."""

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from ksbb.api.acts import REPLAYED, Answer, IdempotencyKey, perform
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import CodeFilter, Reason
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.usecases import engine
from ksbb.usecases.desk import Desk
from ksbb.usecases.engine import Work


class DropIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why the work is given up."""

    reason: Reason


@get("/parked", operation_id="list_parked", summary="Parked work", security=SECURITY)
async def list_parked(
    request: ApiRequest,
    program_id: CodeFilter = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[Work]:
    """Work that failed too often, the oldest first, with the reason of the last failure."""
    async with reading(request) as desk:
        return await engine.find_parked(desk, asked(limit, cursor, sort), program_id=program_id)


@post(
    "/parked/{work_id:str}/retry",
    operation_id="retry_work",
    summary="Try parked work again",
    security=SECURITY,
    status_code=200,
    response_headers=[REPLAYED],
)
async def retry_work(request: ApiRequest, work_id: FromPath[str], idempotency_key: IdempotencyKey) -> Response[Work]:
    """Give the work back to the engine, with its attempts counted anew."""

    async def act(desk: Desk) -> Answer[Work]:
        return Answer(body=await engine.retry(desk, work_id))

    return await perform(request, idempotency_key, act)


@post(
    "/parked/{work_id:str}/drop",
    operation_id="drop_work",
    summary="Give parked work up",
    security=SECURITY,
    status_code=200,
    response_headers=[REPLAYED],
)
async def drop_work(
    request: ApiRequest, work_id: FromPath[str], data: JSONBody[DropIn], idempotency_key: IdempotencyKey
) -> Response[Work]:
    """Give the work up for good; the reason is kept."""

    async def act(desk: Desk) -> Answer[Work]:
        return Answer(body=await engine.drop(desk, work_id, reason=data.reason))

    return await perform(request, idempotency_key, act)


def router() -> Router:
    """The engine's parked work."""
    return Router("/engine", route_handlers=[list_parked, retry_work, drop_work], tags=["engine"])
