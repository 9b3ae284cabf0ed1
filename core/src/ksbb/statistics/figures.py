"""Distribution statistics, with small counts suppressed for the public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.errors import invalid
from ksbb.domain.suppression import SMALLEST_COUNT, sees_all
from ksbb.domain.text import Text
from ksbb.statistics.sums import Dimension, Period, sums_of, within
from ksbb.storage import tables
from ksbb.storage.planning import planned_by_values
from ksbb.usecases.desk import Desk

MAX_ROWS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One group. Dimensions that aren't grouped by are null; `value` is whole rupiah at reference values.

    `count` is the number of acts. A suppressed group has no figures. `contains_synthetic`: made-up records are counted
    in.
    """

    program: str | None = None
    measure: str | None = None
    city: str | None = None
    donor_class: str | None = None
    target_kind: str | None = None
    aid_type: str | None = None
    month: str | None = None
    count: int | None
    quantity: int | None
    value: int | None
    suppressed: bool
    contains_synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A number of parties that took part in a program in a `role`, or of targets that accepted aid (`aid_type`)."""

    program: str
    role: str | None = None
    aid_type: str | None = None
    count: int | None
    suppressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Statistics as of a day. `participants` really took part, `reached` targets really accepted aid, until that day."""

    as_of: date
    since: date | None
    group_by: list[Dimension]
    contains_synthetic: bool
    figures: list[Figure]
    participants: list[Head]
    reached: list[Head]


async def statistics(
    desk: Desk,
    group_by: Sequence[Dimension],
    period: Period,
    *,
    program_id: str | None = None,
    measure: str | None = None,
) -> Statistics:
    """The sums of a period by groups, in full for auditors, assessors and the secretariat, suppressed for all others.

    Raises InvalidInput for a period that ends before it starts, and for more than 5,000 groups.
    """
    if period.since and period.until and period.until < period.since:
        raise invalid(
            "period",
            Text("masa berakhir sebelum dimulai", "the period ends before it starts"),
            "/query/to",
            {"minimum": period.since.isoformat()},
            period.until.isoformat(),
        )
    connection = desk.unit.connection
    full = sees_all(desk.actor)
    groups = list(dict.fromkeys(group_by))
    today = desk.today
    query = sums_of(connection, groups, period, today, program_id=program_id, measure=measure).limit(MAX_ROWS + 1)
    async with planned_by_values(connection):
        rows = (await connection.execute(query)).mappings().all()
        participants = await _heads(connection, tables.participants.c.role, "role", period, program_id, full=full)
        reached = await _heads(connection, tables.reached.c.aid_type, "aid_type", period, program_id, full=full)
    if len(rows) > MAX_ROWS:
        raise invalid(
            "too_many_groups",
            Text(
                f"lebih dari {MAX_ROWS} kelompok; kurangi group_by atau masanya",
                f"more than {MAX_ROWS} groups; group by less or shorten the period",
            ),
            "/query/group_by",
            {"maximum": MAX_ROWS},
        )
    figures = [_figure(row, groups, full=full) for row in rows]
    return Statistics(
        as_of=min(period.until, today) if period.until else today,
        since=period.since,
        group_by=groups,
        contains_synthetic=any(figure.contains_synthetic for figure in figures),
        figures=figures,
        participants=participants,
        reached=reached,
    )


def _figure(row: Any, groups: Sequence[Dimension], *, full: bool) -> Figure:
    count = int(row["sum_count"])
    suppressed = not full and 0 < count < SMALLEST_COUNT
    return Figure(
        **{group.value: row[group.value] for group in groups},
        count=None if suppressed else count,
        quantity=None if suppressed else int(row["sum_quantity"]),
        value=None if suppressed else int(row["sum_value"]),
        suppressed=suppressed,
        contains_synthetic=bool(row["synthetic"]),
    )


async def _heads(
    connection: AsyncConnection,
    column: ColumnElement[str],
    name: str,
    period: Period,
    program_id: str | None,
    *,
    full: bool,
) -> list[Head]:
    table = tables.participants if name == "role" else tables.reached
    query = select(table.c.program_id, column, func.count()).group_by(table.c.program_id, column)
    query = query.where(*within(table.c.since, Period(until=period.until))).order_by(table.c.program_id, column)
    if program_id is not None:
        query = query.where(table.c.program_id == program_id)
    found = []
    for program, group, count in await connection.execute(query):
        suppressed = not full and count < SMALLEST_COUNT
        shown = None if suppressed else int(count)
        found.append(Head(program=program, count=shown, suppressed=suppressed, **{name: group}))
    return found
