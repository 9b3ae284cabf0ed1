"""What the acts of the chain share: loading a commitment under its lock, storing quantities, appending the event."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, or_, select

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
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import StatisticKey
from ksbb.usecases.desk import Desk

COMMITMENT = Text("komitmen", "commitment")
LIFECYCLE = "lifecycle"
"""The outbox consumer that tells programs of life-cycle events."""

_BALANCE = ("cancelled", "received", "written_off", "allocated", "dispatched", "accepted", "rejected", "lost")


_HEAD = list(tables.commitments.columns)
_LINE = list(tables.commitment_lines.columns)


def _commitment_query() -> Select[Any]:
    """A commitment once for each line, with its collaborator's class and its last event's hash."""
    commitment, line, event, party = tables.commitments, tables.commitment_lines, tables.events, tables.parties
    last = and_(event.c.stream == "commitment:" + commitment.c.id, event.c.sequence == commitment.c.version)
    return (
        select(party.c.collaborator_class, event.c.hash, *_HEAD, *_LINE)
        .select_from(commitment)
        .join(party, party.c.id == commitment.c.collaborator_id)
        .join(line, line.c.commitment_id == commitment.c.id)
        .outerjoin(event, last)
        .where(commitment.c.id == bindparam("commitment_id"))
        .order_by(line.c.position)
    )


_SEEN = Prepared(_commitment_query())
_LOCKED = Prepared(_commitment_query().with_for_update(of=tables.commitments))
_HEAD_NAMES = tuple(str(column.name) for column in _HEAD)
_LINE_NAMES = tuple(str(column.name) for column in _LINE)
_PARTIES = Prepared(
    select(tables.parties, tables.parties.c.aggregator_status.label("status")).where(
        or_(tables.parties.c.id == bindparam("first"), tables.parties.c.id == bindparam("second"))
    )
)
_LICENCES = Prepared(select(tables.licences).where(tables.licences.c.aggregator_id == bindparam("aggregator_id")))
_TARGET = Prepared(select(tables.targets).where(tables.targets.c.id == bindparam("target_id")))


def plain(value: object) -> Any:
    """A record as JSON values, for an event's payload."""
    return msgspec.to_builtins(value)


async def load_commitment(desk: Desk, commitment_id: str, *, expected_version: int | None = None) -> Commitment:
    """The commitment with its lines, locked until the unit ends unless the unit only reads.

    Raises NotFound, and StaleVersion when it isn't at `expected_version`.
    """
    unit = desk.unit
    await unit.settle()
    rows = await (_SEEN if unit.reads_only else _LOCKED).rows(unit.connection, commitment_id=commitment_id)
    if rows and rows[0][1] is None:
        # Another act held the lock: the commitment is as that act left it, what is joined to it as before
        rows = await _LOCKED.rows(unit.connection, commitment_id=commitment_id)
    if not rows:
        raise not_found(COMMITMENT, commitment_id)
    collaborator_class, digest, *first = rows[0]
    start = 2 + len(_HEAD_NAMES)
    lines = tuple(msgspec.convert(dict(zip(_LINE_NAMES, row[start:], strict=True)), CommitmentLine) for row in rows)
    head = dict(zip(_HEAD_NAMES, first[: len(_HEAD_NAMES)], strict=True))
    commitment = replace(msgspec.convert(head, Commitment), lines=lines)
    unit.stands_at(f"commitment:{commitment_id}", commitment.version, digest)
    unit.known["class", commitment.collaborator_id] = CollaboratorClass(collaborator_class)
    if expected_version is not None and commitment.version != expected_version:
        raise stale(expected_version, commitment.version)
    return commitment


def store_balances(desk: Desk, commitment: Commitment, balances: dict[str, LineBalance]) -> Commitment:
    """Store the new quantities of lines (line id → balance); the commitment as it is now."""
    changed = {line: {name: getattr(balance, name) for name in _BALANCE} for line, balance in balances.items()}
    for line_id, quantities in changed.items():
        desk.unit.change(tables.commitment_lines, {"id": line_id}, **quantities)
    lines = tuple(replace(line, **changed.get(line.id, {})) for line in commitment.lines)
    return replace(commitment, lines=lines)


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

    `subject_id` is what that work is about where it isn't the commitment. Returns the commitment as it is now.
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
        active = desk.programs.require(commitment.program_id)
        consumers = [flow.name for flow in active.program.flows_at(stage)]
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
    return replace(commitment, version=event.sequence, **changes), event


async def load_collaborator(desk: Desk, party_id: str, pointer: str = "") -> Collaborator:
    """The collaborator. Raises NotFound with the pointer of the field that named it."""
    found = (await _parties(desk, party_id, party_id)).get(party_id)
    if found is None or found["collaborator_class"] is None:
        raise not_found(Text("kolaborator", "collaborator"), party_id, pointer)
    return msgspec.convert(found, Collaborator)


async def load_aggregator(desk: Desk, party_id: str, pointer: str = "") -> Aggregator:
    """The aggregator. Raises NotFound with the pointer of the field that named it."""
    return _aggregator(await _parties(desk, party_id, party_id), party_id, pointer)


async def load_donor_and_aggregator(
    desk: Desk, collaborator_id: str, aggregator_id: str | None
) -> tuple[Collaborator, Aggregator | None]:
    """Both parties of a commitment, the aggregator where one is named. Raises NotFound with the field that named it."""
    found = await _parties(desk, collaborator_id, aggregator_id or collaborator_id)
    donor = found.get(collaborator_id)
    if donor is None or donor["collaborator_class"] is None:
        raise not_found(Text("kolaborator", "collaborator"), collaborator_id, "/collaborator_id")
    aggregator = _aggregator(found, aggregator_id, "/aggregator_id") if aggregator_id is not None else None
    return msgspec.convert(donor, Collaborator), aggregator


async def load_sender_and_executor(
    desk: Desk, commitment: Commitment, aggregator_id: str, executor_id: str, area_code: str
) -> tuple[Aggregator, Party]:
    """The aggregator, licensed as `require_licensed` asks, and the party that carries the goods, which may be the same.

    Raises Conflict for the aggregator's licence, NotFound with the field that named the executor.
    """
    found = await _parties(desk, aggregator_id, executor_id)
    aggregator = _aggregator(found, aggregator_id, "")
    await _require_entitled(desk, commitment, aggregator, area_code)
    if executor_id not in found:
        raise not_found(Text("pelaksana", "executor"), executor_id, "/executor_id")
    return aggregator, msgspec.convert(found[executor_id], Party)


async def require_licensed(
    desk: Desk, commitment: Commitment, aggregator_id: str, area_code: str, pointer: str = ""
) -> Aggregator:
    """The aggregator, active and licensed for this commitment's fund source, an area and today. Raises Conflict else."""
    aggregator = await load_aggregator(desk, aggregator_id, pointer)
    await _require_entitled(desk, commitment, aggregator, area_code)
    return aggregator


async def _require_entitled(desk: Desk, commitment: Commitment, aggregator: Aggregator, area_code: str) -> None:
    licences = await _LICENCES.records(desk.unit.connection, Licence, aggregator_id=aggregator.id)
    require_entitled(
        aggregator, tuple(licences), fund_source=commitment.fund_source, area_code=area_code, on=desk.today
    )


async def _parties(desk: Desk, first: str, second: str) -> dict[str, dict[str, Any]]:
    rows = await _PARTIES.mappings(desk.unit.connection, first=first, second=second)
    return {row["id"]: row for row in rows}


def _aggregator(found: dict[str, dict[str, Any]], party_id: str, pointer: str) -> Aggregator:
    row = found.get(party_id)
    if row is None or row["aggregator_status"] is None:
        raise not_found(Text("agregator", "aggregator"), party_id, pointer)
    return msgspec.convert(row, Aggregator)


async def load_target(desk: Desk, target_id: str, pointer: str = "/target_id") -> Target:
    """The target. Raises NotFound with the pointer of the field that named it."""
    found = await _TARGET.record(desk.unit.connection, Target, target_id=target_id)
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
