"""Areas, public."""

from sqlalchemy import ColumnElement, and_, select

from ksbb.domain.areas import Area, AreaLevel
from ksbb.domain.errors import not_found
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.paging import Asked, Page, fetch_page

_AFTER_DOT = "/"


def lies_in(column: ColumnElement[str], area_code: str) -> ColumnElement[bool]:
    """The condition that an area code is `area_code` or lies in it."""
    # A range and not a pattern: an index finds it also where the planner doesn't know the code yet. Codes are digits and dots
    return and_(column >= area_code, column < area_code + _AFTER_DOT)


async def find_areas(
    desk: Desk, asked: Asked, *, level: AreaLevel | None = None, parent: str | None = None
) -> Page[Area]:
    """A page of areas, by code; of a level, directly below a parent."""
    table = tables.areas
    query = select(table)
    if level is not None:
        query = query.where(table.c.level == level)
    if parent is not None:
        query = query.where(table.c.parent_code == parent)
    keys = {"code": table.c.code, "name": table.c.name}
    return await fetch_page(desk.unit.connection, query, asked, Area, keys=keys, identity=table.c.code)


async def show_area(desk: Desk, code: str) -> Area:
    """One area. Raises NotFound."""
    found = await fetch_one(desk.unit.connection, select(tables.areas).where(tables.areas.c.code == code), Area)
    if found is None:
        raise not_found(Text("wilayah", "area"), code)
    return found
