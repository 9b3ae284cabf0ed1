"""The unit of work: one transaction with its events, its outbox rows and its sums."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

import uuid_utils
from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.areas import AreaLevel, level_of
from ksbb.domain.errors import conflict, stale
from ksbb.domain.events import GENESIS, Event, event_hash
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.database import Database, breaks_unique_key
from ksbb.storage.prepared import Link, Prepared, link_of
from ksbb.storage.rows import columns_of
from ksbb.storage.writes import Writes, count_on
from ksbb.telemetry import traceparent

SLOTS = 16
"""A sum lies in so many rows, so that acts at the same time seldom wait for each other; readers add them up."""

_PREVIOUS = Prepared(
    select(tables.events.c.hash).where(
        tables.events.c.stream == bindparam("stream"), tables.events.c.sequence == bindparam("after")
    )
)


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


_STATISTIC = tuple(field.name for field in fields(StatisticKey))


def _values(key: StatisticKey) -> tuple[Any, ...]:
    return tuple(getattr(key, name) for name in _STATISTIC)


@dataclass(slots=True)
class Unit:
    """An open transaction. What it writes is collected and sent at its end, at once and in a fixed order, so that two units
    can't lock each other out. A unit that `reads_only` takes no locks.

    `known` holds what acts read and may need again within the unit, under keys of theirs; `stored_for_good` is the database's
    memory of rows that `insert_once` stored.
    """

    connection: AsyncConnection
    reads_only: bool = False
    link: Link = field(init=False)
    known: dict[tuple[str, str], Any] = field(default_factory=dict)
    stored_for_good: set[tuple[Any, ...]] = field(default_factory=set)
    _storing: list[tuple[Any, ...]] = field(default_factory=list)
    _writes: Writes = field(default_factory=Writes)
    _heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    _statistics: dict[StatisticKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    _coverage: dict[tuple[str, str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0, 0])
    )
    _pledged_wider: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    _participants: dict[tuple[str, str, str], date] = field(default_factory=dict)
    _reached: dict[tuple[str, str, str], date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.link = link_of(self.connection)

    def insert(self, table: Table, record: object) -> None:
        """Insert a record's row at the end of the unit."""
        self._writes.insert(table, columns_of(table, record))

    def insert_row(self, table: Table, row: Mapping[str, Any], *, unless_known: bool = False) -> None:
        """Insert a row at the end of the unit; `unless_known` leaves a row with the same unique key as it is."""
        self._writes.insert(table, row, unless_known=unless_known)

    def insert_once(self, table: Table, row: Mapping[str, Any]) -> None:
        """Insert a row that is never changed nor deleted, unless it is there; it is sent but once in a process's life."""
        key = (table.name, *(row[column.name] for column in table.primary_key))
        if key not in self.stored_for_good:
            self.insert_row(table, row, unless_known=True)
            self._storing.append(key)

    def change(self, table: Table, where: Mapping[str, Any], **values: Any) -> None:
        """Update the rows with these values of columns at the end of the unit; changes of the same rows become one."""
        self._writes.change(table, where, values)

    def writes_on(self, table: Table, record_id: str) -> bool:
        """Whether a row with this id is collected to be inserted or changed."""
        return self._writes.holds(table, record_id)

    async def settle(self) -> None:
        """Write now what was collected, so that it can be read in this unit."""
        await self._writes.send(self.link)

    def stands_at(self, stream: str, sequence: int, digest: str) -> None:
        """Note the last event of a stream, as it was read under the lock of what the stream is about."""
        self._heads[stream] = (sequence, digest)

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
        """Append an event to a stream that stands at sequence `after`.

        The unit's end raises StaleVersion when the stream has moved on.
        """
        previous = GENESIS
        if after:
            known, previous = self._heads.get(stream, (0, GENESIS))
            if known != after:
                found = await _PREVIOUS.rows(self.link, stream=stream, after=after)
                if not found:
                    raise stale(after, known)
                previous = found[0][0]
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
        self._heads[stream] = (sequence, event.hash)
        self.insert(tables.events, event)
        return event

    def post(self, event: Event, *, program_id: str, consumer: str, stage: str, subject_id: str) -> None:
        """Put work for a flow into the outbox."""
        self.insert_row(
            tables.outbox,
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
                "trace": traceparent(),
            },
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
        pledged: int = 0,
        promised: int = 0,
        accepted: int = 0,
    ) -> None:
        """Add to the coverage of a sub-district."""
        sums = self._coverage[program_id, aid_type, area_code]
        for position, figure in enumerate((targets, need, pledged, promised, accepted)):
            sums[position] += figure

    def pledge(self, program_id: str, aid_type: str, area_code: str, quantity: int) -> None:
        """Add to what is pledged to an area and not yet promised to a target; a negative quantity takes away."""
        if level_of(area_code) is AreaLevel.SUBDISTRICT:
            self.cover(program_id, aid_type, area_code, pledged=quantity)
        else:
            self._pledged_wider[program_id, aid_type, area_code] += quantity

    def took_part(self, program_id: str, role: str, party_id: str, since: date) -> None:
        """Note that a party really took part in a program."""
        self._participants.setdefault((program_id, role, party_id), since)

    def reach(self, program_id: str, aid_type: str, target_id: str, since: date) -> None:
        """Note that a target accepted aid of a type."""
        self._reached.setdefault((program_id, aid_type, target_id), since)

    async def next_number(self, counter: str) -> int:
        """The next number of a gap-free counter, starting with 1; its row stays locked until the unit ends."""
        return await count_on(self.link, tables.counters, counter)

    async def flush(self) -> None:
        """Write what was collected. Raises StaleVersion when an event's stream has moved on."""
        slot = random.randrange(SLOTS)  # noqa: S311 - it only spreads the load
        self._write_coverage(slot)
        for (program, role, party), since in sorted(self._participants.items()):
            row = {"program_id": program, "role": role, "party_id": party, "since": since}
            self.insert_row(tables.participants, row, unless_known=True)
        for (program, aid_type, target), since in sorted(self._reached.items()):
            row = {"program_id": program, "aid_type": aid_type, "target_id": target, "since": since}
            self.insert_row(tables.reached, row, unless_known=True)
        for values, sums in sorted((_values(key), sums) for key, sums in self._statistics.items()):
            if any(sums):
                statistic = {**dict(zip(_STATISTIC, values, strict=True)), "slot": slot}
                figures = dict(zip(("count", "quantity", "value"), sums, strict=True))
                self._writes.add(tables.statistics_daily, statistic, figures)
        for collected in (self._coverage, self._pledged_wider, self._participants, self._reached, self._statistics):
            collected.clear()
        try:
            await self.settle()
        except IntegrityError as error:
            if "uq_events" in str(error.orig) or "events.stream" in str(error.orig):
                moved = max(sequence for sequence, _ in self._heads.values())
                raise stale(moved - 1, moved) from error
            raise

    def _write_coverage(self, slot: int) -> None:
        for (program, aid_type, area), sums in sorted(self._coverage.items()):
            if any(sums):
                key = {"program_id": program, "aid_type": aid_type, "area_code": area}
                figures = dict(zip(("targets", "need", "pledged", "promised", "accepted"), sums, strict=True))
                self._writes.add(tables.coverage, key, figures)
        for (program, aid_type, area), quantity in sorted(self._pledged_wider.items()):
            if quantity:
                place = {"program_id": program, "aid_type": aid_type, "area_code": area}
                self._writes.add(tables.pledged_wider, {**place, "slot": slot}, {"pledged": quantity})


@asynccontextmanager
async def open_unit(database: Database) -> AsyncIterator[Unit]:
    """A unit of work: flushed and committed when the block ends, rolled back whole when it raises.

    Raises Conflict when another unit stored a record with the same unique key first.
    """
    try:
        async with database.write() as connection:
            unit = Unit(connection, stored_for_good=database.stored_for_good)
            yield unit
            await unit.flush()
        database.stored_for_good.update(unit._storing)  # noqa: SLF001 - only now they are committed
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
