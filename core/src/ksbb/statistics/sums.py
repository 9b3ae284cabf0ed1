"""The query behind the statistics: whole years and months from their folded sums, the days at the ends by day, what is fresh
from its slots.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Table, case, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.statistics.folding import AXES, DAY, MONTH, YEAR, breakdown_of, has_days, is_folded, is_fresh, start_of
from ksbb.storage import tables

_A_DAY = timedelta(days=1)
_LONGEST = {MONTH: timedelta(days=31), YEAR: timedelta(days=366)}


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
    # PostgreSQL adds bigints up to a numeric, which costs more to read than all else
    sums = [func.sum(united.c[name]).cast(BigInteger).label(f"sum_{name}") for name in ("count", "quantity", "value")]
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
    breakdown = breakdown_of([group.value for group in groups if group.value in AXES])
    yield _Part(daily, daily.c.day, [is_fresh(), *within(daily.c.day, period)])
    spans = (MONTH, DAY) if Dimension.MONTH in groups else (YEAR, MONTH, DAY)
    for span, part in split(period, today, spans):
        if span == DAY and not has_days(breakdown):
            yield _Part(daily, daily.c.day, [is_folded(), *within(daily.c.day, part)])
        else:
            of_span = (folded.c.breakdown == breakdown, folded.c.span == span)
            yield _Part(folded, folded.c.since, [*of_span, *within(folded.c.since, part)])


def split(period: Period, today: date, spans: Sequence[str]) -> list[tuple[str, Period]]:
    """A period in whole `spans`, the longest first, and what is left at its ends in the next ones. `today` isn't folded yet, so
    that a span that lasts until then is whole.
    """
    span, *finer = spans
    if not finer:
        return [(span, period)]
    since, until = period.since, period.until
    first = since if since is None or since == start_of(since, span) else _next(since, span)
    last = until if until is None or until >= today else start_of(until + _A_DAY, span) - _A_DAY
    if first is not None and (first > today or (last is not None and first > last)):
        return split(period, today, finer)
    parts = [(span, Period(since=first, until=last))]
    if since is not None and first is not None and since < first:
        parts += split(Period(since=since, until=first - _A_DAY), today, finer)
    if until is not None and last is not None and last < until:
        parts += split(Period(since=last + _A_DAY, until=until), today, finer)
    return parts


def _next(day: date, span: str) -> date:
    """The first day of the span after the day's."""
    return start_of(start_of(day, span) + _LONGEST[span], span)


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
