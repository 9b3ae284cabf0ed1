"""Handovers: goods in the recipient's hands, with witness, evidence and report (BAST)."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody

from ksbb.api.acts import CHANGED, CREATED, Answer, IdempotencyKey, IfMatch, etag, perform, version_of
from ksbb.api.commitment_bodies import CommitmentStateOut, ReasonIn, state_out
from ksbb.api.context import ApiRequest, context, reading, signed_in
from ksbb.api.files import DocumentLanguage, attachment
from ksbb.api.handover_bodies import EvidenceOut, HandoverIn, HandoverOut, evidence_out, handover_out, outcomes
from ksbb.api.openapi import SECURITY
from ksbb.api.problems import RETRY_SECONDS, Refusal
from ksbb.documents.render import RenderError, render_report
from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import Problem, not_found
from ksbb.domain.text import Text
from ksbb.usecases import evidence, hand_over
from ksbb.usecases.chain import load_commitment
from ksbb.usecases.desk import Desk
from ksbb.usecases.read import movements
from ksbb.usecases.read.reports import gather_report, load_report, without_images
from ksbb.usecases.read.visibility import commitment_of_dispatch, commitment_of_handover, require_concerned

ONE = "/handovers/{handover_id:str}"
MAX_UPLOAD_BYTES = evidence.MAX_BYTES + 64 * 1024
"""Largest request with a file: the file, and what multipart puts around it."""


class HandedOverOut(msgspec.Struct, kw_only=True):
    """A handover, and its commitment right after the act."""

    handover: HandoverOut
    commitment: CommitmentStateOut


@dataclass(frozen=True, slots=True)
class EvidenceIn:
    """A photo (JPEG, PNG) or PDF of at most 5 MiB that proves the handover."""

    file: UploadFile


@post(
    "/dispatches/{dispatch_id:str}/handovers",
    operation_id="record_handover",
    summary="Record a handover",
    security=SECURITY,
    response_headers=CREATED,
)
async def record(
    request: ApiRequest,
    dispatch_id: FromPath[str],
    data: JSONBody[HandoverIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[HandedOverOut]:
    """The executor records the outcome and names the witness. `If-Match` is the commitment's version."""

    async def act(desk: Desk) -> Answer[HandedOverOut]:
        await commitment_of_dispatch(desk, dispatch_id)
        changed, made = await hand_over.record(
            desk,
            dispatch_id,
            lines=outcomes(data.lines),
            recipient_name=data.recipient_name,
            recipient_office=data.recipient_office,
            witness_account_id=data.witness_account_id,
            place=data.place,
            handed_over_at=data.handed_over_at,
            expected_version=version_of(if_match),
        )
        body = await _done(request, desk, changed, made.id)
        return Answer(body=body, status=201, version=changed.version, location=f"/handovers/{made.id}")

    return await perform(request, idempotency_key, act)


@get(ONE, operation_id="get_handover", summary="A handover", security=SECURITY)
async def show(request: ApiRequest, handover_id: FromPath[str]) -> Response[HandoverOut]:
    """A handover with its outcome and its report. Its `version` and `ETag` are the commitment's."""
    signed_in(request)
    async with reading(request) as desk:
        found = await movements.handover_detail(desk, handover_id)
    # Not answered with 304: the report becomes ready without a new version
    return Response(
        handover_out(found, context(request.app).settings.public_url), headers={"ETag": etag(found.version)}
    )


@post(
    ONE + "/confirm",
    operation_id="confirm_handover",
    summary="Confirm",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def confirm(
    request: ApiRequest, handover_id: FromPath[str], idempotency_key: IdempotencyKey, if_match: IfMatch
) -> Response[HandedOverOut]:
    """The named witness confirms; the quantities count from now on, and the report (BAST) gets its number."""

    async def act(desk: Desk) -> Answer[HandedOverOut]:
        await commitment_of_handover(desk, handover_id)
        changed, _, _ = await hand_over.confirm(desk, handover_id, expected_version=version_of(if_match))
        return Answer(body=await _done(request, desk, changed, handover_id), version=changed.version)

    return await perform(request, idempotency_key, act)


@post(
    ONE + "/refuse",
    operation_id="refuse_handover",
    summary="Refuse",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def refuse(
    request: ApiRequest,
    handover_id: FromPath[str],
    data: JSONBody[ReasonIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[HandedOverOut]:
    """The named witness refuses what was recorded, with the reason; the goods count as in transit as before."""

    async def act(desk: Desk) -> Answer[HandedOverOut]:
        await commitment_of_handover(desk, handover_id)
        changed, _ = await hand_over.refuse(
            desk, handover_id, reason=data.reason, expected_version=version_of(if_match)
        )
        return Answer(body=await _done(request, desk, changed, handover_id), version=changed.version)

    return await perform(request, idempotency_key, act)


@post(
    ONE + "/evidence",
    operation_id="attach_evidence",
    summary="Attach evidence",
    security=SECURITY,
    response_headers=CREATED,
    request_max_body_size=MAX_UPLOAD_BYTES,
)
async def attach(
    request: ApiRequest,
    handover_id: FromPath[str],
    data: Annotated[EvidenceIn, Body(media_type=RequestEncodingType.MULTI_PART)],
    idempotency_key: IdempotencyKey,
) -> Response[EvidenceOut]:
    """Attach a photo or PDF, at most 10; by the executor or the witness, until the witness decides."""
    content = await data.file.read()
    name = (
        "".join(letter for letter in data.file.filename if letter.isprintable()).replace("\\", "/").rpartition("/")[2]
    )

    async def act(desk: Desk) -> Answer[EvidenceOut]:
        commitment_id = await commitment_of_handover(desk, handover_id)
        made = await evidence.attach(desk, handover_id, file_name=name, content=content)
        version = (await load_commitment(desk, commitment_id)).version
        location = f"/handovers/{handover_id}/evidence/{made.id}"
        return Answer(body=evidence_out(made), status=201, version=version, location=location)

    return await perform(request, idempotency_key, act, content=name.encode() + b"\0" + content)


@get(ONE + "/evidence", operation_id="list_evidence", summary="Its evidence", security=SECURITY)
async def evidence_list(request: ApiRequest, handover_id: FromPath[str]) -> list[EvidenceOut]:
    """The files of a handover, the oldest first; for those who take part in it, assess or oversee it."""
    signed_in(request)
    async with reading(request) as desk:
        await require_concerned(desk, handover_id)
        return [evidence_out(found) for found in await evidence.evidence_of(desk, handover_id)]


@get(
    ONE + "/evidence/{evidence_id:str}",
    operation_id="get_evidence",
    summary="A file of its evidence",
    security=SECURITY,
    media_type="application/octet-stream",
)
async def evidence_file(request: ApiRequest, handover_id: FromPath[str], evidence_id: FromPath[str]) -> Response[bytes]:
    """One file as it was attached; for the same people as the list."""
    signed_in(request)
    async with reading(request) as desk:
        await require_concerned(desk, handover_id)
        for found in await evidence.evidence_of(desk, handover_id):
            if found.id == evidence_id:
                _, content = await evidence.content_of(desk, found.file_sha256)
                return attachment(content, found.media_type, found.file_name)
    raise not_found(Text("bukti", "evidence"), evidence_id)


@get(
    ONE + "/report",
    operation_id="get_handover_report",
    summary="Its report (BAST)",
    security=SECURITY,
    media_type="application/pdf",
)
async def report(request: ApiRequest, handover_id: FromPath[str], language: DocumentLanguage = "id") -> Response[bytes]:
    """The handover report as PDF/A; for those who take part in the handover, assess or oversee it.

    409 until the witness has confirmed, and for the moments until the PDF is made (`Retry-After`). The English reading
    version is made on request.
    """
    signed_in(request)
    async with reading(request) as desk:
        await require_concerned(desk, handover_id)
        found = await load_report(desk, handover_id)
        name = f"{found.number}.pdf"
        if found.file_sha256 is None:
            raise _not_ready()
        if language == "id":
            media_type, content = await evidence.content_of(desk, found.file_sha256)
            return attachment(content, media_type, name)
        gathered = await gather_report(desk, handover_id, context(request.app).settings.public_url)
    try:
        content = await asyncio.to_thread(render_report, gathered, language)
    except RenderError:
        content = await asyncio.to_thread(render_report, without_images(gathered), language)
    return attachment(content, "application/pdf", name)


async def _done(request: ApiRequest, desk: Desk, changed: Commitment, handover_id: str) -> HandedOverOut:
    await desk.unit.settle()
    found = next(one for one in await movements.handovers_of(desk, changed.id) if one.id == handover_id)
    return HandedOverOut(
        handover=handover_out(found, context(request.app).settings.public_url),
        commitment=state_out(changed),
    )


def _not_ready() -> Refusal:
    problem = Problem(
        code="not_ready",
        message=Text(
            "berita acara sedang dibuat; ulangi sebentar lagi", "the report is being made; try again in a moment"
        ),
    )
    return Refusal(409, problem, headers={"Retry-After": str(RETRY_SECONDS)})


def router() -> Router:
    """Handovers, under their dispatch and by their own id, with evidence and report."""
    handlers = [record, show, confirm, refuse, attach, evidence_list, evidence_file, report]
    return Router("/", route_handlers=handlers, tags=["handovers"])
