"""What an actor may do now with a commitment, so that nobody is shown a button for something impossible.

The conditions are those of the acts themselves; an act checks them again when it is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ksbb.domain.commitments import EDITABLE, MOVES, AssessmentState, Commitment, CommitmentStatus
from ksbb.domain.errors import Conflict, Forbidden
from ksbb.domain.handovers import HandoverStatus
from ksbb.domain.parties import Licence, require_entitled
from ksbb.domain.restrictions import restriction_of, service_areas
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.text import Text
from ksbb.usecases.allocate import expiry_of
from ksbb.usecases.chain import load_aggregator, refuse_own_commitment, require_own
from ksbb.usecases.close import require_may_end
from ksbb.usecases.desk import ActiveProgram, Desk, running
from ksbb.usecases.evidence import MAX_FILES
from ksbb.usecases.parties import licences_of
from ksbb.usecases.read.detail import CommitmentDetail
from ksbb.usecases.read.movements import DispatchDetail, HandoverDetail, TargetedAllocation


class Act(StrEnum):
    """The acts of the chain."""

    REVISE = "revise"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REQUEST_REVISION = "request_revision"
    REJECT = "reject"
    CANCEL = "cancel"
    CLOSE = "close"
    ALLOCATE = "allocate"
    RELEASE = "release"
    REFUSE_OFFER = "refuse_offer"
    RECEIVE = "receive"
    WRITE_OFF = "write_off"
    DISPATCH = "dispatch"
    RECORD_HANDOVER = "record_handover"
    ATTACH_EVIDENCE = "attach_evidence"
    CONFIRM_HANDOVER = "confirm_handover"
    REFUSE_HANDOVER = "refuse_handover"


NEED_PROGRAM = frozenset({Act.REVISE, Act.SUBMIT, Act.APPROVE, Act.ALLOCATE})
"""The acts by which a program takes something on, or by whose rules they are judged; the others go on while it is away."""


@dataclass(frozen=True, slots=True)
class NextAct:
    """An act that is possible now. `subject_id`: the allocation, dispatch or handover it is about, None for all."""

    act: Act
    subject_id: str | None = None


_OWN = Text("melakukan ini", "do this")


async def next_acts(desk: Desk, found: CommitmentDetail) -> tuple[NextAct, ...]:
    """The acts on a commitment that the desk's actor may do now, in the order of the chain."""
    commitment = found.commitment
    acts = [NextAct(act) for act in (*_of_collaborator(desk, commitment), *_of_assessor(desk, commitment))]
    active = running(desk.programs, commitment.program_id)
    if commitment.status is CommitmentStatus.APPROVED:
        entitled, licences = await _entitlement(desk, commitment)
        acts += _of_goods(desk, found, entitled, can_be_promised=_can_be_promised(desk, active, commitment, licences))
        acts += _of_handovers(desk, found, entitled)
    if active is None:
        return tuple(one for one in acts if one.act not in NEED_PROGRAM)
    return tuple(one for one in acts if one.act is not Act.SUBMIT or _can_be_submitted(active, commitment))


def _can_be_submitted(active: ActiveProgram, commitment: Commitment) -> bool:
    """Whether the program knows the lines' aid types, by the versions of the schemas that they were written by."""
    known = {aid_type.id: aid_type.schema_version for aid_type in active.program.aid_types}
    return all(line.schema_version <= known.get(line.aid_type, 0) for line in commitment.lines)


def _of_collaborator(desk: Desk, commitment: Commitment) -> list[Act]:
    may = _allowed(require, desk.actor, Permission.COMMIT, commitment.program_id)
    if not (may and _allowed(require_own, desk, commitment.collaborator_id, _OWN)):
        return []
    statuses = {Act.REVISE: EDITABLE, Act.SUBMIT: MOVES["submit"][0], Act.WITHDRAW: MOVES["withdraw"][0]}
    return [act for act, allowed in statuses.items() if commitment.status in allowed]


def _of_assessor(desk: Desk, commitment: Commitment) -> list[Act]:
    acts = []
    may = _allowed(require, desk.actor, Permission.ASSESS, commitment.program_id, commitment.area_code)
    if may and commitment.status is CommitmentStatus.SUBMITTED and _allowed(refuse_own_commitment, desk, commitment):
        acts += [Act.APPROVE] if commitment.assessment is AssessmentState.PASSED else []
        acts += [Act.REQUEST_REVISION, Act.REJECT]
    if commitment.status is CommitmentStatus.APPROVED:
        cancellable = any(min(line.balance.outstanding, line.balance.unallocated) > 0 for line in commitment.lines)
        if cancellable and _allowed(require_may_end, desk, commitment, Permission.CANCEL):
            acts.append(Act.CANCEL)
        settled = all(line.balance.settled for line in commitment.lines)
        if settled and _allowed(require_may_end, desk, commitment, Permission.CLOSE):
            acts.append(Act.CLOSE)
    return acts


def _can_be_promised(
    desk: Desk, active: ActiveProgram | None, commitment: Commitment, licences: tuple[Licence, ...]
) -> bool:
    """Whether there is anything left of it that may go to some target today."""
    served = service_areas(licences, fund_source=commitment.fund_source, on=desk.today)
    return active is not None and any(
        restriction_of(
            commitment,
            kinds=active.program.target_kinds,
            expires_on=expiry_of(active.program, line),
            service_areas=served,
        ).open_on(desk.today)
        for line in commitment.lines
        if line.balance.unallocated
    )


def _of_goods(
    desk: Desk, found: CommitmentDetail, entitled: Callable[[str], bool], *, can_be_promised: bool
) -> list[NextAct]:
    acts: list[NextAct] = []
    commitment = found.commitment
    program, lines = commitment.program_id, {line.id: line.balance for line in commitment.lines}
    promised = [one for one in found.allocations if one.allocation.open]
    if _allowed(refuse_own_commitment, desk, commitment) and desk.actor.role_for(Permission.ALLOCATE, program):
        if can_be_promised:
            acts.append(NextAct(Act.ALLOCATE))
        acts += [
            NextAct(Act.RELEASE, one.allocation.id)
            for one in promised
            if desk.actor.role_for(Permission.ALLOCATE, program, one.target.area_code)
        ]
    acts += [NextAct(Act.REFUSE_OFFER, one.allocation.id) for one in promised if _may_refuse(desk, commitment, one)]
    if not _allowed(require_own, desk, commitment.aggregator_id, _OWN):
        return acts
    if desk.actor.role_for(Permission.RECEIVE, program):
        if any(balance.outstanding for balance in lines.values()) and entitled(commitment.area_code):
            acts.append(NextAct(Act.RECEIVE))
        if any(min(balance.in_custody, balance.unallocated) > 0 for balance in lines.values()):
            acts.append(NextAct(Act.WRITE_OFF))
    if desk.actor.role_for(Permission.DISPATCH, program):
        acts += [
            NextAct(Act.DISPATCH, one.allocation.id)
            for one in promised
            if lines[one.allocation.line_id].reserved and entitled(one.target.area_code)
        ]
    return acts


def _may_refuse(desk: Desk, commitment: Commitment, offer: TargetedAllocation) -> bool:
    role = desk.actor.role_for(Permission.REFUSE_OFFER, commitment.program_id, offer.target.area_code)
    if role is Role.RECIPIENT:
        return desk.actor.target_id == offer.target.id
    return role is not None and _allowed(refuse_own_commitment, desk, commitment)


def _of_handovers(desk: Desk, found: CommitmentDetail, entitled: Callable[[str], bool]) -> list[NextAct]:
    pending = [handover for handover in found.handovers if handover.status is HandoverStatus.RECORDED]
    waiting = {handover.dispatch_id for handover in pending}
    acts = [
        NextAct(Act.RECORD_HANDOVER, sent.id)
        for sent in found.dispatches
        if sent.id not in waiting and _may_record(desk, sent) and entitled(sent.target.area_code)
    ]
    return acts + [NextAct(act, handover.id) for handover in pending for act in _on_pending(desk, handover)]


def _may_record(desk: Desk, sent: DispatchDetail) -> bool:
    return (
        any(line.in_transit for line in sent.lines)
        and _allowed(require_own, desk, sent.executor.id, _OWN)
        and desk.actor.role_for(Permission.HAND_OVER, sent.program_id, sent.target.area_code) is not None
    )


def _on_pending(desk: Desk, handover: HandoverDetail) -> list[Act]:
    place = handover.program_id, handover.target.area_code
    is_witness = handover.witness_account_id == desk.actor.account_id
    permission = Permission.WITNESS if is_witness else Permission.HAND_OVER
    if (
        not (is_witness or handover.recorded_by == desk.actor.account_id)
        or desk.actor.role_for(permission, *place) is None
    ):
        return []
    acts = [Act.ATTACH_EVIDENCE] if handover.evidence_count < MAX_FILES else []
    if is_witness:
        acts += [Act.CONFIRM_HANDOVER] if handover.evidence_count else []
        acts += [Act.REFUSE_HANDOVER]
    return acts


async def _entitlement(desk: Desk, commitment: Commitment) -> tuple[Callable[[str], bool], tuple[Licence, ...]]:
    """Whether the commitment's aggregator may handle its goods today, by area; and all its licences."""
    aggregator = await load_aggregator(desk, commitment.aggregator_id or "")
    licences = tuple(await licences_of(desk, aggregator.id))

    def entitled(area_code: str) -> bool:
        try:
            require_entitled(
                aggregator, licences, fund_source=commitment.fund_source, area_code=area_code, on=desk.today
            )
        except Conflict:
            return False
        return True

    return entitled, licences


def _allowed(check: Callable[..., Any], *arguments: Any) -> bool:
    try:
        check(*arguments)
    except Forbidden:
        return False
    return True
