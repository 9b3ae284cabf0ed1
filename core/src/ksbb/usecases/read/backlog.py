"""What waits in the outbox. Reads by index only rows that aren't done, however many are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnClause, Select, func, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.storage import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Rows of a program and consumer with a status, pending or parked. `oldest` is when the first of them is or was due."""

    program_id: str
    consumer: str
    status: str
    items: int
    oldest: datetime

    def age(self, now: datetime) -> float:
        """Seconds since the oldest fell due, 0 when it isn't due yet."""
        return max((now - self.oldest).total_seconds(), 0.0)


async def read_backlog(connection: AsyncConnection, program_id: str | None = None) -> list[Backlog]:
    """What waits and what is parked, by program, consumer and status."""
    # One part for each status, because a partial index serves the one that may be long.
    query = union_all(_of_status("pending", program_id), _of_status("parked", program_id)).order_by(
        "program_id", "consumer", "status"
    )
    found = (await connection.execute(query)).all()
    return [
        Backlog(program_id=row[0], consumer=row[1], status=row[2], items=row[3], oldest=_aware(row[4])) for row in found
    ]


def _of_status(status: str, program_id: str | None) -> Select[Any]:
    table = tables.outbox
    # Written out, not bound: a partial index is for statements in which its condition stands, word for word on SQLite.
    written: ColumnClause[str] = literal_column(f"'{status}'")
    query = (
        select(
            table.c.program_id,
            table.c.consumer,
            written.label("status"),
            func.count().label("items"),
            func.min(table.c.available_at).label("oldest"),
        )
        .where(table.c.status == written, table.c.status != literal_column("'done'"))
        .group_by(table.c.program_id, table.c.consumer)
    )
    return query if program_id is None else query.where(table.c.program_id == program_id)


async def read_traces(connection: AsyncConnection, items: Sequence[str]) -> list[str]:
    """The traces of the requests that caused these rows, each once."""
    table = tables.outbox
    query = select(table.c.trace).where(table.c.id.in_(items), table.c.trace.is_not(None)).distinct()
    return sorted((await connection.execute(query)).scalars())


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
