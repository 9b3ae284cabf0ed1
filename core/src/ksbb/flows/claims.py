"""Claims on outbox rows: who works on what, and until when. Any number of processes claim at once.

A claim is a batch with an id and a lease. While the batch waits for a worker, whoever finds its lease run out hands it over again
under the same id; once a worker has begun, a lease that runs out means that the worker ended, and the rows go into new batches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, bindparam, func, literal_column, null, select, tuple_, update

from ksbb.domain.rights import SYSTEM
from ksbb.flows.bench import MAX_ATTEMPTS, set_aside
from ksbb.flows.catalog import batch_size
from ksbb.flows.returned import share_out
from ksbb.storage import tables
from ksbb.storage.among import among
from ksbb.storage.prepared import Prepared
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import EVERY_FLOW
from ksbb.usecases.desk import Desk, running
from ksbb.usecases.engine import waits_for_program
from ksbb.usecases.platform import Platform

WAITING = 8
"""Batches of one consumer that wait for a worker at the same time; further rows wait in the outbox, where others overtake them."""
_SHRINK = 32
"""After each loss of a worker, the rows that it had go into batches smaller by this factor, until a culprit is alone."""
_LOST_AT_ONCE = 2000
_outbox = tables.outbox
# Written out, not bound: planned for all statuses, a statement would look through all that was ever done
_UNDONE = _outbox.c.status == literal_column("'pending'")
_ORDER = (_outbox.c.program_id, _outbox.c.consumer)
_CONSUMERS = Prepared(
    select(*_ORDER)
    .where(_UNDONE, tuple_(*_ORDER) > tuple_(bindparam("program"), bindparam("consumer")))
    .order_by(*_ORDER)
    .limit(1)
)
_OF_CONSUMER = (_UNDONE, _outbox.c.program_id == bindparam("program"), _outbox.c.consumer == bindparam("consumer"))
_due = select(_outbox.c.id, _outbox.c.losses).where(
    *_OF_CONSUMER, _outbox.c.claimed_until.is_(None), _outbox.c.available_at <= bindparam("now")
)
_SOME_DUE = Prepared(_due.limit(1))
_DUE = Prepared(_due.order_by(_outbox.c.available_at).limit(bindparam("size")).with_for_update(skip_locked=True))
_WAITING = Prepared(
    select(func.count(_outbox.c.batch_id.distinct())).where(
        *_OF_CONSUMER, _outbox.c.claimed_until.is_not(None), _outbox.c.begun_at.is_(None)
    )
)
_CLAIM = Prepared(
    update(_outbox)
    .where(among(_outbox.c.id, "items"))
    .values(batch_id=bindparam("batch"), begun_at=bindparam("begun"), claimed_until=bindparam("until"))
)
_SOME_RAN_OUT = Prepared(
    select(_outbox.c.id)
    .where(_UNDONE, _outbox.c.claimed_until.is_not(None), _outbox.c.claimed_until < bindparam("now"))
    .limit(1)
)
_HELD = (
    among(_outbox.c.id, "items"),
    _outbox.c.batch_id == bindparam("batch"),
    _UNDONE,
    _outbox.c.claimed_until.is_not(None),
)
_BEGIN = Prepared(
    update(_outbox)
    .where(*_HELD, _outbox.c.begun_at.is_(None))
    .values(begun_at=bindparam("now"), claimed_until=bindparam("until"))
    .returning(*_ORDER, _outbox.c.id)
)
_EXTEND = Prepared(update(_outbox).where(*_HELD).values(claimed_until=bindparam("until")))
_LEFT = Prepared(select(_outbox.c.id).where(*_HELD).order_by(_outbox.c.id))
_GIVE_BACK = Prepared(update(_outbox).where(*_HELD).values(claimed_until=null(), available_at=bindparam("due")))
_POSTPONE = Prepared(
    update(_outbox).where(*_HELD, _outbox.c.begun_at.is_(None)).values(claimed_until=bindparam("until"))
)


class WorkerLost(Exception):
    """A worker ended, or lost its lease, in the middle of an item."""

    def __init__(self) -> None:
        super().__init__("the worker that had this item ended before it was done")


@dataclass(frozen=True, slots=True)
class Batch:
    """Claimed rows of one program and consumer; `items` are outbox ids. `waited`: its lease ran out before a worker took it.
    `suspected`: workers were lost over its items.
    """

    id: str
    program_id: str
    consumer: str
    items: tuple[str, ...]
    waited: bool = False
    suspected: bool = False


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
        """Program and consumer of all work that can be done; that of programs that are away waits for them, and what happened
        meanwhile becomes work of their flows when they run again.
        """
        programs = self.platform.programs
        found = await self._undone()
        back = [running(programs, program_id) for program_id, consumer in found if consumer == EVERY_FLOW]
        for active in filter(None, back):
            await share_out(self.platform, active)
        if any(back):
            found = await self._undone()
        return [
            (program_id, consumer)
            for program_id, consumer in found
            if consumer != EVERY_FLOW and not waits_for_program(programs, program_id, consumer)
        ]

    async def _undone(self) -> list[tuple[str, str]]:
        """Program and consumer of all work that isn't done. One look into the index for each, however long the backlog is."""
        found: list[tuple[str, str]] = []
        last = ("", "")
        async with self.platform.reading_desk(SYSTEM) as desk:
            while rows := await _CONSUMERS.rows(desk.unit.link, program=last[0], consumer=last[1]):
                last = (rows[0][0], rows[0][1])
                found.append(last)
        return found

    async def take(self, program_id: str, consumer: str, *, begun: bool) -> list[Batch]:
        """Claim due rows of a consumer, as one batch or, where workers were lost over them, several smaller ones.

        `begun`: the caller works on them itself, at once. Otherwise none are claimed while `WAITING` batches wait for a worker.
        """
        whose = {"program": program_id, "consumer": consumer}
        size = batch_size(consumer, self.size)
        async with self.platform.reading_desk(SYSTEM) as desk:
            if not await _SOME_DUE.rows(desk.unit.link, **whose, now=desk.now):
                return []
        async with self.platform.desk(SYSTEM) as desk:
            link = desk.unit.link
            if not begun and (await _WAITING.rows(link, **whose))[0][0] >= WAITING:
                return []
            losses = dict(await _DUE.rows(link, **whose, now=desk.now, size=size))
            batches = [
                Batch(
                    id=new_id(), program_id=program_id, consumer=consumer, items=items, suspected=losses[items[0]] > 0
                )
                for items in _shared_out(losses, size)
            ]
            for batch in batches:
                await _CLAIM.rows(
                    link,
                    items=batch.items,
                    batch=batch.id,
                    begun=desk.now if begun else None,
                    until=desk.now + self.lease,
                )
        return batches

    async def expired(self) -> Expired:
        """Look for leases that ran out. Waiting batches get a new lease and are handed over again under their id; rows whose
        worker ended count an attempt, and are free again or, after `MAX_ATTEMPTS`, parked.
        """
        async with self.platform.reading_desk(SYSTEM) as desk:
            if not await _SOME_RAN_OUT.rows(desk.unit.link, now=desk.now):
                return Expired((), ())
        async with self.platform.desk(SYSTEM) as desk:
            query = (
                select(_outbox)
                .where(_UNDONE, _outbox.c.claimed_until.is_not(None), _outbox.c.claimed_until < desk.now)
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
            found = await _BEGIN.rows(
                desk.unit.link, items=items, batch=batch_id, now=desk.now, until=desk.now + self.lease
            )
        rows = sorted(found)
        if not rows:
            return None
        program_id, consumer, _ = rows[0]
        return Batch(id=batch_id, program_id=program_id, consumer=consumer, items=tuple(row[2] for row in rows))

    async def extend(self, batch: Batch) -> None:
        """Extend the lease of what is left of a batch."""
        async with self.platform.desk(SYSTEM) as desk:
            await _EXTEND.rows(desk.unit.link, items=batch.items, batch=batch.id, until=desk.now + self.lease)

    async def left(self, batch: Batch) -> list[str]:
        """The items of a batch that have no outcome."""
        async with self.platform.reading_desk(SYSTEM) as desk:
            return [row[0] for row in await _LEFT.rows(desk.unit.link, items=batch.items, batch=batch.id)]

    async def held(self, batch_ids: Sequence[str]) -> set[str]:
        """Which of these batches still have items without an outcome."""
        async with self.platform.reading_desk(SYSTEM) as desk:
            query = select(_outbox.c.batch_id.distinct()).where(
                _UNDONE, _outbox.c.claimed_until.is_not(None), _outbox.c.batch_id.in_(batch_ids)
            )
            return set((await desk.unit.connection.execute(query)).scalars())

    async def give_back(self, batch: Batch, wait: timedelta = timedelta(0)) -> None:
        """Free what is left of a batch, without an attempt counted, to be claimed after a while."""
        async with self.platform.desk(SYSTEM) as desk:
            await _GIVE_BACK.rows(desk.unit.link, items=batch.items, batch=batch.id, due=desk.now + wait)

    async def postpone(self, batch: Batch) -> None:
        """End the lease of a batch that could not be handed over: it is handed over under the same id, so never twice."""
        async with self.platform.desk(SYSTEM) as desk:
            ended = desk.now - timedelta(seconds=1)
            await _POSTPONE.rows(desk.unit.link, items=batch.items, batch=batch.id, until=ended)

    async def end_all(self) -> None:
        """End all leases, for the embedded mode, where no other process claims: what is claimed now is an ended process's."""
        async with self.platform.desk(SYSTEM) as desk:
            await desk.unit.connection.execute(
                update(_outbox)
                .where(_UNDONE, _outbox.c.claimed_until.is_not(None))
                .values(claimed_until=desk.now - timedelta(seconds=1))
            )


async def _set(desk: Desk, items: Sequence[str], **values: Any) -> None:
    if items:
        await desk.unit.connection.execute(update(_outbox).where(_outbox.c.id.in_(items)).values(**values))


def _shared_out(losses_of: Mapping[str, int], size: int) -> list[tuple[str, ...]]:
    """Rows (id → losses) in batches: those over which as many workers were lost together, in ever smaller batches."""
    shared: list[tuple[str, ...]] = []
    for losses, group in groupby(sorted(losses_of, key=losses_of.__getitem__), key=losses_of.__getitem__):
        items = sorted(group)
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
