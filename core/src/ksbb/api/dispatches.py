"""Dispatches: goods on their way, with their travel document (surat jalan)."""

import asyncio

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody

from ksbb.api.acts import CREATED, ETAG, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.commitment_bodies import CommitmentStateOut, state_out
from ksbb.api.context import ApiRequest, context, reading, signed_in
from ksbb.api.dispatch_bodies import DispatchIn, DispatchOut, WitnessOut, dispatch_out
from ksbb.api.files import DocumentLanguage, attachment
from ksbb.api.openapi import SECURITY
from ksbb.documents.render import render_travel_document
from ksbb.usecases import dispatch as acts
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.movements import dispatch_detail, dispatches_of
from ksbb.usecases.read.reports import gather_travel_document
from ksbb.usecases.read.visibility import require_visible
from ksbb.usecases.read.witnesses import possible_witnesses

ONE = "/dispatches/{dispatch_id:str}"


class DispatchedOut(msgspec.Struct, kw_only=True):
    """A dispatch, and its commitment right after the act."""

    dispatch: DispatchOut
    commitment: CommitmentStateOut


@post(
    "/commitments/{commitment_id:str}/dispatches",
    operation_id="dispatch",
    summary="Dispatch",
    security=SECURITY,
    response_headers=CREATED,
)
async def dispatch(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[DispatchIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[DispatchedOut]:
    """Send allocated goods from your custody to one target with an executor; gives the travel document its number."""

    async def act(desk: Desk) -> Answer[DispatchedOut]:
        await require_visible(desk, commitment_id)
        changed, made = await acts.dispatch(
            desk,
            commitment_id,
            target_id=data.target_id,
            executor_id=data.executor_id,
            lines=[acts.AllocationQuantity(allocation_id=li.allocation_id, quantity=li.quantity) for li in data.lines],
            expected_version=version_of(if_match),
            vehicle=data.vehicle,
        )
        await desk.unit.settle()
        sent = next(found for found in await dispatches_of(desk, commitment_id) if found.id == made.id)
        body = DispatchedOut(dispatch=dispatch_out(sent), commitment=state_out(changed))
        return Answer(body=body, status=201, version=changed.version, location=f"/dispatches/{made.id}")

    return await perform(request, idempotency_key, act)


@get(ONE, operation_id="get_dispatch", summary="A dispatch", security=SECURITY, response_headers=[ETAG])
async def show(request: ApiRequest, dispatch_id: FromPath[str]) -> Response[DispatchOut]:
    """A dispatch with its lines and what became of them. Its `version` and `ETag` are the commitment's."""
    signed_in(request)
    async with reading(request) as desk:
        found = await dispatch_detail(desk, dispatch_id)
    return single(request, dispatch_out(found), found.version)


@get(ONE + "/witnesses", operation_id="list_possible_witnesses", summary="Who may witness", security=SECURITY)
async def witnesses(request: ApiRequest, dispatch_id: FromPath[str]) -> list[WitnessOut]:
    """The officers of the area who may witness and belong to none of its parties; for the dispatch's executor."""
    signed_in(request)
    async with reading(request) as desk:
        found = await possible_witnesses(desk, dispatch_id)
    return [msgspec.convert(one, WitnessOut, from_attributes=True) for one in found]


@get(
    ONE + "/travel-document",
    operation_id="get_travel_document",
    summary="Its travel document",
    security=SECURITY,
    media_type="application/pdf",
)
async def travel_document(
    request: ApiRequest, dispatch_id: FromPath[str], language: DocumentLanguage = "id"
) -> Response[bytes]:
    """The travel document (surat jalan) as PDF, to go with the goods."""
    signed_in(request)
    async with reading(request) as desk:
        found = await dispatch_detail(desk, dispatch_id)
        document = await gather_travel_document(desk, dispatch_id, context(request.app).settings.public_url)
    # Setting a document takes a second of computing: beside the event loop
    content = await asyncio.to_thread(render_travel_document, document, language)
    return attachment(content, "application/pdf", f"{found.number}.pdf")


def router() -> Router:
    """Dispatches, under their commitment and by their own id."""
    return Router("/", route_handlers=[dispatch, show, witnesses, travel_document], tags=["dispatches"])
