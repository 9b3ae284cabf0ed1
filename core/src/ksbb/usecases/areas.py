"""Import areas: the city is data, not code."""

from importlib import resources

from sqlalchemy import select, update

from ksbb.domain.areas import Area, is_area_code, level_of
from ksbb.domain.rights import Permission, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all, put
from ksbb.usecases.csv_import import Imported, Problems, read_columns
from ksbb.usecases.desk import Desk


def jakarta() -> bytes:
    """The areas of Jakarta as CSV, shipped with their licence note in `storage/data/jakarta`."""
    return resources.files("ksbb.storage").joinpath("data/jakarta/areas.csv").read_bytes()


async def import_areas(desk: Desk, content: bytes) -> Imported:
    """Import areas from CSV or XLSX (`code,name,bps_code`); areas known already are updated.

    Raises InvalidInput with every wrong cell: a code without form, a parent that doesn't exist, a name missing, a code twice.
    """
    require(desk.actor, Permission.MANAGE_PARTIES)
    table = read_columns(content, ["code", "name"], ["bps_code"])
    rows = table.rows
    connection = desk.unit.connection
    known = {area.code: area for area in await fetch_all(connection, select(tables.areas), Area)}
    problems = Problems()
    seen: dict[str, Area] = {}
    for number, row in table.numbered():
        code = row["code"]
        if not is_area_code(code):
            problems.add(
                number,
                "code",
                Text("bukan kode Kemendagri", "not a Kemendagri code"),
                expected="31.71.06.1002",
                given=code,
            )
            continue
        if code in seen:
            problems.add(number, "code", Text("kode muncul dua kali", "the code stands twice"), given=code)
        if not row["name"]:
            problems.add(number, "name", Text("wajib diisi", "is required"))
        parent = code.rpartition(".")[0] or None
        if parent and parent not in known and parent not in {row["code"] for row in rows}:
            problems.add(
                number,
                "code",
                Text(f"wilayah induk {parent} tidak ada", f"parent area {parent} doesn't exist"),
                expected=parent,
                given=code,
            )
        seen[code] = Area(
            code=code, level=level_of(code), name=row["name"], parent_code=parent, bps_code=row.get("bps_code") or None
        )
    problems.check()
    new = sorted(
        (area for code, area in seen.items() if code not in known), key=lambda area: (len(area.code), area.code)
    )
    changed = [area for code, area in seen.items() if code in known and known[code] != area]
    await put(connection, tables.areas, *new)
    for area in changed:
        await connection.execute(
            update(tables.areas).where(tables.areas.c.code == area.code).values(name=area.name, bps_code=area.bps_code)
        )
    return Imported(len(new), len(changed), len(seen) - len(new) - len(changed))
