"""Allocations: which target gets how much of a commitment."""

import msgspec
from litestar import Response, Router, post
from litestar.params import FromPath, JSONBody

from ksbb.api.acts import CHANGED, CREATED, Answer, IdempotencyKey, IfMatch, perform, version_of
from ksbb.api.allocation_bodies import AllocationIn, AllocationOut, OfferRefusalIn, ReleaseIn, allocation_out
from ksbb.api.commitment_bodies import CommitmentStateOut, state_out
from ksbb.api.context import ApiRequest
from ksbb.api.openapi import SECURITY
from ksbb.usecases import allocate as acts
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.visibility import require_visible


class AllocatedOut(msgspec.Struct, kw_only=True):
    """An allocation, and its commitment right after the act."""

    allocation: AllocationOut
    commitment: CommitmentStateOut


@post("/", operation_id="allocate", summary="Allocate", security=SECURITY, response_headers=CREATED)
async def allocate(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[AllocationIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[AllocatedOut]:
    """Promise a part of a line to a target, within what is unallocated and what the target still needs."""

    async def act(desk: Desk) -> Answer[AllocatedOut]:
        await require_visible(desk, commitment_id)
        changed, made = await acts.allocate(
            desk,
            commitment_id,
            line_id=data.line_id,
            target_id=data.target_id,
            quantity=data.quantity,
            expected_version=version_of(if_match),
            reason=data.reason,
        )
        body = AllocatedOut(allocation=allocation_out(made), commitment=state_out(changed))
        return Answer(body=body, status=201, version=changed.version, location=f"/commitments/{commitment_id}")

    return await perform(request, idempotency_key, act)


@post(
    "/{allocation_id:str}/release",
    operation_id="release_allocation",
    summary="Release",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def release(
    request: ApiRequest,
    commitment_id: FromPath[str],
    allocation_id: FromPath[str],
    data: JSONBody[ReleaseIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[AllocatedOut]:
    """Take back what is promised and not on its way, with the reason; the target's need is open again by as much."""

    async def act(desk: Desk) -> Answer[AllocatedOut]:
        await require_visible(desk, commitment_id)
        changed, made = await acts.release(
            desk,
            commitment_id,
            allocation_id,
            quantity=data.quantity,
            reason=data.reason,
            expected_version=version_of(if_match),
        )
        body = AllocatedOut(allocation=allocation_out(made), commitment=state_out(changed))
        return Answer(body=body, version=changed.version)

    return await perform(request, idempotency_key, act)


@post(
    "/{allocation_id:str}/refuse",
    operation_id="refuse_offer",
    summary="Refuse",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def refuse(
    request: ApiRequest,
    commitment_id: FromPath[str],
    allocation_id: FromPath[str],
    data: JSONBody[OfferRefusalIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[AllocatedOut]:
    """As the target's representative, refuse what is promised and not on its way, with the reason. The target loses nothing by it:
    its need is open again by as much, and its place among others stays.
    """

    async def act(desk: Desk) -> Answer[AllocatedOut]:
        await require_visible(desk, commitment_id)
        changed, made = await acts.refuse(
            desk,
            commitment_id,
            allocation_id,
            quantity=data.quantity,
            reason=data.reason,
            expected_version=version_of(if_match),
        )
        body = AllocatedOut(allocation=allocation_out(made), commitment=state_out(changed))
        return Answer(body=body, version=changed.version)

    return await perform(request, idempotency_key, act)


def router() -> Router:
    """The allocations of a commitment."""
    return Router(
        "/commitments/{commitment_id:str}/allocations", route_handlers=[allocate, release, refuse], tags=["allocations"]
    )
