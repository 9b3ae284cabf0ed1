"""Receipts: goods into an aggregator's custody, and write-offs."""

from collections.abc import Awaitable, Callable

import msgspec
from litestar import Response, Router, post
from litestar.params import FromPath, JSONBody

from ksbb.api.acts import CREATED, Answer, IdempotencyKey, IfMatch, perform, version_of
from ksbb.api.commitment_bodies import CommitmentStateOut, state_out
from ksbb.api.context import ApiRequest
from ksbb.api.openapi import SECURITY
from ksbb.api.receipt_bodies import ReceiptIn, ReceiptOut, WriteOffIn, quantities, receipt_out
from ksbb.domain.commitments import Commitment
from ksbb.usecases import receive as acts
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.visibility import require_visible


class ReceivedOut(msgspec.Struct, kw_only=True):
    """A receipt or write-off, and its commitment right after the act."""

    receipt: ReceiptOut
    commitment: CommitmentStateOut


@post("/receipts", operation_id="receive", summary="Receive", security=SECURITY, response_headers=CREATED)
async def receive(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[ReceiptIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[ReceivedOut]:
    """Goods come into your custody; in parts and several times, within what is outstanding."""

    async def book(desk: Desk) -> tuple[Commitment, acts.Receipt]:
        return await acts.receive(
            desk, commitment_id, lines=quantities(data.lines), expected_version=version_of(if_match), note=data.note
        )

    return await _book(request, idempotency_key, commitment_id, book)


@post("/write-offs", operation_id="write_off", summary="Write off", security=SECURITY, response_headers=CREATED)
async def write_off(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[WriteOffIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[ReceivedOut]:
    """Goods in your custody spoilt or are missing, with the reason; release allocations first where they cover them."""

    async def book(desk: Desk) -> tuple[Commitment, acts.Receipt]:
        return await acts.write_off(
            desk, commitment_id, lines=quantities(data.lines), reason=data.reason, expected_version=version_of(if_match)
        )

    return await _book(request, idempotency_key, commitment_id, book)


async def _book(
    request: ApiRequest,
    key: str,
    commitment_id: str,
    book: Callable[[Desk], Awaitable[tuple[Commitment, acts.Receipt]]],
) -> Response[ReceivedOut]:
    async def act(desk: Desk) -> Answer[ReceivedOut]:
        await require_visible(desk, commitment_id)
        changed, made = await book(desk)
        body = ReceivedOut(receipt=receipt_out(made), commitment=state_out(changed))
        return Answer(body=body, status=201, version=changed.version, location=f"/commitments/{commitment_id}")

    return await perform(request, key, act)


def router() -> Router:
    """The receipts and write-offs of a commitment."""
    return Router("/commitments/{commitment_id:str}", route_handlers=[receive, write_off], tags=["receipts"])
