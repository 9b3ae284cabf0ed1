"""Assess a commitment: the program's rules run as a machine step, an assessor decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from ksbb.domain.commitments import AssessmentState, Commitment, CommitmentStatus
from ksbb.domain.errors import Conflict, InvalidInput, Problem
from ksbb.domain.parties import CollaboratorClass
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.text import Text
from ksbb.program import CommitmentView, Finding, LineView, Severity, Stage
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import (
    append,
    load_commitment,
    plain,
    refuse_own_commitment,
    require_licensed,
    statistic,
    worth,
)
from ksbb.usecases.desk import ActiveProgram, Desk, jakarta_day, require_running

_NOT_ASSESSED = frozenset({AssessmentState.PENDING, AssessmentState.FAILED})


class RuleFailed(Exception):
    """A rule raised, or answered with something that is no finding of its own; says which rule and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One run of the rules over a commitment."""

    id: str
    commitment_id: str
    at: datetime
    state: AssessmentState
    findings: list[dict[str, Any]]


def view_of(commitment: Commitment, collaborator_class: CollaboratorClass, today: date) -> CommitmentView:
    """A commitment as rules see it."""
    return CommitmentView(
        number=commitment.number,
        collaborator_class=collaborator_class,
        fund_source=commitment.fund_source,
        area_code=commitment.area_code,
        target_kind=commitment.target_kind,
        submitted_on=jakarta_day(commitment.submitted_at) if commitment.submitted_at else today,
        planned_handover_on=commitment.planned_handover_on,
        lines=tuple(
            LineView(
                position=line.position, aid_type=line.aid_type, quantity=line.committed, attributes=line.attributes
            )
            for line in commitment.lines
        ),
    )


def run_rules(active: ActiveProgram, view: CommitmentView) -> tuple[Finding, ...]:
    """The findings of all rules of a program over a commitment, in the rules' order.

    Raises RuleFailed when a rule raises, or answers with something else than findings with its own codes.
    """
    findings: list[Finding] = []
    for rule in active.program.rules:
        try:
            found = list(rule.check(view, active.settings))
        except (Exception, SystemExit) as error:  # foreign code: whatever it raises is its failure, not ours
            raise RuleFailed(f"rule {rule.id} raised {type(error).__name__}: {error}") from error
        for finding in found:
            if not _is_sound(finding) or finding.code not in rule.codes:
                raise RuleFailed(
                    f"rule {rule.id} answered {finding!r}; expected findings with codes {list(rule.codes)}"
                )
        findings += found
    return tuple(findings)


def _is_sound(finding: object) -> bool:
    """Whether it is a finding through and through; nothing checks what a program puts into one."""
    return (
        isinstance(finding, Finding)
        and isinstance(finding.severity, Severity)
        and isinstance(finding.message, Text)
        and all(
            isinstance(said, str) for said in (finding.code, finding.pointer, finding.message.id, finding.message.en)
        )
    )


async def record(desk: Desk, commitment: Commitment, findings: Iterable[Finding]) -> AssessmentState:
    """Machine step: keep what the rules found. `block` findings block the approval.

    Takes the place of one that failed, for its work may be tried again. Does nothing when the commitment isn't waiting for its
    assessment any more. Raises RuleFailed for what is no finding.
    """
    role = require(desk.actor, Permission.MACHINE_STEP)
    if commitment.status is not CommitmentStatus.SUBMITTED or commitment.assessment not in _NOT_ASSESSED:
        return commitment.assessment
    kept = list(findings)
    for finding in kept:
        if not _is_sound(finding):
            raise RuleFailed(f"the assessment recorded {finding!r}; expected a finding")
    blocked = any(finding.severity is Severity.BLOCK for finding in kept)
    state = AssessmentState.BLOCKED if blocked else AssessmentState.PASSED
    await _keep(desk, commitment, state, plain(kept), role)
    return state


async def record_failure(desk: Desk, commitment: Commitment, reason: str) -> None:
    """Machine step: a rule of the program failed on this commitment; its assessment stands at `failed` with the reason."""
    role = require(desk.actor, Permission.MACHINE_STEP)
    if commitment.status is CommitmentStatus.SUBMITTED and commitment.assessment is AssessmentState.PENDING:
        finding = Finding(
            code="rule_failed",
            severity=Severity.BLOCK,
            message=Text(f"aturan program gagal: {reason}", f"a rule of the program failed: {reason}"),
        )
        await _keep(desk, commitment, AssessmentState.FAILED, plain([finding]), role)


async def _keep(
    desk: Desk, commitment: Commitment, state: AssessmentState, findings: list[dict[str, Any]], role: Role
) -> None:
    row = {"id": new_id(), "commitment_id": commitment.id, "at": desk.now, "state": state, "findings": findings}
    desk.unit.insert_row(tables.assessments, row)
    await append(
        desk, commitment, "assessed", role=role, payload={"state": state, "findings": findings}, assessment=state
    )


async def history(desk: Desk, commitment_id: str) -> Sequence[Assessment]:
    """All runs of the rules over a commitment, the newest first."""
    table = tables.assessments
    query = select(table).where(table.c.commitment_id == commitment_id).order_by(table.c.id.desc())
    return await fetch_all(desk.unit.connection, query, Assessment)


async def approve(
    desk: Desk, commitment_id: str, *, expected_version: int, aggregator_id: str | None = None, note: str = ""
) -> Commitment:
    """Approve a submitted commitment and name its aggregator, where the collaborator didn't.

    Raises Conflict when the rules haven't run, block it, or failed, and when the aggregator isn't active and licensed; Unavailable
    while the program is away, which takes nothing on meanwhile.
    """
    commitment, role = await _judge(desk, commitment_id, expected_version)
    status = commitment.after("approve")
    require_running(desk.programs, commitment.program_id)
    await _require_passed(desk, commitment)
    chosen = aggregator_id or commitment.aggregator_id
    if chosen is None:
        raise InvalidInput(
            Problem(
                code="aggregator_missing",
                message=Text(
                    "sebutkan agregator yang akan menerima bantuan", "name the aggregator that will collect the aid"
                ),
                pointer="/aggregator_id",
                expected="an active aggregator",
            )
        )
    refuse_own_commitment(desk, replace(commitment, aggregator_id=chosen))
    await require_licensed(desk, commitment, chosen, commitment.area_code, "/aggregator_id")
    desk.unit.count(
        statistic(desk, commitment, "commitment"),
        count=1,
        value=sum(worth(li, li.committed) for li in commitment.lines),
    )
    for line in commitment.lines:
        desk.unit.count(
            statistic(desk, commitment, "committed", aid_type=line.aid_type),
            count=1,
            quantity=line.committed,
            value=worth(line, line.committed),
        )
    desk.unit.took_part(commitment.program_id, "collaborator", commitment.collaborator_id, desk.today)
    commitment, _ = await append(
        desk,
        commitment,
        "approved",
        role=role,
        payload={"aggregator_id": chosen},
        reason=note,
        stage=Stage.APPROVED,
        status=status,
        aggregator_id=chosen,
        approved_at=desk.now,
    )
    return commitment


async def request_revision(desk: Desk, commitment_id: str, *, reason: str, expected_version: int) -> Commitment:
    """Send a submitted commitment back to its collaborator, with the reason."""
    commitment, role = await _judge(desk, commitment_id, expected_version)
    status = commitment.after("request_revision")
    require_reason(reason)
    commitment, _ = await append(
        desk, commitment, "revision_requested", role=role, payload={}, reason=reason, status=status
    )
    return commitment


async def reject(desk: Desk, commitment_id: str, *, reason: str, expected_version: int) -> Commitment:
    """Reject a submitted commitment for good, with the reason."""
    commitment, role = await _judge(desk, commitment_id, expected_version)
    status = commitment.after("reject")
    require_reason(reason)
    commitment, _ = await append(
        desk, commitment, "rejected", role=role, payload={}, reason=reason, stage=Stage.REJECTED, status=status
    )
    return commitment


async def _judge(desk: Desk, commitment_id: str, expected_version: int) -> tuple[Commitment, Role]:
    commitment = await load_commitment(desk, commitment_id, expected_version=expected_version)
    role = require(desk.actor, Permission.ASSESS, commitment.program_id, commitment.area_code)
    refuse_own_commitment(desk, commitment)
    return commitment, role


async def _require_passed(desk: Desk, commitment: Commitment) -> None:
    if commitment.assessment is AssessmentState.PASSED:
        return
    if commitment.assessment is AssessmentState.PENDING:
        raise Conflict(
            Problem(
                code="assessment_pending",
                message=Text(
                    "aturan program belum dijalankan atas komitmen ini; tunggu sebentar lalu ulangi",
                    "the program's rules haven't run on this commitment yet; wait a moment, then retry",
                ),
                expected=str(AssessmentState.PASSED),
                given=str(commitment.assessment),
            )
        )
    latest = (await history(desk, commitment.id))[0]
    raise Conflict(
        *(
            Problem(
                code=finding["code"],
                message=Text(finding["message"]["id"], finding["message"]["en"]),
                pointer=finding["pointer"],
                expected=str(AssessmentState.PASSED),
                given=str(commitment.assessment),
            )
            for finding in latest.findings
            if finding["severity"] == Severity.BLOCK
        )
    )


def require_reason(reason: str) -> None:
    """Raises InvalidInput unless a reason is given."""
    if not reason.strip():
        raise InvalidInput(
            Problem(
                code="reason_missing",
                message=Text("sebutkan alasannya", "give the reason"),
                pointer="/reason",
                expected={"minLength": 1},
                given=reason,
            )
        )
