"""What the acts of the chain share: loading a commitment under its lock, storing quantities, appending the event."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from ksbb.domain.areas import city_of
from ksbb.domain.commitments import Commitment, CommitmentLine
from ksbb.domain.errors import Forbidden, Problem, invalid, not_found, stale
from ksbb.domain.events import Event
from ksbb.domain.parties import DONOR_CLASS, Aggregator, Collaborator, Licence, require_entitled
from ksbb.domain.quantities import LineBalance
from ksbb.domain.rights import Role, require_other
from ksbb.domain.targets import Target, TargetKind
from ksbb.domain.text import Text
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all, fetch_one
from ksbb.storage.unit import StatisticKey
from ksbb.usecases.desk import Desk

COMMITMENT = Text("komitmen", "commitment")
LIFECYCLE = "lifecycle"
"""The outbox consumer that tells programs of life-cycle events."""

_BALANCE = ("cancelled", "received", "written_off", "allocated", "dispatched", "accepted", "rejected", "lost")


def plain(value: object) -> Any:
    """A record as JSON values, for an event's payload."""
    return msgspec.to_builtins(value)


async def load_commitment(desk: Desk, commitment_id: str, *, expected_version: int | None = None) -> Commitment:
    """The commitment with its lines, locked until the unit ends unless the unit only reads.

    Raises NotFound, and StaleVersion when it isn't at `expected_version`.
    """
    connection = desk.unit.connection
    query = select(tables.commitments).where(tables.commitments.c.id == commitment_id)
    found = await connection.execute(query if desk.unit.reads_only else query.with_for_update())
    row = found.mappings().first()
    if row is None:
        raise not_found(COMMITMENT, commitment_id)
    lines = await fetch_all(
        connection,
        select(tables.commitment_lines)
        .where(tables.commitment_lines.c.commitment_id == commitment_id)
        .order_by(tables.commitment_lines.c.position),
        CommitmentLine,
    )
    commitment = replace(as_record(row, Commitment), lines=tuple(lines))
    if expected_version is not None and commitment.version != expected_version:
        raise stale(expected_version, commitment.version)
    return commitment


async def store_balances(desk: Desk, commitment: Commitment, balances: dict[str, LineBalance]) -> Commitment:
    """Store the new quantities of lines (line id → balance); the commitment as it is now."""
    table = tables.commitment_lines
    statement = (
        update(table)
        .where(table.c.id == bindparam("line"))
        .values({name: bindparam(f"new_{name}") for name in _BALANCE})
    )
    await desk.unit.connection.execute(
        statement,
        [
            {"line": line_id, **{f"new_{name}": getattr(balance, name) for name in _BALANCE}}
            for line_id, balance in balances.items()
        ],
    )
    lines = tuple(
        replace(line, **{name: getattr(balances[line.id], name) for name in _BALANCE}) if line.id in balances else line
        for line in commitment.lines
    )
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
    table = tables.commitments
    await desk.unit.connection.execute(
        update(table).where(table.c.id == commitment.id).values(version=event.sequence, **changes)
    )
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
    table = tables.parties
    query = select(table).where(table.c.id == party_id, table.c.collaborator_class.is_not(None))
    found = await fetch_one(desk.unit.connection, query, Collaborator)
    if found is None:
        raise not_found(Text("kolaborator", "collaborator"), party_id, pointer)
    return found


async def load_aggregator(desk: Desk, party_id: str, pointer: str = "") -> Aggregator:
    """The aggregator. Raises NotFound with the pointer of the field that named it."""
    table = tables.parties
    query = select(table, table.c.aggregator_status.label("status")).where(
        table.c.id == party_id, table.c.aggregator_status.is_not(None)
    )
    found = await fetch_one(desk.unit.connection, query, Aggregator)
    if found is None:
        raise not_found(Text("agregator", "aggregator"), party_id, pointer)
    return found


async def require_licensed(desk: Desk, commitment: Commitment, aggregator_id: str, area_code: str) -> Aggregator:
    """The aggregator, active and licensed for this commitment's fund source, an area and today. Raises Conflict else."""
    aggregator = await load_aggregator(desk, aggregator_id)
    table = tables.licences
    licences = await fetch_all(
        desk.unit.connection, select(table).where(table.c.aggregator_id == aggregator_id), Licence
    )
    require_entitled(
        aggregator, tuple(licences), fund_source=commitment.fund_source, area_code=area_code, on=desk.today
    )
    return aggregator


async def load_target(desk: Desk, target_id: str, pointer: str = "/target_id") -> Target:
    """The target. Raises NotFound with the pointer of the field that named it."""
    found = await fetch_one(
        desk.unit.connection, select(tables.targets).where(tables.targets.c.id == target_id), Target
    )
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


async def statistic(
    desk: Desk, commitment: Commitment, measure: str, *, aid_type: str = "", target: Target | None = None
) -> StatisticKey:
    """The key of a statistic about a commitment, today; city and target kind are the target's, else the preferred ones."""
    collaborator = await load_collaborator(desk, commitment.collaborator_id)
    kind: TargetKind | None = target.kind if target else commitment.target_kind
    return StatisticKey(
        program_id=commitment.program_id,
        day=desk.today,
        measure=measure,
        city=city_of(target.area_code if target else commitment.area_code),
        donor_class=DONOR_CLASS[collaborator.collaborator_class],
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
