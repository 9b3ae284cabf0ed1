"""Claims on outbox rows: who works on what, and until when. Any number of processes claim at once.

A claim is a batch with an id and a lease. While the batch waits for a worker, whoever finds its lease run out hands it over again
under the same id; once a worker has begun, a lease that runs out means that the worker ended, and the rows go into new batches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select, tuple_, update

from ksbb.domain.rights import SYSTEM
from ksbb.flows.bench import MAX_ATTEMPTS, set_aside
from ksbb.flows.catalog import batch_size
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform

WAITING = 8
"""Batches of one consumer that wait for a worker at the same time; further rows wait in the outbox, where others overtake them."""
_SHRINK = 32
"""After each loss of a worker, the rows that it had go into batches smaller by this factor, until a culprit is alone."""
_LOST_AT_ONCE = 2000
_outbox = tables.outbox


class WorkerLost(Exception):
    """A worker ended, or lost its lease, in the middle of an item."""

    def __init__(self) -> None:
        super().__init__("the worker that had this item ended before it was done")


@dataclass(frozen=True, slots=True)
class Batch:
    """Claimed rows of one program and consumer; `items` are outbox ids. `waited`: its lease ran out before a worker took it."""

    id: str
    program_id: str
    consumer: str
    items: tuple[str, ...]
    waited: bool = False


@dataclass(frozen=True, slots=True)
class Expired:
    """What was found of leases that ran out: batches that no worker took, and the ids of those whose worker ended."""

    waiting: tuple[Batch, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one platform; `size` is the largest batch, `lease` how long a claim holds unless it is extended."""

    platform: Platform
    size: int
    lease: timedelta

    async def consumers(self) -> list[tuple[str, str]]:
        """Program and consumer of all work that isn't done. One look into the index for each, however long the backlog is."""
        found: list[tuple[str, str]] = []
        key = tuple_(_outbox.c.program_id, _outbox.c.consumer)
        order = (_outbox.c.program_id, _outbox.c.consumer)
        async with self.platform.reading_desk(SYSTEM) as desk:
            while True:
                query = select(*order).where(_outbox.c.status == "pending").order_by(*order).limit(1)
                if found:
                    query = query.where(key > tuple_(*map(literal, found[-1])))
                row = (await desk.unit.connection.execute(query)).first()
                if row is None:
                    return found
                found.append((row.program_id, row.consumer))

    async def take(self, program_id: str, consumer: str, *, begun: bool) -> list[Batch]:
        """Claim due rows of a consumer, as one batch or, where workers were lost over them, several smaller ones.

        `begun`: the caller works on them itself, at once. Otherwise none are claimed while `WAITING` batches wait for a worker.
        """
        of_consumer = (
            _outbox.c.status == "pending",
            _outbox.c.program_id == program_id,
            _outbox.c.consumer == consumer,
        )
        size = batch_size(consumer, self.size)
        async with self.platform.reading_desk(SYSTEM) as desk:
            due = select(_outbox.c.id).where(
                *of_consumer, _outbox.c.claimed_until.is_(None), _outbox.c.available_at <= desk.now
            )
            if (await desk.unit.connection.execute(due.limit(1))).first() is None:
                return []
        async with self.platform.desk(SYSTEM) as desk:
            connection = desk.unit.connection
            if not begun:
                waiting = select(func.count(_outbox.c.batch_id.distinct())).where(
                    *of_consumer, _outbox.c.claimed_until.is_not(None), _outbox.c.begun_at.is_(None)
                )
                if (await connection.execute(waiting)).scalar_one() >= WAITING:
                    return []
            query = due.add_columns(_outbox.c.losses).order_by(_outbox.c.available_at).limit(size)
            rows = (await connection.execute(query.with_for_update(skip_locked=True))).all()
            batches = [
                Batch(id=new_id(), program_id=program_id, consumer=consumer, items=items)
                for items in _shared_out(rows, size)
            ]
            for batch in batches:
                await connection.execute(
                    update(_outbox)
                    .where(_outbox.c.id.in_(batch.items))
                    .values(
                        batch_id=batch.id,
                        begun_at=desk.now if begun else None,
                        claimed_until=desk.now + self.lease,
                    )
                )
        return batches

    async def expired(self) -> Expired:
        """Look for leases that ran out. Waiting batches get a new lease and are handed over again under their id; rows whose
        worker ended count an attempt, and are free again or, after `MAX_ATTEMPTS`, parked.
        """
        ran_out = (_outbox.c.status == "pending", _outbox.c.claimed_until.is_not(None))
        async with self.platform.reading_desk(SYSTEM) as desk:
            some = select(_outbox.c.id).where(*ran_out, _outbox.c.claimed_until < desk.now).limit(1)
            if (await desk.unit.connection.execute(some)).first() is None:
                return Expired((), ())
        async with self.platform.desk(SYSTEM) as desk:
            query = (
                select(_outbox)
                .where(*ran_out, _outbox.c.claimed_until < desk.now)
                .order_by(_outbox.c.claimed_until, _outbox.c.batch_id)
                .limit(_LOST_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            rows = (await desk.unit.connection.execute(query)).all()
            lost = [row for row in rows if row.begun_at is not None]
            waiting = [row for row in rows if row.begun_at is None]
            hopeless = [row.id for row in lost if row.attempts + 1 >= MAX_ATTEMPTS]
            again = [row.id for row in lost if row.attempts + 1 < MAX_ATTEMPTS]
            reason = f"{WorkerLost.__name__}: {WorkerLost()}"
            await _set(
                desk,
                again,
                claimed_until=None,
                attempts=_outbox.c.attempts + 1,
                losses=_outbox.c.losses + 1,
                reason=reason,
            )
            # Held until they are parked below, as work that nobody has begun
            await _set(desk, hopeless, claimed_until=desk.now + self.lease, begun_at=None, losses=_outbox.c.losses + 1)
            await _set(desk, [row.id for row in waiting], claimed_until=desk.now + self.lease)
        for item in hopeless:
            await set_aside(self.platform, item, WorkerLost())
        return Expired(tuple(_batches(waiting)), tuple(dict.fromkeys(row.batch_id for row in lost)))

    async def begin(self, batch_id: str, items: Sequence[str]) -> Batch | None:
        """Take a batch up as its worker, with the items that are still its own; None when it was claimed anew or begun elsewhere."""
        async with self.platform.desk(SYSTEM) as desk:
            found = await desk.unit.connection.execute(
                update(_outbox)
                .where(*_held(batch_id, items), _outbox.c.begun_at.is_(None))
                .values(begun_at=desk.now, claimed_until=desk.now + self.lease)
                .returning(_outbox.c.program_id, _outbox.c.consumer, _outbox.c.id)
            )
            rows = sorted(tuple(row) for row in found)
        if not rows:
            return None
        program_id, consumer, _ = rows[0]
        return Batch(id=batch_id, program_id=program_id, consumer=consumer, items=tuple(row[2] for row in rows))

    async def extend(self, batch: Batch) -> None:
        """Extend the lease of what is left of a batch."""
        async with self.platform.desk(SYSTEM) as desk:
            await desk.unit.connection.execute(
                update(_outbox).where(*_held(batch.id, batch.items)).values(claimed_until=desk.now + self.lease)
            )

    async def left(self, batch: Batch) -> list[str]:
        """The items of a batch that have no outcome."""
        async with self.platform.reading_desk(SYSTEM) as desk:
            query = select(_outbox.c.id).where(*_held(batch.id, batch.items)).order_by(_outbox.c.id)
            return list((await desk.unit.connection.execute(query)).scalars())

    async def held(self, batch_ids: Sequence[str]) -> set[str]:
        """Which of these batches still have items without an outcome."""
        async with self.platform.reading_desk(SYSTEM) as desk:
            query = select(_outbox.c.batch_id.distinct()).where(
                _outbox.c.status == "pending", _outbox.c.claimed_until.is_not(None), _outbox.c.batch_id.in_(batch_ids)
            )
            return set((await desk.unit.connection.execute(query)).scalars())

    async def give_back(self, batch: Batch, wait: timedelta = timedelta(0)) -> None:
        """Free what is left of a batch, without an attempt counted, to be claimed after a while."""
        async with self.platform.desk(SYSTEM) as desk:
            await desk.unit.connection.execute(
                update(_outbox)
                .where(*_held(batch.id, batch.items))
                .values(claimed_until=None, available_at=desk.now + wait)
            )

    async def postpone(self, batch: Batch) -> None:
        """End the lease of a batch that could not be handed over: it is handed over under the same id, so never twice."""
        async with self.platform.desk(SYSTEM) as desk:
            await desk.unit.connection.execute(
                update(_outbox)
                .where(*_held(batch.id, batch.items), _outbox.c.begun_at.is_(None))
                .values(claimed_until=desk.now - timedelta(seconds=1))
            )

    async def end_all(self) -> None:
        """End all leases, for the embedded mode, where no other process claims: what is claimed now is an ended process's."""
        async with self.platform.desk(SYSTEM) as desk:
            await desk.unit.connection.execute(
                update(_outbox)
                .where(_outbox.c.status == "pending", _outbox.c.claimed_until.is_not(None))
                .values(claimed_until=desk.now - timedelta(seconds=1))
            )


def _held(batch_id: str, items: Iterable[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        _outbox.c.id.in_(tuple(items)),
        _outbox.c.batch_id == batch_id,
        _outbox.c.status == "pending",
        _outbox.c.claimed_until.is_not(None),
    )


async def _set(desk: Desk, items: Sequence[str], **values: Any) -> None:
    if items:
        await desk.unit.connection.execute(update(_outbox).where(_outbox.c.id.in_(items)).values(**values))


def _shared_out(rows: Sequence[Row[Any]], size: int) -> list[tuple[str, ...]]:
    """Rows in batches: those over which as many workers were lost together, in ever smaller batches."""
    shared: list[tuple[str, ...]] = []
    for losses, group in groupby(sorted(rows, key=lambda row: row.losses), key=lambda row: row.losses):
        items = sorted(row.id for row in group)
        most = max(1, size // _SHRINK**losses)
        shared.extend(tuple(items[start : start + most]) for start in range(0, len(items), most))
    return shared


def _batches(rows: Iterable[Row[Any]]) -> list[Batch]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        found.setdefault((row.batch_id, row.program_id, row.consumer), []).append(row.id)
    return [
        Batch(id=batch_id, program_id=program_id, consumer=consumer, items=tuple(sorted(items)), waited=True)
        for (batch_id, program_id, consumer), items in found.items()
    ]
