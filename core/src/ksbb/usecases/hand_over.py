"""Hand over: the executor records what was delivered, the witness confirms or refuses it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, literal_column, select

from ksbb.domain.commitments import Commitment
from ksbb.domain.errors import Conflict, Problem, conflict, forbidden, invalid, not_found
from ksbb.domain.handover_report import report_number
from ksbb.domain.handovers import Handover, HandoverStatus, OutcomeInput, Report
from ksbb.domain.quantities import HandoverOutcome
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.targets import Need, Target
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import new_id
from ksbb.usecases.allocate import APPROVED, Allocation
from ksbb.usecases.assess import require_reason
from ksbb.usecases.chain import (
    DISPATCH,
    HANDOVER,
    append,
    load_commitment_of,
    plain,
    require_licensed,
    require_own,
    statistic,
    store_balances,
    worth,
)
from ksbb.usecases.desk import Desk, jakarta_day
from ksbb.usecases.dispatch import Dispatch, DispatchLine
from ksbb.usecases.handover_checks import check_outcomes, refuse_second_pending, require_witness
from ksbb.usecases.schemas import names_of

RENDER_REPORT = "handover_report"
"""The outbox consumer that makes the report's PDF."""
_handover, _sent = tables.handovers.alias(), tables.dispatches
# Written out, not bound: the partial index is for statements in which its condition stands
_RECORDED: ColumnElement[str] = literal_column(f"'{HandoverStatus.RECORDED}'")
_PENDING = (
    select(func.count()).where(_handover.c.dispatch_id == _sent.c.id, _handover.c.status == _RECORDED).scalar_subquery()
)
_DISPATCH = Prepared(
    select(*_sent.columns, *tables.dispatch_lines.columns, *tables.targets.columns, _PENDING.label("pending"))
    .join(tables.dispatch_lines, tables.dispatch_lines.c.dispatch_id == _sent.c.id)
    .join(tables.targets, tables.targets.c.id == _sent.c.target_id)
    .where(_sent.c.id == bindparam("dispatch_id"))
    .order_by(tables.dispatch_lines.c.id)
)
_ATTACHED = select(func.count()).where(tables.evidence.c.handover_id == tables.handovers.c.id).scalar_subquery()
_HANDOVER = Prepared(
    select(
        *tables.handovers.columns,
        *tables.handover_lines.columns,
        *tables.targets.columns,
        _ATTACHED.label("attached"),
    )
    .join(tables.handover_lines, tables.handover_lines.c.handover_id == tables.handovers.c.id)
    .join(tables.targets, tables.targets.c.id == tables.handovers.c.target_id)
    .where(tables.handovers.c.id == bindparam("handover_id"))
    .order_by(tables.handover_lines.c.dispatch_line_id)
)
_PROMISED = Prepared(
    select(*tables.allocations.columns, *tables.needs.columns)
    .join(tables.needs, tables.needs.c.id == tables.allocations.c.need_id)
    .where(tables.allocations.c.id == bindparam("allocation_id"))
    .with_for_update(of=tables.needs)
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A dispatch with its target; `pending` of its handovers wait for their witness."""

    dispatch: Dispatch
    target: Target
    pending: int


@dataclass(frozen=True, slots=True)
class Given:
    """A handover with its target, and how many files of evidence are `attached`."""

    handover: Handover
    target: Target
    attached: int


async def load_sent(desk: Desk, dispatch_id: str) -> Sent:
    """A dispatch with its lines and its target. Raises NotFound."""
    rows = await _DISPATCH.joined(desk.unit.link, dispatch_id=dispatch_id)
    if not rows:
        raise not_found(DISPATCH, dispatch_id)
    head, _, target, counted = rows[0]
    dispatch = msgspec.convert({**head, "lines": [row[1] for row in rows]}, Dispatch)
    return Sent(dispatch, msgspec.convert(target, Target), counted["pending"])


async def load_given(desk: Desk, handover_id: str) -> Given:
    """A handover with its lines and its target. Raises NotFound."""
    rows = await _HANDOVER.joined(desk.unit.link, handover_id=handover_id)
    if not rows:
        raise not_found(HANDOVER, handover_id)
    head, _, target, counted = rows[0]
    handover = msgspec.convert({**head, "lines": [row[1] for row in rows]}, Handover)
    return Given(handover, msgspec.convert(target, Target), counted["attached"])


async def load_dispatch(desk: Desk, dispatch_id: str) -> Dispatch:
    """A dispatch with its lines. Raises NotFound."""
    return (await load_sent(desk, dispatch_id)).dispatch


async def load_handover(desk: Desk, handover_id: str) -> Handover:
    """A handover with its lines. Raises NotFound."""
    return (await load_given(desk, handover_id)).handover


async def record(
    desk: Desk,
    dispatch_id: str,
    *,
    lines: Sequence[OutcomeInput],
    recipient_name: str,
    recipient_office: str,
    witness_account_id: str,
    place: str,
    handed_over_at: datetime,
    expected_version: int,
) -> tuple[Commitment, Handover]:
    """The executor records a handover and names its witness. `expected_version` is the commitment's.

    Raises InvalidInput where an outcome doesn't add up or exceeds what is in transit, Forbidden for a witness who isn't
    independent, Conflict while another handover of the dispatch waits for its witness, or without a licence in force.
    """
    commitment = await load_commitment_of(desk, "dispatch", dispatch_id, expected_version=expected_version)
    found = await load_sent(desk, dispatch_id)
    sent, target = found.dispatch, found.target
    role = require(desk.actor, Permission.HAND_OVER, commitment.program_id, target.area_code)
    commitment.require_status(APPROVED, "hand_over")
    require_own(desk, sent.executor_id, Text("mencatat serah terima ini", "record this handover"))
    await require_licensed(desk, commitment, sent.aggregator_id, target.area_code)
    await require_witness(desk, commitment, sent, target, witness_account_id)
    if not sent.at <= handed_over_at <= desk.now:
        raise invalid(
            "time",
            Text(
                "waktu serah terima berada antara pengiriman dan sekarang",
                "a handover lies between its dispatch and now",
            ),
            "/handed_over_at",
            {"minimum": sent.at.isoformat(), "maximum": desk.now.isoformat()},
            handed_over_at.isoformat(),
        )
    for pointer, value in (
        ("/recipient_name", recipient_name),
        ("/recipient_office", recipient_office),
        ("/place", place),
    ):
        if not value.strip():
            raise invalid("required", Text("wajib diisi", "is required"), pointer, {"minLength": 1}, value)
    refuse_second_pending(found.pending)
    check_outcomes(sent, lines)
    handover = Handover(
        id=new_id(),
        dispatch_id=dispatch_id,
        commitment_id=commitment.id,
        target_id=sent.target_id,
        status=HandoverStatus.RECORDED,
        recipient_name=recipient_name,
        recipient_office=recipient_office,
        witness_account_id=witness_account_id,
        recorded_by=desk.actor.account_id,
        place=place,
        handed_over_at=handed_over_at,
        recorded_at=desk.now,
        decided_at=None,
        decision_note="",
        lines=tuple(lines),
    )
    desk.unit.insert(tables.handovers, handover)
    for line in lines:
        desk.unit.insert_row(tables.handover_lines, {"handover_id": handover.id, **plain(line)})
    payload = plain(handover)
    # The recipient's name is personal data and stays out of the chain of hashes, so that it can be erased.
    del payload["recipient_name"]
    commitment, _ = await append(desk, commitment, "handover_recorded", role=role, payload=payload)
    return commitment, handover


async def confirm(desk: Desk, handover_id: str, *, expected_version: int) -> tuple[Commitment, Handover, Report]:
    """The witness confirms a handover: its quantities count, and its report (BAST) gets its number.

    Raises Forbidden for anyone but the named witness, Conflict without evidence or when it was decided already.
    """
    commitment, given_over, role = await _decide(desk, handover_id, expected_version)
    handover, target = given_over.handover, given_over.target
    if not given_over.attached:
        raise conflict(
            "evidence_missing",
            Text(
                "lampirkan paling sedikit satu bukti (foto atau PDF) dahulu",
                "attach at least one piece of evidence (photo or PDF) first",
            ),
            expected={"evidence": "at least 1"},
            given=0,
        )
    sent = await load_dispatch(desk, handover.dispatch_id)
    balances = {line.id: line.balance for line in commitment.lines}
    dispatched = {line.id: line for line in sent.lines}

    def in_lock_order(given: OutcomeInput) -> tuple[str, str]:
        """Needs are locked by aid type: two handovers to one target must not wait for each other."""
        line = commitment.line(dispatched[given.dispatch_line_id].line_id, "")
        return line.aid_type, line.id

    for position, given in enumerate(sorted(handover.lines, key=in_lock_order)):
        sent_line = dispatched[given.dispatch_line_id]
        outcome = given.outcome(position)
        balances[sent_line.line_id] = balances[sent_line.line_id].hand_over(outcome)
        await _settle(desk, commitment, target, sent_line, outcome)
    commitment = store_balances(desk, commitment, balances)
    desk.unit.change(tables.handovers, {"id": handover_id}, status=HandoverStatus.CONFIRMED, decided_at=desk.now)
    report = await _number_report(desk, commitment, handover, target)
    commitment, event = await append(
        desk,
        commitment,
        "handed_over",
        role=role,
        payload={
            "handover_id": handover_id,
            "report": {"number": report.number, "year": report.year, "sequence": report.sequence},
            "lines": plain(handover.lines),
        },
        stage=Stage.HANDED_OVER,
        subject_id=handover_id,
    )
    desk.unit.post(
        event, program_id=commitment.program_id, consumer=RENDER_REPORT, stage=Stage.HANDED_OVER, subject_id=handover_id
    )
    return commitment, replace(handover, status=HandoverStatus.CONFIRMED, decided_at=desk.now), report


async def refuse(desk: Desk, handover_id: str, *, reason: str, expected_version: int) -> tuple[Commitment, Handover]:
    """The witness refuses a recorded handover with the reason; the goods count as in transit as before."""
    commitment, given, role = await _decide(desk, handover_id, expected_version)
    handover = given.handover
    require_reason(reason)
    changes = {"status": HandoverStatus.REFUSED, "decided_at": desk.now, "decision_note": reason}
    desk.unit.change(tables.handovers, {"id": handover_id}, **changes)
    commitment, _ = await append(
        desk, commitment, "handover_refused", role=role, payload={"handover_id": handover_id}, reason=reason
    )
    return commitment, replace(handover, status=HandoverStatus.REFUSED, decided_at=desk.now, decision_note=reason)


async def _decide(desk: Desk, handover_id: str, expected_version: int) -> tuple[Commitment, Given, Role]:
    commitment = await load_commitment_of(desk, "handover", handover_id, expected_version=expected_version)
    given = await load_given(desk, handover_id)
    handover, target = given.handover, given.target
    role = require(desk.actor, Permission.WITNESS, commitment.program_id, target.area_code)
    if handover.witness_account_id != desk.actor.account_id:
        raise forbidden(
            "other_witness",
            Text("saksi lain yang dicatat untuk serah terima ini", "another witness is named for this handover"),
        )
    if handover.status is not HandoverStatus.RECORDED:
        raise Conflict(
            Problem(
                code="wrong_status",
                message=Text(
                    f"serah terima ini sudah {handover.status}", f"this handover is {handover.status} already"
                ),
                pointer="/status",
                expected=[str(HandoverStatus.RECORDED)],
                given=str(handover.status),
            )
        )
    return commitment, given, role


async def _settle(
    desk: Desk, commitment: Commitment, target: Target, sent: DispatchLine, outcome: HandoverOutcome
) -> None:
    line = commitment.line(sent.line_id, "")
    promised = await _PROMISED.joined(desk.unit.link, allocation_id=sent.allocation_id)
    allocation, need = msgspec.convert(promised[0][0], Allocation), msgspec.convert(promised[0][1], Need)
    served = need.balance.serve(outcome)
    desk.unit.change(tables.needs, {"id": need.id}, promised=served.promised, accepted=served.accepted)
    for table, row in ((tables.dispatch_lines, sent), (tables.allocations, allocation)):
        desk.unit.change(
            table,
            {"id": row.id},
            accepted=row.accepted + outcome.accepted,
            rejected=row.rejected + outcome.rejected,
            lost=row.lost + outcome.lost,
        )
    desk.unit.cover(
        commitment.program_id, line.aid_type, target.area_code, promised=-outcome.delivered, accepted=outcome.accepted
    )
    if outcome.accepted:
        desk.unit.reach(commitment.program_id, line.aid_type, target.id, desk.today)
    for measure, quantity in (("accepted", outcome.accepted), ("rejected", outcome.rejected), ("lost", outcome.lost)):
        if quantity:
            key = statistic(desk, commitment, measure, aid_type=line.aid_type, target=target)
            desk.unit.count(key, count=1, quantity=quantity, value=worth(line, quantity))


async def _number_report(desk: Desk, commitment: Commitment, handover: Handover, target: Target) -> Report:
    day = jakarta_day(handover.handed_over_at)
    program_name, agency = await names_of(desk, commitment.program_id)
    sequence = await desk.unit.next_number(f"report:{commitment.program_id}:{day.year}")
    report = Report(
        id=new_id(),
        handover_id=handover.id,
        program_id=commitment.program_id,
        year=day.year,
        sequence=sequence,
        number=report_number(sequence, commitment.program_id, target.area_code, day),
        verify_code=secrets.token_urlsafe(12),
        status="issued",
        issued_at=desk.now,
        program_name=program_name.id,
        agency=agency.id,
        file_sha256=None,
    )
    desk.unit.insert(tables.reports, report)
    return report
