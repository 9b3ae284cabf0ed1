"""Register targets, one by one or from CSV."""

from dataclasses import replace
from functools import partial

from sqlalchemy import select, update

from ksbb.domain.areas import AreaLevel
from ksbb.domain.errors import conflict, invalid, stale
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.targets import Target, TargetKind, code_error
from ksbb.domain.text import Text
from ksbb.program import ImportTable
from ksbb.storage import tables
from ksbb.storage.rows import columns_of, fetch_all, put
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import load_target, plain
from ksbb.usecases.csv_import import Imported, Problems, Table, Tally, as_table, cell, whole, yes_or_no
from ksbb.usecases.desk import Desk

_MAX_HOUSEHOLDS = 1_000_000
_CHANGEABLE = ("kind", "name", "area_code", "households", "contact_office", "ziswaf_entitled", "synthetic")


async def register(
    desk: Desk,
    *,
    code: str,
    kind: TargetKind,
    name: str,
    area_code: str,
    households: int | None = None,
    contact_office: str = "",
    ziswaf_entitled: bool = False,
    synthetic: bool = False,
) -> Target:
    """A new target. Raises InvalidInput for a wrong code or area, Conflict for a code in use."""
    role = require(desk.actor, Permission.MANAGE_TARGETS, area_code=area_code)
    if area_code not in await _subdistricts(desk):
        raise invalid(
            "area_unknown",
            Text(f"{area_code} bukan kode kelurahan yang dikenal", f"{area_code} isn't a known sub-district code"),
            "/area_code",
            "31.71.06.1002",
            area_code,
        )
    expected = code_error(kind, code, area_code)
    if expected:
        raise invalid(
            "target_code",
            Text(f"kode sasaran harus seperti {expected}", f"the target's code must be like {expected}"),
            "/code",
            expected,
            code,
        )
    table = tables.targets
    if (await desk.unit.connection.execute(select(table.c.id).where(table.c.code == code))).first():
        raise conflict("code_used", Text(f"kode {code} sudah dipakai", f"code {code} is in use"), "/code", given=code)
    made = Target(
        id=new_id(),
        code=code,
        kind=kind,
        name=name,
        area_code=area_code,
        households=households,
        contact_office=contact_office,
        ziswaf_entitled=ziswaf_entitled,
        synthetic=synthetic,
        created_at=desk.now,
        version=1,
    )
    await _store_new(desk, role, made)
    return made


async def change(
    desk: Desk,
    target_id: str,
    *,
    name: str,
    households: int | None,
    contact_office: str,
    ziswaf_entitled: bool,
    expected_version: int,
) -> Target:
    """Change what may change of a target; its code, kind and area stay."""
    found = await load_target(desk, target_id, "")
    role = require(desk.actor, Permission.MANAGE_TARGETS, area_code=found.area_code)
    if found.version != expected_version:
        raise stale(expected_version, found.version)
    wanted = replace(
        found, name=name, households=households, contact_office=contact_office, ziswaf_entitled=ziswaf_entitled
    )
    await _store_changed(desk, role, wanted)
    return replace(wanted, version=found.version + 1)


async def import_targets(
    desk: Desk, content: bytes | Table, *, synthetic: bool = False, dry_run: bool = False
) -> Imported:
    """Import targets from CSV or XLSX; a target with a known code is updated, never doubled.

    Columns: `code,kind,name,area_code`, and optional `households,contact_office,ziswaf_entitled,synthetic`.
    `content` is a file with our columns, or what a program's mapping read from another. Raises InvalidInput with every wrong
    cell; then nothing is stored. A `dry_run` stores nothing and tells what would be.
    """
    require(desk.actor, Permission.MANAGE_TARGETS)
    table = as_table(content, ImportTable.TARGETS)
    subdistricts = await _subdistricts(desk)
    connection = desk.unit.connection
    known = {target.code: target for target in await fetch_all(connection, select(tables.targets), Target)}
    problems = Problems(table.called)
    wanted: dict[str, Target] = {}
    numbers: dict[str, int] = {}
    for number, row in table.numbered():
        target = _parse(desk, problems, number, row, subdistricts, synthetic)
        if target is None:
            continue
        if target.code in wanted:
            problems.add(number, "code", Text("kode muncul dua kali", "the code stands twice"), given=target.code)
        wanted[target.code], numbers[target.code] = target, number
    problems.check()
    tally = Tally(dry_run)
    for code, target in sorted(wanted.items()):  # two imports must not wait for each other
        before = known.get(code)
        role = require(desk.actor, Permission.MANAGE_TARGETS, area_code=target.area_code)
        stands = None if before is None else {name: getattr(before, name) for name in _CHANGEABLE}
        wished = {name: getattr(target, name) for name in _CHANGEABLE}
        if stands == wished:
            continue
        tally.add(numbers[code], code, stands, wished)
        if dry_run:
            continue
        if before is None:
            await _store_new(desk, role, target)
        else:
            await _store_changed(
                desk, role, replace(target, id=before.id, created_at=before.created_at, version=before.version)
            )
    return tally.done(len(wanted))


def _parse(
    desk: Desk,
    problems: Problems,
    number: int,
    row: dict[str, str],
    subdistricts: frozenset[str],
    synthetic: bool,  # noqa: FBT001 - private
) -> Target | None:
    before = len(problems.found)
    kinds = ", ".join(TargetKind)
    kind = cell(problems, number, "kind", row["kind"], TargetKind, kinds)
    counted = partial(whole, most=_MAX_HOUSEHOLDS)
    households = cell(problems, number, "households", row.get("households") or "0", counted, "0, 1, 2 …")
    entitled = cell(problems, number, "ziswaf_entitled", row.get("ziswaf_entitled", ""), yes_or_no, "true / false")
    made_up = cell(problems, number, "synthetic", row.get("synthetic", ""), yes_or_no, "true / false")
    if not row["name"]:
        problems.add(number, "name", Text("wajib diisi", "is required"))
    if row["area_code"] not in subdistricts:
        problems.add(
            number,
            "area_code",
            Text("bukan kode kelurahan yang dikenal", "isn't a known sub-district code"),
            expected="31.71.06.1002",
            given=row["area_code"],
        )
    elif kind is not None and (expected := code_error(kind, row["code"], row["area_code"])):
        problems.add(
            number,
            "code",
            Text(f"harus seperti {expected}", f"must be like {expected}"),
            expected=expected,
            given=row["code"],
        )
    if len(problems.found) > before or kind is None:
        return None
    return Target(
        id=new_id(),
        code=row["code"],
        kind=kind,
        name=row["name"],
        area_code=row["area_code"],
        households=households or None,
        contact_office=row.get("contact_office", ""),
        ziswaf_entitled=bool(entitled),
        synthetic=synthetic or bool(made_up),
        created_at=desk.now,
        version=1,
    )


async def _subdistricts(desk: Desk) -> frozenset[str]:
    area = tables.areas
    rows = await desk.unit.connection.execute(select(area.c.code).where(area.c.level == AreaLevel.SUBDISTRICT))
    return frozenset(rows.scalars())


async def _store_new(desk: Desk, role: Role, target: Target) -> None:
    await put(desk.unit.connection, tables.targets, target)
    await _record(desk, target, role, "target_registered", after=0)


async def _store_changed(desk: Desk, role: Role, target: Target) -> None:
    values = columns_of(tables.targets, target) | {"version": target.version + 1}
    await _record(desk, target, role, "target_changed", after=target.version)
    await desk.unit.connection.execute(update(tables.targets).where(tables.targets.c.id == target.id).values(**values))


async def _record(desk: Desk, target: Target, role: Role, kind: str, *, after: int) -> None:
    await desk.unit.append(
        f"target:{target.id}",
        kind,
        after=after,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=plain(target),
    )
