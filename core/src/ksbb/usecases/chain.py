"""What the acts of the chain share: loading a commitment under its lock, storing quantities, appending the event."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from itertools import chain, groupby
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, or_, select

from ksbb.domain.areas import city_of
from ksbb.domain.commitments import Commitment, CommitmentLine
from ksbb.domain.errors import Forbidden, Problem, invalid, not_found, stale
from ksbb.domain.events import Event
from ksbb.domain.parties import (
    DONOR_CLASS,
    Aggregator,
    Collaborator,
    CollaboratorClass,
    Licence,
    Party,
    require_entitled,
)
from ksbb.domain.quantities import LineBalance
from ksbb.domain.rights import Role, require_other
from ksbb.domain.targets import Target, TargetKind
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.among import among
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import StatisticKey, Unit
from ksbb.telemetry.logs import bind
from ksbb.usecases.desk import Desk, running

COMMITMENT = Text("komitmen", "commitment")
DISPATCH = Text("pengiriman", "dispatch")
HANDOVER = Text("serah terima", "handover")
LIFECYCLE = "lifecycle"
"""The outbox consumer that tells programs of life-cycle events."""
EVERY_FLOW = "*"
"""The outbox consumer for what happens while the program is away: which flows the stage starts, it is asked when it runs again."""

Parties = dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]
"""Rows of parties by id, each with the rows of its licences."""

_BALANCE = ("cancelled", "received", "written_off", "allocated", "dispatched", "accepted", "rejected", "lost")


_RUNS = (
    (tables.parties.c.collaborator_class,),
    (tables.events.c.hash,),
    tuple(tables.commitments.columns),
    tuple(tables.commitment_lines.columns),
)


def _commitment_query(where: ColumnElement[bool]) -> Select[Any]:
    """A commitment once for each line, with its collaborator's class and its last event's hash."""
    commitment, line, event, party = tables.commitments, tables.commitment_lines, tables.events, tables.parties
    last = and_(event.c.stream == "commitment:" + commitment.c.id, event.c.sequence == commitment.c.version)
    return (
        select(*chain.from_iterable(_RUNS))
        .select_from(commitment)
        .join(party, party.c.id == commitment.c.collaborator_id)
        .join(line, line.c.commitment_id == commitment.c.id)
        .outerjoin(event, last)
        .where(where)
        .order_by(line.c.position)
    )


def _of(table: Table) -> ColumnElement[bool]:
    owner = select(table.c.commitment_id).where(table.c.id == bindparam("wanted")).scalar_subquery()
    return tables.commitments.c.id == owner


_WHERE = {
    "commitment": tables.commitments.c.id == bindparam("wanted"),
    "dispatch": _of(tables.dispatches),
    "handover": _of(tables.handovers),
}
_SEEN = {by: Prepared(_commitment_query(where)) for by, where in _WHERE.items()}
_LOCKED = {
    by: Prepared(_commitment_query(where).with_for_update(of=tables.commitments)) for by, where in _WHERE.items()
}
_AHEAD = Prepared(
    _commitment_query(among(tables.commitments.c.id, "wanted"))
    .order_by(None)
    .order_by(tables.commitments.c.id, tables.commitment_lines.c.position)
    .with_for_update(of=tables.commitments)
)
_PARTIES = Prepared(
    select(*tables.parties.columns, tables.parties.c.aggregator_status.label("status"), *tables.licences.columns)
    .select_from(tables.parties)
    .outerjoin(tables.licences, tables.licences.c.aggregator_id == tables.parties.c.id)
    .where(or_(tables.parties.c.id == bindparam("first"), tables.parties.c.id == bindparam("second")))
)
_TARGET = Prepared(select(tables.targets).where(tables.targets.c.id == bindparam("target_id")))


def plain(value: object) -> Any:
    """A record as JSON values, for an event's payload."""
    return msgspec.to_builtins(value)


async def load_commitment(desk: Desk, commitment_id: str, *, expected_version: int | None = None) -> Commitment:
    """The commitment with its lines, locked until the unit ends unless the unit only reads.

    Raises NotFound, and StaleVersion when it isn't at `expected_version`.
    """
    found = await _load(desk, "commitment", commitment_id, expected_version)
    if found is None:
        raise not_found(COMMITMENT, commitment_id)
    return found


async def load_commitment_of(
    desk: Desk, kind: Literal["dispatch", "handover"], record_id: str, *, expected_version: int | None = None
) -> Commitment:
    """The commitment that a dispatch or a handover is of, as `load_commitment` loads it. Raises NotFound for that record."""
    found = await _load(desk, kind, record_id, expected_version)
    if found is None:
        raise not_found(DISPATCH if kind == "dispatch" else HANDOVER, record_id)
    return found


async def _load(desk: Desk, by: str, wanted: str, expected_version: int | None) -> Commitment | None:
    unit = desk.unit
    ahead: Commitment | None = unit.known.pop(("commitment", wanted), None)
    if ahead is not None:
        return ahead
    if by != "commitment" or unit.writes_on(tables.commitments, wanted):
        await unit.settle()
    query = (_SEEN if unit.reads_only else _LOCKED)[by]
    rows = await query.joined(unit.link, wanted=wanted)
    if rows and rows[0][1]["hash"] is None:
        # Another act held the lock: the commitment is as that act left it, what is joined to it as before
        rows = await query.joined(unit.link, wanted=wanted)
    if not rows:
        return None
    commitment = _assembled(unit, rows)
    bind(commitment_id=commitment.id)
    if expected_version is not None and commitment.version != expected_version:
        raise stale(expected_version, commitment.version)
    return commitment


async def load_ahead(desk: Desk, commitment_ids: Collection[str]) -> None:
    """Lock and load many commitments at once; `load_commitment` then gives each of them once, without asking the database."""
    rows = await _AHEAD.joined(desk.unit.link, wanted=commitment_ids)
    for commitment_id, group in groupby(rows, key=lambda row: row[2]["id"]):
        parts = list(group)
        if parts[0][1]["hash"] is not None:
            desk.unit.known["commitment", commitment_id] = _assembled(desk.unit, parts)


def _assembled(unit: Unit, rows: Sequence[Sequence[dict[str, Any]]]) -> Commitment:
    """The commitment of these rows, and what the unit is to remember of it."""
    party, event, head, _ = rows[0]
    commitment = msgspec.convert({**head, "lines": [row[3] for row in rows]}, Commitment)
    unit.stands_at(f"commitment:{commitment.id}", commitment.version, event["hash"])
    unit.known["class", commitment.collaborator_id] = CollaboratorClass(party["collaborator_class"])
    return commitment


def store_balances(desk: Desk, commitment: Commitment, balances: dict[str, LineBalance]) -> Commitment:
    """Store the new quantities of lines (line id → balance), and the degrees that follow from them; the commitment as it is now."""
    changed = {line: {name: getattr(balance, name) for name in _BALANCE} for line, balance in balances.items()}
    for line_id, quantities in changed.items():
        desk.unit.change(tables.commitment_lines, {"id": line_id}, **quantities)
    now = replace(commitment, lines=tuple(replace(line, **changed.get(line.id, {})) for line in commitment.lines))
    was, is_now = asdict(commitment.fulfilment), asdict(now.fulfilment)
    degrees = {name: degree for name, degree in is_now.items() if degree is not was[name]}
    if degrees:
        desk.unit.change(tables.commitments, {"id": commitment.id}, **degrees)
    pledge(desk, commitment, now)
    return now


def pledge(desk: Desk, was: Commitment, now: Commitment) -> None:
    """Keep the sum of what is pledged and not yet promised to a target, as a commitment changes."""
    for sign, commitment in ((-1, was), (1, now)):
        for aid_type, quantity in commitment.pledged.items():
            desk.unit.pledge(commitment.program_id, aid_type, commitment.area_code, sign * quantity)


async def append(
    desk: Desk,
    commitment: Commitment,
    kind: str,
    *,
    role: Role,
    payload: dict[str, Any],
    reason: str = "",
    stage: Stage | None = None,
    subject_id: str | None = None,
    **changes: Any,
) -> tuple[Commitment, Event]:
    """Append an event to a commitment, store the `changes` of its row, and post the work that its `stage` causes.

    `subject_id` is what that work is about where it isn't the commitment. While the program is away, its work waits for it.
    Returns the commitment as it is now.
    """
    event = await desk.unit.append(
        f"commitment:{commitment.id}",
        kind,
        after=commitment.version,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=payload,
        reason=reason,
    )
    desk.unit.change(tables.commitments, {"id": commitment.id}, version=event.sequence, **changes)
    if stage is not None:
        active = running(desk.programs, commitment.program_id)
        consumers = [flow.name for flow in active.program.flows_at(stage)] if active else [EVERY_FLOW]
        if desk.programs.listens:
            consumers.append(LIFECYCLE)
        for consumer in consumers:
            desk.unit.post(
                event,
                program_id=commitment.program_id,
                consumer=consumer,
                stage=stage,
                subject_id=subject_id or commitment.id,
            )
    now = replace(commitment, version=event.sequence, **changes)
    if "status" in changes:
        pledge(desk, commitment, now)
    return now, event


async def load_collaborator(desk: Desk, party_id: str, pointer: str = "") -> Collaborator:
    """The collaborator. Raises NotFound with the pointer of the field that named it."""
    return _collaborator(await _parties(desk, party_id, party_id), party_id, pointer)


async def load_aggregator(desk: Desk, party_id: str, pointer: str = "") -> Aggregator:
    """The aggregator. Raises NotFound with the pointer of the field that named it."""
    return _aggregator(await _parties(desk, party_id, party_id), party_id, pointer)


async def load_donor_and_aggregator(
    desk: Desk, collaborator_id: str, aggregator_id: str | None
) -> tuple[Collaborator, Aggregator | None]:
    """Both parties of a commitment, the aggregator where one is named. Raises NotFound with the field that named it."""
    found = await _parties(desk, collaborator_id, aggregator_id or collaborator_id)
    donor = _collaborator(found, collaborator_id, "/collaborator_id")
    return donor, _aggregator(found, aggregator_id, "/aggregator_id") if aggregator_id is not None else None


async def load_sender_and_executor(
    desk: Desk, commitment: Commitment, aggregator_id: str, executor_id: str, area_code: str
) -> tuple[Aggregator, Party]:
    """The aggregator, licensed as `require_licensed` asks, and the party that carries the goods, which may be the same.

    Raises Conflict for the aggregator's licence, NotFound with the field that named the executor.
    """
    found = await _parties(desk, aggregator_id, executor_id)
    _require_entitled(desk, commitment, found, aggregator_id, area_code)
    if executor_id not in found:
        raise not_found(Text("pelaksana", "executor"), executor_id, "/executor_id")
    return _aggregator(found, aggregator_id, ""), msgspec.convert(found[executor_id][0], Party)


async def require_licensed(
    desk: Desk, commitment: Commitment, aggregator_id: str, area_code: str, pointer: str = ""
) -> Aggregator:
    """The aggregator, active and licensed for this commitment's fund source, an area and today. Raises Conflict else."""
    found = await _parties(desk, aggregator_id, aggregator_id)
    aggregator = _aggregator(found, aggregator_id, pointer)
    _require_entitled(desk, commitment, found, aggregator_id, area_code)
    return aggregator


def _require_entitled(desk: Desk, commitment: Commitment, found: Parties, aggregator_id: str, area_code: str) -> None:
    aggregator = _aggregator(found, aggregator_id, "")
    licences = tuple(msgspec.convert(row, Licence) for row in found[aggregator_id][1])
    require_entitled(aggregator, licences, fund_source=commitment.fund_source, area_code=area_code, on=desk.today)


async def _parties(desk: Desk, first: str, second: str) -> Parties:
    """The parties by id, each with its licences."""
    found: Parties = {}
    for party, status, licence in await _PARTIES.joined(desk.unit.link, first=first, second=second):
        _, licences = found.setdefault(party["id"], (party | status, []))
        if licence["id"] is not None:
            licences.append(licence)
    return found


def _collaborator(found: Parties, party_id: str, pointer: str) -> Collaborator:
    row = found[party_id][0] if party_id in found else None
    if row is None or row["collaborator_class"] is None:
        raise not_found(Text("kolaborator", "collaborator"), party_id, pointer)
    return msgspec.convert(row, Collaborator)


def _aggregator(found: Parties, party_id: str, pointer: str) -> Aggregator:
    row = found[party_id][0] if party_id in found else None
    if row is None or row["aggregator_status"] is None:
        raise not_found(Text("agregator", "aggregator"), party_id, pointer)
    return msgspec.convert(row, Aggregator)


async def load_target(desk: Desk, target_id: str, pointer: str = "/target_id") -> Target:
    """The target. Raises NotFound with the pointer of the field that named it."""
    found = await _TARGET.record(desk.unit.link, Target, target_id=target_id)
    if found is None:
        raise not_found(Text("sasaran", "target"), target_id, pointer)
    return found


def require_own(desk: Desk, party_id: str | None, act: Text) -> None:
    """Raises Forbidden unless the actor belongs to this party."""
    if party_id is None or desk.actor.party_id != party_id:
        raise Forbidden(
            Problem(
                code="not_own",
                message=Text(f"hanya pihak yang bersangkutan dapat {act.id}", f"only the party concerned can {act.en}"),
            )
        )


def refuse_own_commitment(desk: Desk, commitment: Commitment) -> None:
    """Raises Forbidden when the actor's organisation gave or collects this commitment: nobody judges their own."""
    require_other(
        desk.actor.party_id,
        {"collaborator": commitment.collaborator_id, "aggregator": commitment.aggregator_id},
        code="own_commitment",
        message=Text(
            f"komitmen {commitment.number} milik organisasi Anda sendiri; penilai lain yang harus menanganinya",
            f"commitment {commitment.number} is your own organisation's; another assessor must handle it",
        ),
    )


def donor_class(desk: Desk, commitment: Commitment) -> CollaboratorClass:
    """The class of the collaborator of a commitment that was loaded in this unit."""
    found: CollaboratorClass = desk.unit.known["class", commitment.collaborator_id]
    return found


def statistic(
    desk: Desk, commitment: Commitment, measure: str, *, aid_type: str = "", target: Target | None = None
) -> StatisticKey:
    """The key of a statistic about a commitment, today; city and target kind are the target's, else the preferred ones."""
    kind: TargetKind | None = target.kind if target else commitment.target_kind
    return StatisticKey(
        program_id=commitment.program_id,
        day=desk.today,
        measure=measure,
        city=city_of(target.area_code if target else commitment.area_code),
        donor_class=DONOR_CLASS[donor_class(desk, commitment)],
        target_kind=kind or "",
        aid_type=aid_type,
        synthetic=commitment.synthetic,
    )


def worth(line: CommitmentLine, quantity: int) -> int:
    """The value of a quantity of a line in whole rupiah, 0 where it has no reference value."""
    return quantity * (line.unit_value or 0)


def refuse_doubles(ids: Sequence[str], pointer: str) -> None:
    """Raises InvalidInput when an id is named twice in a list of lines."""
    for position, item in enumerate(ids):
        if item in ids[:position]:
            raise invalid(
                "named_twice",
                Text(
                    "baris yang sama disebut dua kali; gabungkan jumlahnya",
                    "the same line is named twice; add the quantities up",
                ),
                f"{pointer}/{position}",
                given=item,
            )
