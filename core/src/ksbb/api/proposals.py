"""The allocation: runs that propose who gets how much, and proposals to be edited, approved and verified."""

from typing import Annotated, Literal

from litestar import Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from ksbb.api.acts import CHANGED, CREATED, ETAG, Answer, IdempotencyKey, IfMatch, perform, single, version_of
from ksbb.api.context import ApiRequest, reading
from ksbb.api.fields import CodeFilter, IdFilter
from ksbb.api.files import attachment
from ksbb.api.openapi import SECURITY
from ksbb.api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, Sort, asked
from ksbb.api.proposal_bodies import (
    CheckOut,
    DropOut,
    EditIn,
    EntryOut,
    ProposalOut,
    ReasonIn,
    RemarkOut,
    RulesOut,
    RunIn,
    RunOut,
    WhyOut,
    check_out,
    drop_out,
    entry_out,
    proposal_out,
    remark_out,
    rules_out,
    run_out,
    why_out,
)
from ksbb.domain.proposals import DropStatus, Proposal
from ksbb.usecases.desk import Desk
from ksbb.usecases.propose import decide, runs
from ksbb.usecases.propose.verify import verify
from ksbb.usecases.read import proposals as read


@get("/rules", operation_id="get_allocation_rules", summary="Rules of the allocation")
async def get_rules(request: ApiRequest) -> RulesOut:
    """The tiers and their weights, λ, the seed that settles ties, and above what two people must approve. Public."""
    async with reading(request) as desk:
        return rules_out(desk.rules)


@get("/", operation_id="list_allocation_runs", summary="Allocation runs", security=SECURITY)
async def list_runs(
    request: ApiRequest,
    program_id: CodeFilter = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[RunOut]:
    """Runs, the newest first. For assessors, the secretariat and auditors."""
    async with reading(request) as desk:
        page = await read.find_runs(desk, asked(limit, cursor, sort), program_id=program_id)
        return Page([run_out(run, desk.rules) for run in page.items], page.next)


@get("/{run_id:str}", operation_id="get_allocation_run", summary="One run", security=SECURITY, response_headers=[ETAG])
async def get_run(request: ApiRequest, run_id: FromPath[str]) -> Response[RunOut]:
    """A run by its id or number, how far it has come, and its proposals."""
    async with reading(request) as desk:
        found = await read.show_run(desk, run_id)
        body = run_out(found.run, desk.rules, found.proposals)
    return single(request, body, found.run.version)


@post(
    "/",
    operation_id="ask_for_allocation",
    summary="Propose",
    security=SECURITY,
    status_code=202,
    response_headers=CREATED,
)
async def ask(request: ApiRequest, data: JSONBody[RunIn], idempotency_key: IdempotencyKey) -> Response[RunOut]:
    """Ask for proposals. They are computed in the background; the answer's address tells how far that has come."""

    async def act(desk: Desk) -> Answer[RunOut]:
        run = await runs.ask(desk, data.program_id, data.aid_types)
        return Answer(
            body=run_out(run, desk.rules), status=202, version=run.version, location=f"/allocation-runs/{run.id}"
        )

    return await perform(request, idempotency_key, act)


@post(
    "/{run_id:str}/cancel",
    operation_id="cancel_allocation_run",
    summary="Call a run off",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def cancel(
    request: ApiRequest,
    run_id: FromPath[str],
    data: JSONBody[ReasonIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[RunOut]:
    """End a run before its next aid type; what it has proposed stays."""

    async def act(desk: Desk) -> Answer[RunOut]:
        run = await runs.cancel(desk, run_id, reason=data.reason, expected_version=version_of(if_match))
        return Answer(body=run_out(run, desk.rules), version=run.version)

    return await perform(request, idempotency_key, act)


@get(
    "/{proposal_id:str}",
    operation_id="get_proposal",
    summary="One proposal",
    security=SECURITY,
    response_headers=[ETAG],
)
async def get_proposal(request: ApiRequest, proposal_id: FromPath[str]) -> Response[ProposalOut]:
    """The plan for one aid type, in sums."""
    async with reading(request) as desk:
        found = await read.show_proposal(desk, proposal_id)
        return single(request, proposal_out(found, desk.rules), found.version)


@get("/{proposal_id:str}/drops", operation_id="list_drops", summary="Drops of a proposal", security=SECURITY)
async def list_drops(
    request: ApiRequest,
    proposal_id: FromPath[str],
    target_id: IdFilter = None,
    status: Annotated[DropStatus | None, QueryParameter(description="Only drops that stand so.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    sort: Sort = None,
) -> Page[DropOut]:
    """Who would get how much of which commitment, and why; by `target_code` (default) or `quantity`."""
    async with reading(request) as desk:
        page = await read.find_drops(desk, proposal_id, asked(limit, cursor, sort), target_id=target_id, status=status)
        return Page([drop_out(drop) for drop in page.items], page.next)


@get("/{proposal_id:str}/remarks", operation_id="list_remarks", summary="What isn't placed", security=SECURITY)
async def list_remarks(request: ApiRequest, proposal_id: FromPath[str]) -> list[RemarkOut]:
    """What of each commitment isn't placed, and why; for a refused proposal, what is wrong with its input."""
    async with reading(request) as desk:
        return [remark_out(remark) for remark in await read.remarks_of(desk, proposal_id)]


@get(
    "/{proposal_id:str}/targets/{target_id:str}",
    operation_id="explain_target",
    summary="Why a target gets what it gets",
    security=SECURITY,
)
async def why(request: ApiRequest, proposal_id: FromPath[str], target_id: FromPath[str]) -> WhyOut:
    """In sentences, also for a target that gets nothing. Also for the target's own representative."""
    async with reading(request) as desk:
        return why_out(await read.why(desk, proposal_id, target_id))


@get("/{proposal_id:str}/verification", operation_id="verify_proposal", summary="Verify a proposal", security=SECURITY)
async def verification(request: ApiRequest, proposal_id: FromPath[str]) -> list[CheckOut]:
    """Check from what is stored, without the solver, that the shares are optimal and every rule is kept."""
    async with reading(request) as desk:
        found = await read.show_proposal(desk, proposal_id)
        return [check_out(check) for check in await verify(desk, found, replay=False)]


@get("/{proposal_id:str}/history", operation_id="proposal_history", summary="History", security=SECURITY)
async def history(request: ApiRequest, proposal_id: FromPath[str]) -> list[EntryOut]:
    """Who proposed, edited, approved, rejected and carried it out, when and why."""
    async with reading(request) as desk:
        return [entry_out(entry) for entry in await read.history(desk, proposal_id)]


@get(
    "/{target_id:str}/explanations",
    operation_id="explain_to_target",
    summary="Why it gets what it gets",
    security=SECURITY,
)
async def explanations(request: ApiRequest, target_id: FromPath[str]) -> list[WhyOut]:
    """What the latest proposal for each of a target's needs brings it, in sentences; also for the target's own representative."""
    async with reading(request) as desk:
        return [why_out(answer) for answer in await read.explanations(desk, target_id)]


@get("/{proposal_id:str}/inputs", operation_id="proposal_inputs", summary="Stored inputs", security=SECURITY)
async def inputs(request: ApiRequest, proposal_id: FromPath[str]) -> Response[bytes]:
    """The needs and offers that the plan was computed from, byte by byte as `problem_sha256` names them."""
    return await _file(request, proposal_id, "inputs")


@get("/{proposal_id:str}/plan", operation_id="proposal_plan", summary="Stored plan", security=SECURITY)
async def plan(request: ApiRequest, proposal_id: FromPath[str]) -> Response[bytes]:
    """The plan as it was computed, with the prices that prove it, byte by byte as `plan_sha256` names it."""
    return await _file(request, proposal_id, "plan")


async def _file(request: ApiRequest, proposal_id: str, what: Literal["inputs", "plan"]) -> Response[bytes]:
    async with reading(request) as desk:
        found, content = await read.stored_file(desk, proposal_id, what)
    return attachment(content, "application/json", f"{found.aid_type}-{what}-{proposal_id}.json")


@post(
    "/{proposal_id:str}/edits",
    operation_id="edit_proposal",
    summary="Edit a proposal",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def edit(
    request: ApiRequest,
    proposal_id: FromPath[str],
    data: JSONBody[EditIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[ProposalOut]:
    """Change how much of a line a target would get, with the reason. Who approved before must approve again."""

    async def act(desk: Desk) -> Answer[ProposalOut]:
        edited = await decide.edit(
            desk,
            proposal_id,
            line_id=data.line_id,
            target_id=data.target_id,
            quantity=data.quantity,
            reason=data.reason,
            expected_version=version_of(if_match),
        )
        return _answer(desk, edited)

    return await perform(request, idempotency_key, act)


@post(
    "/{proposal_id:str}/approve",
    operation_id="approve_proposal",
    summary="Approve a proposal",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def approve(
    request: ApiRequest, proposal_id: FromPath[str], idempotency_key: IdempotencyKey, if_match: IfMatch
) -> Response[ProposalOut]:
    """Approve; above the thresholds a second person must, too. Then its allocations are made in the background."""

    async def act(desk: Desk) -> Answer[ProposalOut]:
        return _answer(desk, await decide.approve(desk, proposal_id, expected_version=version_of(if_match)))

    return await perform(request, idempotency_key, act)


@post(
    "/{proposal_id:str}/reject",
    operation_id="reject_proposal",
    summary="Reject a proposal",
    security=SECURITY,
    status_code=200,
    response_headers=CHANGED,
)
async def reject(
    request: ApiRequest,
    proposal_id: FromPath[str],
    data: JSONBody[ReasonIn],
    idempotency_key: IdempotencyKey,
    if_match: IfMatch,
) -> Response[ProposalOut]:
    """Reject, with the reason; nothing is allocated."""

    async def act(desk: Desk) -> Answer[ProposalOut]:
        rejected = await decide.reject(desk, proposal_id, reason=data.reason, expected_version=version_of(if_match))
        return _answer(desk, rejected)

    return await perform(request, idempotency_key, act)


def _answer(desk: Desk, proposal: Proposal) -> Answer[ProposalOut]:
    return Answer(body=proposal_out(proposal, desk.rules), version=proposal.version)


def routers() -> list[Router]:
    """The runs, the proposals, and what targets are told of them."""
    return [
        Router("/allocation-runs", route_handlers=[get_rules, list_runs, get_run, ask, cancel], tags=["proposals"]),
        Router(
            "/proposals",
            route_handlers=[
                get_proposal,
                list_drops,
                list_remarks,
                why,
                verification,
                history,
                inputs,
                plan,
                edit,
                approve,
                reject,
            ],
            tags=["proposals"],
        ),
        Router("/targets", route_handlers=[explanations], tags=["proposals"]),
    ]
