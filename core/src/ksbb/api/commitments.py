"""Commitments: from draft to closed."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated

from litestar import Response, Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from ksbb.api.acts import CHANGED, CREATED, Answer, IdempotencyKey, IfMatch, etag, perform, version_of
from ksbb.api.commitment_bodies import (
    ApprovalIn,
    AssessmentOut,
    CancellationIn,
    CommitmentIn,
    CommitmentOut,
    CommitmentPageOut,
    CommitmentStateOut,
    HistoryPageOut,
    NoteIn,
    ReasonIn,
    assessment_out,
    commitment_out,
    history_out,
    state_out,
    summary_out,
)
from ksbb.api.context import ApiRequest, context, reading, signed_in
from ksbb.api.fields import AreaFilter, CodeFilter, IdFilter
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Sort, asked
from ksbb.api.receipt_bodies import quantities
from ksbb.domain.commitments import AssessmentState, Commitment, CommitmentStatus
from ksbb.domain.quantities import Degree
from ksbb.domain.targets import TargetKind
from ksbb.usecases import assess, close, commit
from ksbb.usecases.desk import Desk
from ksbb.usecases.read import detail
from ksbb.usecases.read.acts import next_acts
from ksbb.usecases.read.chain import CommitmentQuery, list_commitments
from ksbb.usecases.read.visibility import require_visible

ONE = "/{commitment_id:str}"

Statuses = Annotated[list[CommitmentStatus] | None, QueryParameter(description="One status or several.")]
DegreeFilter = Annotated[Degree | None, QueryParameter(description="How far the goods are.")]
DayFilter = Annotated[date | None, QueryParameter(description="Day in Asia/Jakarta, itself included.")]


@get("/", operation_id="list_commitments", summary="Commitments", security=SECURITY)
async def listing(
    request: ApiRequest,
    *,
    program_id: CodeFilter = None,
    status: Statuses = None,
    assessment: FromQuery[AssessmentState | None] = None,
    collaborator_id: IdFilter = None,
    aggregator_id: IdFilter = None,
    area_code: AreaFilter = None,
    target_kind: FromQuery[TargetKind | None] = None,
    number: Annotated[str | None, QueryParameter(max_length=40, description="How the number starts.")] = None,
    allocated: DegreeFilter = None,
    received: DegreeFilter = None,
    handed_over: DegreeFilter = None,
    created_from: DayFilter = None,
    created_to: DayFilter = None,
    synthetic: FromQuery[bool | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> CommitmentPageOut:
    """The commitments that you take part in, assess or oversee, the newest first.

    Sort keys: `created`, `number`, `planned_handover_on`.
    """
    signed_in(request)
    wanted = CommitmentQuery(
        program_id=program_id,
        statuses=status or (),
        assessment=assessment,
        collaborator_id=collaborator_id,
        aggregator_id=aggregator_id,
        area_code=area_code,
        target_kind=target_kind,
        number=number,
        allocated=allocated,
        received=received,
        handed_over=handed_over,
        created_from=created_from,
        created_to=created_to,
        synthetic=synthetic,
    )
    async with reading(request) as desk:
        page = await list_commitments(desk, wanted, asked(limit, cursor, sort))
    return CommitmentPageOut(items=[summary_out(item) for item in page.items], next=page.next)


@get(ONE, operation_id="get_commitment", summary="A commitment", security=SECURITY)
async def show(request: ApiRequest, commitment_id: FromPath[str]) -> Response[CommitmentOut]:
    """A commitment with its lines, goods and handovers, and the acts that you may do now (`next_acts`)."""
    signed_in(request)
    async with reading(request) as desk:
        found = await detail.commitment_detail(desk, commitment_id)
        acts = await next_acts(desk, found)
    # Not answered with 304: what may be done next changes with the day and the asker, not only with the version
    body = commitment_out(found, acts, context(request.app).settings.public_url)
    return Response(body, headers={"ETag": etag(found.commitment.version)})


@get(ONE + "/history", operation_id="get_commitment_history", summary="Its history", security=SECURITY)
async def history(
    request: ApiRequest,
    commitment_id: FromPath[str],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> HistoryPageOut:
    """The events of a commitment, the oldest first. Sort key: `sequence`."""
    signed_in(request)
    async with reading(request) as desk:
        page = await detail.history_of(desk, commitment_id, asked(limit, cursor, sort))
    return HistoryPageOut(items=[history_out(item) for item in page.items], next=page.next)


@get(ONE + "/assessments", operation_id="get_commitment_assessments", summary="Its assessments", security=SECURITY)
async def assessments(request: ApiRequest, commitment_id: FromPath[str]) -> list[AssessmentOut]:
    """All runs of the program's rules over a commitment, the newest first."""
    signed_in(request)
    async with reading(request) as desk:
        return [assessment_out(found) for found in await detail.assessments_of(desk, commitment_id)]


@post("/", operation_id="draft_commitment", summary="Draft", security=SECURITY, response_headers=CREATED)
async def draft(
    request: ApiRequest, data: JSONBody[CommitmentIn], idempotency_key: IdempotencyKey
) -> Response[CommitmentStateOut]:
    """A new draft of your organisation. It is judged only once it is submitted."""

    async def act(desk: Desk) -> Answer[CommitmentStateOut]:
        made = await commit.draft(desk, _given(data))
        return Answer(body=state_out(made), status=201, version=made.version, location=f"/commitments/{made.id}")

    return await perform(request, idempotency_key, act)


@put(ONE, operation_id="revise_commitment", summary="Revise", security=SECURITY, response_headers=CHANGED)
async def revise(
    request: ApiRequest, commitment_id: FromPath[str], data: JSONBody[CommitmentIn], if_match: IfMatch
) -> Response[CommitmentStateOut]:
    """Replace the contents of a draft, or of a commitment that was sent back. The program stays; lines by an older version of
    their schema are carried over to the present one.
    """

    async def change(desk: Desk) -> Commitment:
        return await commit.revise(desk, commitment_id, _given(data), expected_version=version_of(if_match))

    return await _change(request, None, commitment_id, change)


@post(
    ONE + "/submit",
    operation_id="submit_commitment",
    summary="Submit",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def submit(
    request: ApiRequest, commitment_id: FromPath[str], idempotency_key: IdempotencyKey, if_match: IfMatch
) -> Response[CommitmentStateOut]:
    """Hand a draft in. Reference values are fixed at today's, and the program's rules are run on it.

    Lines by an older version of their schema are carried over to the present one; 422 says what the present one asks for more.
    """

    async def change(desk: Desk) -> Commitment:
        return await commit.submit(desk, commitment_id, expected_version=version_of(if_match))

    return await _change(request, idempotency_key, commitment_id, change)


@post(
    ONE + "/withdraw",
    operation_id="withdraw_commitment",
    summary="Withdraw",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def withdraw(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[NoteIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[CommitmentStateOut]:
    """Take a commitment back before it is approved. After that, cancel what is outstanding."""

    async def change(desk: Desk) -> Commitment:
        return await commit.withdraw(desk, commitment_id, reason=data.note, expected_version=version_of(if_match))

    return await _change(request, idempotency_key, commitment_id, change)


@post(
    ONE + "/approve",
    operation_id="approve_commitment",
    summary="Approve",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def approve(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[ApprovalIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[CommitmentStateOut]:
    """Approve a submitted commitment that passed the program's rules, and name the aggregator that will collect it."""

    async def change(desk: Desk) -> Commitment:
        return await assess.approve(
            desk, commitment_id, expected_version=version_of(if_match), aggregator_id=data.aggregator_id, note=data.note
        )

    return await _change(request, idempotency_key, commitment_id, change)


@post(
    ONE + "/request-revision",
    operation_id="request_commitment_revision",
    summary="Request a revision",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def request_revision(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[ReasonIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[CommitmentStateOut]:
    """Send a submitted commitment back to its collaborator, with the reason."""

    async def change(desk: Desk) -> Commitment:
        return await assess.request_revision(
            desk, commitment_id, reason=data.reason, expected_version=version_of(if_match)
        )

    return await _change(request, idempotency_key, commitment_id, change)


@post(
    ONE + "/reject",
    operation_id="reject_commitment",
    summary="Reject",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def reject(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[ReasonIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[CommitmentStateOut]:
    """Reject a submitted commitment for good, with the reason."""

    async def change(desk: Desk) -> Commitment:
        return await assess.reject(desk, commitment_id, reason=data.reason, expected_version=version_of(if_match))

    return await _change(request, idempotency_key, commitment_id, change)


@post(
    ONE + "/cancel",
    operation_id="cancel_commitment",
    summary="Cancel",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def cancel(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[CancellationIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[CommitmentStateOut]:
    """Cancel quantities that haven't come and aren't promised, with the reason; by the collaborator or an assessor."""

    async def change(desk: Desk) -> Commitment:
        return await close.cancel(
            desk, commitment_id, lines=quantities(data.lines), reason=data.reason, expected_version=version_of(if_match)
        )

    return await _change(request, idempotency_key, commitment_id, change)


@post(
    ONE + "/close",
    operation_id="close_commitment",
    summary="Close",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def close_(
    request: ApiRequest,
    commitment_id: FromPath[str],
    data: JSONBody[NoteIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[CommitmentStateOut]:
    """Close a commitment when nothing is outstanding, in custody or in transit; by the collaborator or an assessor."""

    async def change(desk: Desk) -> Commitment:
        return await close.close(desk, commitment_id, expected_version=version_of(if_match), note=data.note)

    return await _change(request, idempotency_key, commitment_id, change)


async def _change(
    request: ApiRequest, key: str | None, commitment_id: str, change: Callable[[Desk], Awaitable[Commitment]]
) -> Response[CommitmentStateOut]:
    async def act(desk: Desk) -> Answer[CommitmentStateOut]:
        await require_visible(desk, commitment_id)
        changed = await change(desk)
        return Answer(body=state_out(changed), version=changed.version)

    return await perform(request, key, act)


def _given(data: CommitmentIn) -> commit.CommitmentInput:
    return commit.CommitmentInput(
        program_id=data.program_id,
        lines=[
            commit.LineInput(
                aid_type=line.aid_type,
                quantity=line.quantity,
                attributes=line.attributes,
                schema_version=line.schema_version,
                lot=line.lot,
            )
            for line in data.lines
        ],
        planned_handover_on=data.planned_handover_on,
        fund_source=data.fund_source,
        aggregator_id=data.aggregator_id,
        area_code=data.area_code,
        area_only=data.area_only,
        target_kind=data.target_kind,
        target_kind_only=data.target_kind_only,
        note=data.note,
    )


def router() -> Router:
    """The commitments and their stages."""
    handlers = [
        listing,
        show,
        history,
        assessments,
        draft,
        revise,
        submit,
        withdraw,
        approve,
        request_revision,
        reject,
        cancel,
        close_,
    ]
    return Router("/commitments", route_handlers=handlers, tags=["commitments"])
