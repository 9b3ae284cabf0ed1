"""Executors: who carries aid to the targets."""

import msgspec
from litestar import Response, Router, get, post
from litestar.params import JSONBody

from ksbb.api.acts import REPLAYED, Answer, IdempotencyKey, perform
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import Name, Note, Office
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.domain.parties import Party
from ksbb.usecases import parties
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.parties import find_executors


class ExecutorIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new executor that neither gives nor collects aid: Satpol PP, volunteers. Aggregators and others need no entry."""

    name: Name
    address: Note = ""
    contact_office: Office = ""
    synthetic: bool = False


@get("/", operation_id="list_executors", summary="Executors", security=SECURITY)
async def list_executors(
    request: ApiRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, sort: Sort = None
) -> Page[Party]:
    """The parties with an account that may record handovers, by `name`: who can be named at a dispatch.

    For aggregators, assessors, secretariat, admins and auditors.
    """
    async with reading(request) as desk:
        return await find_executors(desk, asked(limit, cursor, sort))


@post(
    "/",
    operation_id="register_executor",
    summary="Register an executor",
    security=SECURITY,
    response_headers=[REPLAYED],
)
async def register_executor(
    request: ApiRequest, data: JSONBody[ExecutorIn], idempotency_key: IdempotencyKey
) -> Response[Party]:
    """Register an executor. For the secretariat and admins; its accounts get the role `executor`."""

    async def act(desk: Desk) -> Answer[Party]:
        made = await parties.register_executor(desk, **msgspec.structs.asdict(data))
        return Answer(body=made, status=201)

    return await perform(request, idempotency_key, act)


def router() -> Router:
    """The executors."""
    return Router("/executors", route_handlers=[list_executors, register_executor], tags=["executors"])
