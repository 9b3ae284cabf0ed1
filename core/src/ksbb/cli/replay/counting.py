"""How each published figure is counted again: straight from the projections that the acts kept."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.storage import tables

Count = Callable[[AsyncConnection], Awaitable[int]]

_HOUSEHOLD = 4
"""People in a household (press of the time; the setting `household_size` of the food program)."""

_daily = tables.statistics_daily


def _until(as_of: date | None) -> list[ColumnElement[bool]]:
    return [_daily.c.day <= as_of] if as_of else []


async def _sum(connection: AsyncConnection, column: ColumnElement[Any], *where: ColumnElement[bool]) -> int:
    return int((await connection.execute(select(func.coalesce(func.sum(column), 0)).where(*where))).scalar_one())


def committed(program: str, aid_type: str, as_of: date | None) -> Count:
    """Approved quantity, less what was cancelled."""

    async def run(connection: AsyncConnection) -> int:
        where = [_daily.c.program_id == program, _daily.c.aid_type == aid_type, *_until(as_of)]
        promised = await _sum(connection, _daily.c.quantity, _daily.c.measure == "committed", *where)
        return promised - await _sum(connection, _daily.c.quantity, _daily.c.measure == "cancelled", *where)

    return run


def lines(program: str, aid_type: str, since: date | None = None) -> Count:
    """Approved commitment lines."""

    async def run(connection: AsyncConnection) -> int:
        where = [_daily.c.program_id == program, _daily.c.aid_type == aid_type, _daily.c.measure == "committed"]
        if since:
            where.append(_daily.c.day >= since)
        return await _sum(connection, _daily.c.count, *where)

    return run


def accepted(program: str, aid_type: str) -> Count:
    """Quantity accepted at handovers."""

    async def run(connection: AsyncConnection) -> int:
        where = [_daily.c.program_id == program, _daily.c.aid_type == aid_type, _daily.c.measure == "accepted"]
        return await _sum(connection, _daily.c.quantity, *where)

    return run


def value(program: str, as_of: date) -> Count:
    """Reference value in whole rupiah of approved commitments."""

    async def run(connection: AsyncConnection) -> int:
        return await _sum(
            connection, _daily.c.value, _daily.c.program_id == program, _daily.c.measure == "commitment", *_until(as_of)
        )

    return run


def participants(program: str, role: str, as_of: date | None) -> Count:
    """Parties that really took part."""

    async def run(connection: AsyncConnection) -> int:
        table = tables.participants
        query = select(func.count()).where(table.c.program_id == program, table.c.role == role)
        if as_of:
            query = query.where(table.c.since <= as_of)
        return int((await connection.execute(query)).scalar_one())

    return run


def reached(program: str, aid_type: str) -> Count:
    """Distinct targets that accepted aid of a type."""

    async def run(connection: AsyncConnection) -> int:
        table = tables.reached
        query = select(func.count()).where(table.c.program_id == program, table.c.aid_type == aid_type)
        return int((await connection.execute(query)).scalar_one())

    return run


def need(program: str, aid_type: str) -> Count:
    """Sum of the targets' needs."""

    async def run(connection: AsyncConnection) -> int:
        table = tables.coverage
        return await _sum(connection, table.c.need, table.c.program_id == program, table.c.aid_type == aid_type)

    return run


def share(dimension: str, values: Sequence[str], as_of: date | None) -> Count:
    """Share of approved food commitments in whole percent; -1 where it isn't a whole number, so that rounding hides nothing."""

    async def run(connection: AsyncConnection) -> int:
        where = [_daily.c.program_id == "pangan", _daily.c.measure == "commitment", *_until(as_of)]
        whole = await _sum(connection, _daily.c.count, *where)
        part = await _sum(connection, _daily.c.count, _daily.c[dimension].in_(values), *where)
        return _percent(part, whole)

    return run


def share_of_lines(aid_types: Sequence[str]) -> Count:
    """Share of approved food commitment lines in whole percent, as `share`."""

    async def run(connection: AsyncConnection) -> int:
        where = [_daily.c.program_id == "pangan", _daily.c.measure == "committed"]
        whole = await _sum(connection, _daily.c.count, *where)
        part = await _sum(connection, _daily.c.count, _daily.c.aid_type.in_(aid_types), *where)
        return _percent(part, whole)

    return run


async def people_in_need(connection: AsyncConnection) -> int:
    """People in the households of RWs that need staple packages."""
    needs, targets = tables.needs, tables.targets
    query = select(func.coalesce(func.sum(needs.c.quantity), 0)).join(targets, targets.c.id == needs.c.target_id)
    query = query.where(needs.c.program_id == "pangan", needs.c.aid_type == "staple_food", targets.c.kind == "rw")
    return int((await connection.execute(query)).scalar_one()) * _HOUSEHOLD


def _percent(part: int, whole: int) -> int:
    return 100 * part // whole if whole and 100 * part % whole == 0 else -1
