"""Coverage: which areas are helped and which are not, pledges counted and not only deliveries."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ksbb.domain.areas import AreaLevel
from ksbb.domain.errors import invalid
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in

_LENGTHS = {
    AreaLevel.PROVINCE: len("31"),
    AreaLevel.CITY: len("31.71"),
    AreaLevel.DISTRICT: len("31.71.06"),
    AreaLevel.SUBDISTRICT: len("31.71.06.1002"),
}
MAX_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """The needs of an area for an aid type, in whole units: `promised` and not yet delivered, `accepted`, and the
    `gap`.

    `targets` is the number of targets with such a need.
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
    code = func.substr(table.c.area_code, 1, _LENGTHS[level])
    sums = [func.sum(table.c[name]).label(name) for name in ("targets", "need", "promised", "accepted")]
    query: Any = select(code.label("code"), table.c.program_id, table.c.aid_type, *sums)
    for column, value in ((table.c.program_id, program_id), (table.c.aid_type, aid_type)):
        if value is not None:
            query = query.where(column == value)
    if parent is not None:
        query = query.where(lies_in(table.c.area_code, parent))
    grouped = query.group_by("code", table.c.program_id, table.c.aid_type).subquery()
    named = (
        select(grouped, area.c.name)
        .join(area, area.c.code == grouped.c.code)
        .where(grouped.c.targets > 0)
        .order_by(
            (grouped.c.need - grouped.c.promised - grouped.c.accepted).desc(),
            grouped.c.code,
            grouped.c.program_id,
            grouped.c.aid_type,
        )
        .limit(MAX_ROWS + 1)
    )
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
    # Thousands of rows: taken apart by position, which costs a third of looking each value up by its name
    rows = [
        CoverageRow(
            area_code=code,
            area_name=name,
            program_id=program,
            aid_type=kind,
            targets=int(targets),
            need=int(need),
            promised=int(promised),
            accepted=int(accepted),
            gap=int(need - promised - accepted),
        )
        for code, program, kind, targets, need, promised, accepted, name in found
    ]
    made_up = select(tables.targets.c.id).where(tables.targets.c.synthetic.is_(True)).limit(1)
    if parent is not None:
        made_up = made_up.where(lies_in(tables.targets.c.area_code, parent))
    contains_synthetic = (await desk.unit.connection.execute(made_up)).first() is not None
    return Coverage(level=level, contains_synthetic=contains_synthetic, rows=rows)
