"""The query behind the statistics: whole months from their folded sums, the days at the ends by day, what is fresh from its
slots.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.statistics.folding import ALL, AXES, DAY, MONTH, TOTAL, is_folded, is_fresh
from ksbb.storage import tables


class Dimension(StrEnum):
    """What statistics can be grouped by. `month` is that of the day in Asia/Jakarta, such as `2026-11`."""

    PROGRAM = "program"
    MEASURE = "measure"
    CITY = "city"
    DONOR_CLASS = "donor_class"
    TARGET_KIND = "target_kind"
    AID_TYPE = "aid_type"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days that are counted, both included; None leaves that end open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    table: Table
    day: ColumnElement[date]
    conditions: Sequence[ColumnElement[bool]]


def sums_of(
    connection: AsyncConnection,
    groups: Sequence[Dimension],
    period: Period,
    today: date,
    *,
    program_id: str | None,
    measure: str | None,
) -> Select[Any]:
    """The groups in their order, with `sum_count`, `sum_quantity`, `sum_value`, and `synthetic` (1 or 0)."""
    parts = [
        _rows(connection, part, groups, program_id=program_id, measure=measure)
        for part in _parts(groups, period, today)
    ]
    united = union_all(*parts).subquery()
    chosen = [united.c[group.value] for group in groups]
    sums = [func.sum(united.c[name]).label(f"sum_{name}") for name in ("count", "quantity", "value")]
    synthetic = func.max(case((united.c.synthetic, 1), else_=0)).label("synthetic")
    return select(*chosen, *sums, synthetic).group_by(*chosen).order_by(*chosen).having(func.count() > 0)


def within(day: ColumnElement[date], period: Period) -> list[ColumnElement[bool]]:
    """The conditions that a day is in a period."""
    conditions = []
    if period.since is not None:
        conditions.append(day >= period.since)
    if period.until is not None:
        conditions.append(day <= period.until)
    return conditions


def _parts(groups: Sequence[Dimension], period: Period, today: date) -> Iterator[_Part]:
    daily, folded = tables.statistics_daily, tables.statistics_folded
    axes = [group.value for group in groups if group.value in AXES]
    breakdown = ALL if len(axes) > 1 else axes[0] if axes else TOTAL
    yield _Part(daily, daily.c.day, [is_fresh(), *within(daily.c.day, period)])
    months, edges = split(period, today)
    if months is not None:
        of_months = (folded.c.breakdown == breakdown, folded.c.span == MONTH)
        yield _Part(folded, folded.c.since, [*of_months, *within(folded.c.since, months)])
    for edge in edges:
        if breakdown == ALL:
            yield _Part(daily, daily.c.day, [is_folded(), *within(daily.c.day, edge)])
        else:
            of_days = (folded.c.breakdown == breakdown, folded.c.span == DAY)
            yield _Part(folded, folded.c.since, [*of_days, *within(folded.c.since, edge)])


def split(period: Period, today: date) -> tuple[Period | None, list[Period]]:
    """The whole months of a period, by their first days, and what is left at its ends. `today` isn't folded yet, so a month
    that lasts until then is whole.
    """
    since, until = period.since, None if period.until is None or period.until >= today else period.until
    first = None if since is None else since if since.day == 1 else _next_month(since)
    # The day after the last whole month
    end = None if until is None else (until + timedelta(days=1)).replace(day=1)
    if first is not None and end is not None and first >= end:
        return None, [period]
    edges = []
    if since is not None and first is not None and since < first:
        edges.append(Period(since=since, until=first - timedelta(days=1)))
    if until is not None and end is not None and end <= until:
        edges.append(Period(since=end, until=until))
    return Period(since=first, until=None if end is None else end - timedelta(days=1)), edges


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _rows(
    connection: AsyncConnection,
    part: _Part,
    groups: Sequence[Dimension],
    *,
    program_id: str | None,
    measure: str | None,
) -> Select[Any]:
    column = part.table.c
    month = (
        func.to_char(part.day, "YYYY-MM")
        if connection.dialect.name == "postgresql"
        else func.strftime("%Y-%m", part.day)
    )
    named: dict[Dimension, ColumnElement[Any]] = {Dimension.PROGRAM: column.program_id, Dimension.MONTH: month}
    chosen = [(named[group] if group in named else column[group.value]).label(group.value) for group in groups]
    conditions = list(part.conditions)
    if program_id is not None:
        conditions.append(column.program_id == program_id)
    if measure is not None:
        conditions.append(column.measure == measure)
    return select(*chosen, column.count, column.quantity, column.value, column.synthetic).where(*conditions)
