"""Coverage: which areas are helped and which are not, pledges counted and not only deliveries."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import BigInteger, func, select

from ksbb.domain.areas import AreaLevel
from ksbb.domain.errors import invalid
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.planning import planned_by_values
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in

_LENGTHS = {
    AreaLevel.PROVINCE: len("31"),
    AreaLevel.CITY: len("31.71"),
    AreaLevel.DISTRICT: len("31.71.06"),
}
MAX_ROWS = 10_000


class CoverageRow(msgspec.Struct, frozen=True):
    """The needs of an area for an aid type, in whole units: `promised` and not yet delivered, `accepted`, and the
    `gap`.

    `targets` is the number of targets with such a need. A struct, since thousands are made for one answer.
    """

    area_code: str
    area_name: str
    program_id: str
    aid_type: str
    targets: int
    need: int
    promised: int
    accepted: int
    gap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage now, the widest gap first. `contains_synthetic`: made-up targets are counted in."""

    level: AreaLevel
    contains_synthetic: bool
    rows: list[CoverageRow]


async def coverage(
    desk: Desk,
    level: AreaLevel,
    *,
    program_id: str | None = None,
    aid_type: str | None = None,
    parent: str | None = None,
) -> Coverage:
    """Coverage by areas of a level, in an area (`parent`). Nothing is suppressed: it counts goods and targets, not
    people.

    Raises InvalidInput for more than 10,000 rows.
    """
    table, area = tables.coverage, tables.areas
    key = (table.c.program_id, table.c.aid_type)
    figures = [table.c[name] for name in ("targets", "need", "promised", "accepted")]
    if level is AreaLevel.SUBDISTRICT:
        query: Any = select(table.c.area_code.label("code"), *key, *figures)  # The rows stand so
    else:
        code = func.substr(table.c.area_code, 1, _LENGTHS[level]).label("code")
        # PostgreSQL adds bigints up to a numeric, which costs more to read than all else
        sums = [func.sum(figure).cast(BigInteger).label(figure.name) for figure in figures]
        query = select(code, *key, *sums).group_by("code", *key)
    for column, value in ((table.c.program_id, program_id), (table.c.aid_type, aid_type)):
        if value is not None:
            query = query.where(column == value)
    if parent is not None:
        query = query.where(lies_in(table.c.area_code, parent))
    grouped = query.subquery()
    shown = [grouped.c[figure.name] for figure in figures]
    gap = (grouped.c.need - grouped.c.promised - grouped.c.accepted).label("gap")
    # The columns are those of CoverageRow, in its order
    named = (
        select(grouped.c.code, area.c.name, grouped.c.program_id, grouped.c.aid_type, *shown, gap)
        .join(area, area.c.code == grouped.c.code)
        .where(grouped.c.targets > 0)
        .order_by(gap.desc(), grouped.c.code, grouped.c.program_id, grouped.c.aid_type)
        .limit(MAX_ROWS + 1)
    )
    async with planned_by_values(desk.unit.connection):
        found = (await desk.unit.connection.execute(named)).all()
    if len(found) > MAX_ROWS:
        raise invalid(
            "too_many_rows",
            Text(
                f"lebih dari {MAX_ROWS} baris; sebut program, jenis bantuan, atau wilayah induk",
                f"more than {MAX_ROWS} rows; name a program, an aid type or a parent area",
            ),
            "/query/level",
            {"maximum": MAX_ROWS},
        )
    rows = [CoverageRow(*row) for row in found]
    made_up = select(tables.targets.c.id).where(tables.targets.c.synthetic.is_(True)).limit(1)
    if parent is not None:
        made_up = made_up.where(lies_in(tables.targets.c.area_code, parent))
    contains_synthetic = (await desk.unit.connection.execute(made_up)).first() is not None
    return Coverage(level=level, contains_synthetic=contains_synthetic, rows=rows)
