"""Coverage: which areas and targets are helped and which are not, pledges counted and not only deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, case, func, literal, or_, select, text, true, union_all

from ksbb.domain import suppression
from ksbb.domain.errors import invalid
from ksbb.domain.rights import Actor
from ksbb.domain.suppression import SMALL, sees_all_of
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.planning import planned_by_values
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in


class CoverageLevel(StrEnum):
    """What a row is about: an area of a level, or a single target."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    TARGET = "target"


_LEVELS = list(CoverageLevel)
_LENGTHS = {
    CoverageLevel.PROVINCE: len("31"),
    CoverageLevel.CITY: len("31.71"),
    CoverageLevel.DISTRICT: len("31.71.06"),
}
"""The length of an area code, where areas are added up."""
MAX_ROWS = 10_000
_OWN = 10
"""So many columns are about any row; those of its target come after them."""


class CoverageTarget(msgspec.Struct, frozen=True):
    """The target that a row is about."""

    id: str
    code: str
    name: str


class CoverageRow(msgspec.Struct):
    """The needs of an area or a target for an aid type, in whole units.

    `pledged` is handed in by collaborators who wish it to go into this area, and not yet promised to a target; `allocated` is
    promised to targets and not yet delivered; `delivered` was accepted at handovers; the `gap` is what of the need is left, at
    least 0. `targets` is the number of targets with such a need; `target` is null for an area. A suppressed row has no figures. A
    struct, since thousands are made for one answer.
    """

    area_code: str
    area_name: str
    program_id: str
    aid_type: str
    targets: int
    need: int | None
    pledged: int | None
    allocated: int | None
    delivered: int | None
    gap: int | None
    target: CoverageTarget | None = None
    suppressed: bool = False


class PledgedWider(msgspec.Struct):
    """What is pledged to an area that is wider than the rows: nobody knows yet into which of them it will go. Small ones are
    suppressed, too.
    """

    area_code: str
    area_name: str
    program_id: str
    aid_type: str
    pledged: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage now, the widest gap first. `contains_synthetic`: made-up targets are counted in."""

    level: CoverageLevel
    contains_synthetic: bool
    rows: list[CoverageRow]
    pledged_wider: list[PledgedWider]


async def coverage(
    desk: Desk,
    level: CoverageLevel,
    *,
    program_id: str | None = None,
    aid_type: str | None = None,
    parent: str | None = None,
) -> Coverage:
    """Coverage by areas of a level or by targets, in an area (`parent`).

    Small figures are suppressed but for those who watch or manage the needs there. Raises InvalidInput for a parent below the
    level, for the targets of a wide area, and for more than 10,000 rows.
    """
    _check(level, program_id, aid_type, parent)
    # A row is suppressed or not together with all that lie in the same area, whether they were asked for or not
    within = _above(parent) if parent is not None and _level(parent) == _LEVELS.index(level) else parent
    query = (
        _by_target(program_id, aid_type, within)
        if level is CoverageLevel.TARGET
        else _by_area(level, program_id, aid_type, within)
    )
    connection = desk.unit.connection
    async with planned_by_values(connection):
        found = (await connection.execute(query)).all()
        wider = (await connection.execute(_wider(level, program_id, aid_type, parent))).all()
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
    if level is CoverageLevel.TARGET:
        rows = [CoverageRow(*row[:_OWN], CoverageTarget(*row[_OWN:])) for row in found]  # type: ignore[call-arg]  # a slice has a length
    else:
        rows = [CoverageRow(*row) for row in found]
    rows = _for_all(desk.actor, rows)
    if within != parent:
        rows = [row for row in rows if row.area_code == parent]
    made_up = select(tables.targets.c.id).where(tables.targets.c.synthetic.is_(True)).limit(1)
    if parent is not None:
        made_up = made_up.where(lies_in(tables.targets.c.area_code, parent))
    return Coverage(
        level=level,
        contains_synthetic=(await connection.execute(made_up)).first() is not None,
        rows=rows,
        pledged_wider=[_told_of(desk.actor, PledgedWider(*row)) for row in wider],
    )


def _for_all(actor: Actor, rows: list[CoverageRow]) -> list[CoverageRow]:
    """The rows as the actor sees them. Suppressed ones come last: where one stands among others would tell how wide its gap is."""
    hidden = [row for row in to_suppress(rows) if not sees_all_of(actor, row.program_id, row.area_code)]
    if not hidden:
        return rows
    for row in hidden:
        row.need = row.pledged = row.allocated = row.delivered = row.gap = None
        row.suppressed = True
    return [row for row in rows if not row.suppressed] + sorted(hidden, key=_identity)


def to_suppress(rows: Sequence[CoverageRow]) -> list[CoverageRow]:
    """The rows that the public doesn't see, of those that lie in the same area for the same program and aid type."""
    return suppression.to_suppress(rows, group=_group, identity=_identity)


def _told_of(actor: Actor, row: PledgedWider) -> PledgedWider:
    if row.pledged in SMALL and not sees_all_of(actor, row.program_id, row.area_code):
        row.pledged, row.suppressed = None, True
    return row


def stored_sums() -> Select[Any]:
    """All of it per area of any level, as it is stored, under the names of the answer."""
    parts = _parts(None, None, None).subquery()
    figures = [func.sum(parts.c[name]).cast(BigInteger).label(name) for name in _FIGURES]
    key = (parts.c.program_id, parts.c.aid_type, parts.c.area_code)
    return select(*key, *figures).group_by(*key).order_by(*key)


_FIGURES = ("targets", "need", "pledged", "allocated", "delivered")
_NONE = literal(0, BigInteger)


def _in_subdistricts(program_id: str | None, aid_type: str | None, parent: str | None) -> Select[Any]:
    table = tables.coverage
    figures = (table.c.targets, table.c.need, table.c.pledged)
    outcomes = (table.c.promised.label("allocated"), table.c.accepted.label("delivered"))
    key = (table.c.program_id, table.c.aid_type, table.c.area_code)
    return select(*key, *figures, *outcomes).where(*_about(table, program_id, aid_type, parent))


def _parts(program_id: str | None, aid_type: str | None, parent: str | None) -> Any:
    """The sub-districts, and what is pledged to wider areas."""
    table = tables.pledged_wider
    wider = select(
        table.c.program_id, table.c.aid_type, table.c.area_code, _NONE, _NONE, table.c.pledged, _NONE, _NONE
    ).where(*_about(table, program_id, aid_type, parent))
    return union_all(_in_subdistricts(program_id, aid_type, parent), wider)


def _about(table: Any, program_id: str | None, aid_type: str | None, parent: str | None) -> list[ColumnElement[bool]]:
    given = ((table.c.program_id, program_id), (table.c.aid_type, aid_type))
    conditions = [column == value for column, value in given if value is not None]
    return conditions if parent is None else [*conditions, lies_in(table.c.area_code, parent)]


def _by_area(level: CoverageLevel, program_id: str | None, aid_type: str | None, parent: str | None) -> Select[Any]:
    area = tables.areas
    if level is CoverageLevel.SUBDISTRICT:
        grouped: Any = _in_subdistricts(program_id, aid_type, parent).subquery()  # The rows stand so
        code = grouped.c.area_code
    else:
        parts, length = _parts(program_id, aid_type, parent).subquery(), _LENGTHS[level]
        cut = func.substr(parts.c.area_code, 1, length).label("code")
        key = (parts.c.program_id, parts.c.aid_type)
        # PostgreSQL adds bigints up to a numeric, which costs more to read than all else
        sums = [func.sum(parts.c[name]).cast(BigInteger).label(name) for name in _FIGURES]
        inside = func.length(parts.c.area_code) >= length
        grouped = select(cut, *key, *sums).where(inside).group_by("code", *key).subquery()
        code = grouped.c.code
    figures = [grouped.c[name] for name in _FIGURES]
    # The columns are those of CoverageRow, in its order
    return (
        select(code, area.c.name, grouped.c.program_id, grouped.c.aid_type, *figures, _gap(*figures))
        .join(area, area.c.code == code)
        .where(or_(grouped.c.targets > 0, grouped.c.pledged != 0))
        .order_by(text("gap DESC"), code, grouped.c.program_id, grouped.c.aid_type)
        .limit(MAX_ROWS + 1)
    )


def _by_target(program_id: str | None, aid_type: str | None, parent: str | None) -> Select[Any]:
    need, target, area = tables.needs, tables.targets, tables.areas
    one = literal(1, BigInteger)
    figures = (one, need.c.quantity, _NONE, need.c.promised, need.c.accepted)
    query = (
        select(
            target.c.area_code,
            area.c.name,
            need.c.program_id,
            need.c.aid_type,
            *figures,
            _gap(*figures),
            target.c.id,
            target.c.code,
            target.c.name,
        )
        .join(target, target.c.id == need.c.target_id)
        .join(area, area.c.code == target.c.area_code)
        .order_by(text("gap DESC"), target.c.code, need.c.program_id, need.c.aid_type)
        .limit(MAX_ROWS + 1)
    )
    if parent is not None:
        query = query.where(lies_in(target.c.area_code, parent))
    return query.where(*_about(need, program_id, aid_type, None))


def _gap(_targets: Any, need: Any, pledged: Any, allocated: Any, delivered: Any) -> ColumnElement[int]:
    left = need - pledged - allocated - delivered
    return case((left > 0, left), else_=_NONE).label("gap")


def _wider(level: CoverageLevel, program_id: str | None, aid_type: str | None, parent: str | None) -> Select[Any]:
    """What is pledged to areas wider than the rows: above the parent, and in it."""
    wide, area, subdistricts = tables.pledged_wider, tables.areas, tables.coverage
    parts: Any = select(wide.c.area_code, wide.c.program_id, wide.c.aid_type, wide.c.pledged).where(
        *_about(wide, program_id, aid_type, None), _above_or_in(wide.c.area_code, parent)
    )
    if level in _LENGTHS:
        parts = parts.where(func.length(wide.c.area_code) < _LENGTHS[level])
    if level is CoverageLevel.TARGET:
        own = (subdistricts.c.area_code, subdistricts.c.program_id, subdistricts.c.aid_type, subdistricts.c.pledged)
        there = (*_about(subdistricts, program_id, aid_type, parent), subdistricts.c.pledged != 0)
        parts = union_all(parts, select(*own).where(*there))
    part = parts.subquery()
    key = (part.c.area_code, area.c.name, part.c.program_id, part.c.aid_type)
    total = func.sum(part.c.pledged).cast(BigInteger)
    return (
        select(*key, total).join(area, area.c.code == part.c.area_code).group_by(*key).having(total != 0).order_by(*key)
    )


def _above_or_in(column: ColumnElement[str], area_code: str | None) -> ColumnElement[bool]:
    if area_code is None:
        return true()
    parts = area_code.split(".")
    above = [".".join(parts[:length]) for length in range(1, len(parts))]
    return or_(column.in_(above), lies_in(column, area_code))


def _check(level: CoverageLevel, program_id: str | None, aid_type: str | None, parent: str | None) -> None:
    if parent is not None and _level(parent) > _LEVELS.index(level):
        raise invalid(
            "parent_below_level",
            Text(
                f"wilayah induk {parent} lebih kecil daripada tingkat {level}",
                f"the parent area {parent} is smaller than the level {level}",
            ),
            "/query/parent",
            [str(one) for one in _LEVELS[: _LEVELS.index(level) + 1]],
            parent,
        )
    if level is not CoverageLevel.TARGET or (program_id is not None and aid_type is not None):
        return
    if parent is None or _level(parent) < _LEVELS.index(CoverageLevel.DISTRICT):
        raise invalid(
            "too_wide",
            Text(
                "sebut program dan jenis bantuan, atau kecamatan maupun kelurahan sebagai wilayah induk",
                "name a program and an aid type, or a district or sub-district as the parent area",
            ),
            "/query/parent",
            ["district", "subdistrict"],
            parent,
        )


def _level(area_code: str) -> int:
    return area_code.count(".")


def _above(area_code: str) -> str | None:
    """The area that an area lies in, None for a province."""
    return area_code.rpartition(".")[0] or None


def _group(row: CoverageRow) -> tuple[str, str, str]:
    above = row.area_code if row.target is not None else row.area_code.rpartition(".")[0]
    return above, row.program_id, row.aid_type


def _identity(row: CoverageRow) -> tuple[str, str, str, str]:
    return row.area_code, row.target.code if row.target else "", row.program_id, row.aid_type
