"""The unit of work: one transaction with its events, its outbox rows and its sums."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import uuid_utils
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.errors import conflict, stale
from ksbb.domain.events import GENESIS, Event, event_hash
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.database import Database, breaks_unique_key
from ksbb.storage.rows import add_up, put, put_new


def new_id() -> str:
    """A UUIDv7: sorts by time of making."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticKey:
    """What a statistic is broken down by. Empty strings stand for "not given"."""

    program_id: str
    day: date
    measure: str
    city: str
    donor_class: str
    target_kind: str
    aid_type: str
    synthetic: bool


@dataclass(slots=True)
class Unit:
    """An open transaction. Sums are collected and written at its end, in a fixed order, so that two units can't lock each
    other out. A unit that `reads_only` takes no locks.
    """

    connection: AsyncConnection
    reads_only: bool = False
    _statistics: dict[StatisticKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    _coverage: dict[tuple[str, str, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    _participants: dict[tuple[str, str, str], date] = field(default_factory=dict)
    _reached: dict[tuple[str, str, str], date] = field(default_factory=dict)
    _outbox: list[dict[str, Any]] = field(default_factory=list)

    async def append(
        self,
        stream: str,
        kind: str,
        *,
        after: int,
        at: datetime,
        account_id: str,
        role: str,
        payload: dict[str, Any],
        reason: str = "",
    ) -> Event:
        """Append an event to a stream that stands at sequence `after`. Raises StaleVersion when it has moved on."""
        previous = GENESIS
        if after:
            events = tables.events
            found = await self.connection.execute(
                select(events.c.hash).where(events.c.stream == stream, events.c.sequence == after)
            )
            previous = found.scalar_one()
        sequence = after + 1
        event_id = new_id()
        event = Event(
            id=event_id,
            stream=stream,
            sequence=sequence,
            kind=kind,
            at=at,
            account_id=account_id,
            role=role,
            reason=reason,
            payload=payload,
            previous=previous,
            hash=event_hash(
                event_id=event_id,
                stream=stream,
                sequence=sequence,
                kind=kind,
                at=at,
                account_id=account_id,
                role=role,
                reason=reason,
                payload=payload,
                previous=previous,
            ),
        )
        try:
            await put(self.connection, tables.events, event)
        except IntegrityError as error:
            raise stale(after, sequence) from error
        return event

    def post(self, event: Event, *, program_id: str, consumer: str, stage: str, subject_id: str) -> None:
        """Put work for a flow into the outbox."""
        self._outbox.append(
            {
                "id": new_id(),
                "program_id": program_id,
                "consumer": consumer,
                "stage": stage,
                "subject_id": subject_id,
                "event_id": event.id,
                "status": "pending",
                "attempts": 0,
                "available_at": event.at,
                "reason": "",
                "created_at": event.at,
            }
        )

    def count(self, key: StatisticKey, *, count: int = 0, quantity: int = 0, value: int = 0) -> None:
        """Add to a statistic; negative figures take away."""
        sums = self._statistics[key]
        sums[0] += count
        sums[1] += quantity
        sums[2] += value

    def cover(
        self,
        program_id: str,
        aid_type: str,
        area_code: str,
        *,
        targets: int = 0,
        need: int = 0,
        promised: int = 0,
        accepted: int = 0,
    ) -> None:
        """Add to the coverage of a sub-district."""
        sums = self._coverage[program_id, aid_type, area_code]
        for position, figure in enumerate((targets, need, promised, accepted)):
            sums[position] += figure

    def took_part(self, program_id: str, role: str, party_id: str, since: date) -> None:
        """Note that a party really took part in a program."""
        self._participants.setdefault((program_id, role, party_id), since)

    def reach(self, program_id: str, aid_type: str, target_id: str, since: date) -> None:
        """Note that a target accepted aid of a type."""
        self._reached.setdefault((program_id, aid_type, target_id), since)

    async def next_number(self, counter: str) -> int:
        """The next number of a gap-free counter, starting with 1; its row stays locked until the unit ends."""
        await add_up(self.connection, tables.counters, [{"name": counter, "value": 1}], ["value"])
        found = await self.connection.execute(select(tables.counters.c.value).where(tables.counters.c.name == counter))
        return int(found.scalar_one())

    async def flush(self) -> None:
        """Write what was collected."""
        if self._outbox:
            await self.connection.execute(tables.outbox.insert(), self._outbox)
        coverage = [
            {
                "program_id": key[0],
                "aid_type": key[1],
                "area_code": key[2],
                **dict(zip(("targets", "need", "promised", "accepted"), sums, strict=True)),
            }
            for key, sums in sorted(self._coverage.items())
            if any(sums)
        ]
        await add_up(self.connection, tables.coverage, coverage, ["targets", "need", "promised", "accepted"])
        await put_new(
            self.connection,
            tables.participants,
            [
                {"program_id": program, "role": role, "party_id": party, "since": since}
                for (program, role, party), since in sorted(self._participants.items())
            ],
        )
        await put_new(
            self.connection,
            tables.reached,
            [
                {"program_id": program, "aid_type": aid_type, "target_id": target, "since": since}
                for (program, aid_type, target), since in sorted(self._reached.items())
            ],
        )
        statistics = [
            {
                "program_id": key.program_id,
                "day": key.day,
                "measure": key.measure,
                "city": key.city,
                "donor_class": key.donor_class,
                "target_kind": key.target_kind,
                "aid_type": key.aid_type,
                "synthetic": key.synthetic,
                "count": sums[0],
                "quantity": sums[1],
                "value": sums[2],
            }
            for key, sums in sorted(
                self._statistics.items(),
                key=lambda item: (
                    item[0].program_id,
                    item[0].day,
                    item[0].measure,
                    item[0].city,
                    item[0].donor_class,
                    item[0].target_kind,
                    item[0].aid_type,
                    item[0].synthetic,
                ),
            )
            if any(sums)
        ]
        await add_up(self.connection, tables.statistics_daily, statistics, ["count", "quantity", "value"])


@asynccontextmanager
async def open_unit(database: Database) -> AsyncIterator[Unit]:
    """A unit of work: flushed and committed when the block ends, rolled back whole when it raises.

    Raises Conflict when another unit stored a record with the same unique key first.
    """
    try:
        async with database.write() as connection:
            unit = Unit(connection)
            yield unit
            await unit.flush()
    except IntegrityError as error:
        if not breaks_unique_key(error):
            raise
        raise conflict(
            "stored_meanwhile",
            Text(
                "data yang sama baru saja disimpan oleh orang lain; baca ulang lalu ulangi",
                "somebody else has just stored the same record; read it again and retry",
            ),
        ) from error
