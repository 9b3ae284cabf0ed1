"""Folding: the sums of days that are over, put together so that questions over years read few rows.

An act adds to one of several rows of its day (slots). Once the day is over its rows become one, of slot -1, and count in the
coarser sums of `statistics_folded`. A fold is one transaction: at any instant each act is counted once, in a slot or in what is
folded. Whoever adds to a day that was folded already makes a new slot, which the next fold takes up. Nothing depends on when
folds happen but the speed of reading.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, combinations
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.rights import SYSTEM
from ksbb.storage import tables
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform

FOLDED = -1
"""The slot of what is folded."""
DAY, MONTH, YEAR = "day", "month", "year"
"""The spans."""
ALL = "all"
"""The breakdown by every dimension. There is no such span of a day: that is `statistics_daily` itself."""
TOTAL = "total"
"""The breakdown by program and measure alone."""
AXES = ("city", "donor_class", "target_kind", "aid_type")
"""The breakdowns by one of these dimensions. Those by two are named by both, such as `city+aid_type`, and have no span of a day."""

_MOST = 2
"""So many axes a breakdown keeps that doesn't keep all."""
_FIGURES = ("count", "quantity", "value")
_KEY = ("program_id", "measure", *AXES, "synthetic")


def is_fresh() -> ColumnElement[bool]:
    """The condition that a row of `statistics_daily` isn't folded, as its partial index says it."""
    return tables.statistics_daily.c.slot >= literal_column("0")


def is_folded() -> ColumnElement[bool]:
    """The condition that a row of `statistics_daily` is folded."""
    return tables.statistics_daily.c.slot == literal_column(str(FOLDED))


def breakdown_of(axes: Collection[str]) -> str:
    """The coarsest breakdown that keeps these axes."""
    return TOTAL if not axes else ALL if len(axes) > _MOST else "+".join(axis for axis in AXES if axis in axes)


def has_days(breakdown: str) -> bool:
    """Whether there is a breakdown's span of a day; days of the others are added up from `statistics_daily`."""
    return breakdown == TOTAL or breakdown in AXES


def start_of(day: date, span: str) -> date:
    """The first day of the day's span."""
    return day.replace(month=1, day=1) if span == YEAR else day.replace(day=1) if span == MONTH else day


async def fold(platform: Platform) -> int:
    """Fold all days that are over in Asia/Jakarta, each in a transaction of its own; how many there were."""
    days = 0
    while True:
        async with platform.desk(SYSTEM) as desk:
            day = await _oldest(desk)
            if day is None:
                return days
            await _fold(desk, day)
        days += 1


async def _oldest(desk: Desk) -> date | None:
    table = tables.statistics_daily
    query = select(table.c.day).where(is_fresh(), table.c.day < desk.today).order_by(table.c.day).limit(1)
    found: date | None = (await desk.unit.connection.execute(query)).scalar()
    return found


async def _fold(desk: Desk, day: date) -> None:
    table, connection = tables.statistics_daily, desk.unit.connection
    # Taken out, not read: an act that still adds to one of these rows waits, and then makes a new one
    taken = await connection.execute(delete(table).where(is_fresh(), table.c.day == day).returning(*table.columns))
    rows = taken.mappings().all()
    if not rows:
        return  # another fold took them meanwhile
    await _add(connection, table, [{"day": day, "slot": FOLDED, **row} for row in _summed(rows, AXES)])
    folded = []
    for breakdown, span, kept in _folds():
        place = {"breakdown": breakdown, "span": span, "since": start_of(day, span)}
        folded += [{**place, **row} for row in _summed(rows, kept)]
    await _add(connection, tables.statistics_folded, folded)


async def _add(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table)
    figures = {name: table.c[name] + statement.excluded[name] for name in _FIGURES}
    await connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=figures), rows)


def _folds() -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Breakdown, span, and the axes that it keeps."""
    for kept in chain(*(combinations(AXES, size) for size in range(_MOST + 1)), (AXES,)):
        breakdown = breakdown_of(kept)
        for span in (DAY, MONTH, YEAR) if has_days(breakdown) else (MONTH, YEAR):
            yield breakdown, span, kept


def _summed(rows: Iterable[Mapping[Any, Any]], kept: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Rows added up by their key, in its order, so that two folds can't lock each other out. Axes not kept are empty."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        figures = sums[tuple("" if name in AXES and name not in kept else row[name] for name in _KEY)]
        for position, name in enumerate(_FIGURES):
            figures[position] += row[name]
    for key, figures in sorted(sums.items()):
        yield dict(zip((*_KEY, *_FIGURES), (*key, *figures), strict=True))
