"""Needs: how much of an aid type a target needs, set one by one or from CSV."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from ksbb.domain.errors import InvalidInput, Unavailable, invalid, stale
from ksbb.domain.quantities import NeedBalance
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.targets import Need, Target
from ksbb.domain.text import Text
from ksbb.program import ImportTable, Program
from ksbb.storage import tables
from ksbb.storage.rows import change, fetch_all, put
from ksbb.storage.unit import new_id
from ksbb.usecases.allocate import lock_need
from ksbb.usecases.chain import load_target, plain
from ksbb.usecases.csv_import import Imported, Problems, Table, as_table, cell, whole
from ksbb.usecases.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedInput:
    """The need of a target for an aid type: `quantity` whole units, as of a day, by a named source."""

    target_id: str
    program_id: str
    aid_type: str
    quantity: int
    source: str
    as_of: date


async def set_need(desk: Desk, given: NeedInput, *, expected_version: int | None) -> Need:
    """Set a need; `expected_version` is None for a new one.

    Raises InvalidInput for an aid type or target kind that isn't the program's, and below what is promised already.
    """
    target = await load_target(desk, given.target_id)
    role = require(desk.actor, Permission.MANAGE_NEEDS, given.program_id, target.area_code)
    program = desk.programs.require(given.program_id).program
    _check_fit(program, target, given.aid_type)
    found = await lock_need(desk, target.id, given.program_id, given.aid_type)
    if expected_version != (found.version if found else None):
        raise stale(expected_version or 0, found.version if found else 0)
    return await _store(desk, role, target, found, given)


async def import_needs(desk: Desk, content: bytes | Table) -> Imported:
    """Import needs from CSV (`target_code,program_id,aid_type,quantity,source,as_of`); a known need is updated, never doubled.

    `content` is a file with our columns, or what a program's mapping read from another. Raises InvalidInput with every wrong
    cell; then nothing is stored.
    """
    require(desk.actor, Permission.MANAGE_NEEDS)
    table = as_table(content, ImportTable.NEEDS)
    connection = desk.unit.connection
    key_of = (tables.needs.c.target_id, tables.needs.c.program_id, tables.needs.c.aid_type)
    in_lock_order = select(tables.needs).order_by(*key_of).with_for_update()
    by_code = {target.code: target for target in await fetch_all(connection, select(tables.targets), Target)}
    known = {
        (need.target_id, need.program_id, need.aid_type): need
        for need in await fetch_all(connection, in_lock_order, Need)
    }
    problems = Problems(table.called)
    wanted: dict[tuple[str, str, str], tuple[Target, NeedInput]] = {}
    for number, row in enumerate(table.rows, start=1):
        parsed = _parse(desk, problems, number, row, by_code)
        if parsed is None:
            continue
        target, given = parsed
        key = (target.id, given.program_id, given.aid_type)
        if key in wanted:
            problems.add(
                number,
                "target_code",
                Text("kebutuhan ini muncul dua kali", "this need stands twice"),
                given=target.code,
            )
        found = known.get(key)
        floor = found.promised + found.accepted if found else 0
        if given.quantity < floor:
            problems.add(
                number,
                "quantity",
                Text(
                    f"paling sedikit {floor}: sebanyak itu sudah dijanjikan atau diterima",
                    f"at least {floor}: that much is promised or accepted",
                ),
                expected={"minimum": floor},
                given=given.quantity,
            )
        wanted[key] = (target, given)
    problems.check()
    new = changed = 0
    for key, (target, given) in sorted(wanted.items()):  # two imports must not wait for each other
        found = known.get(key)
        role = require(desk.actor, Permission.MANAGE_NEEDS, given.program_id, target.area_code)
        if found and (found.quantity, found.source, found.as_of) == (given.quantity, given.source, given.as_of):
            continue
        await _store(desk, role, target, found, given)
        new, changed = new + (found is None), changed + (found is not None)
    return Imported(new, changed, len(wanted) - new - changed)


def _parse(
    desk: Desk, problems: Problems, number: int, row: dict[str, str], by_code: dict[str, Target]
) -> tuple[Target, NeedInput] | None:
    before = len(problems.found)
    target = by_code.get(row["target_code"])
    if target is None:
        problems.add(
            number, "target_code", Text("sasaran tidak dikenal", "the target isn't known"), given=row["target_code"]
        )
    quantity = cell(problems, number, "quantity", row["quantity"], whole, "0, 1, 2 …")
    as_of = cell(problems, number, "as_of", row["as_of"], date.fromisoformat, "YYYY-MM-DD")
    if not row["source"]:
        problems.add(number, "source", Text("wajib diisi", "is required"))
    try:
        program = desk.programs.require(row["program_id"]).program
        if target is not None:
            _check_fit(program, target, row["aid_type"])
    except (InvalidInput, Unavailable) as error:
        problem = error.problems[0]
        column = problem.pointer.strip("/").replace("target_id", "target_code")
        problems.add(number, column, problem.message, expected=problem.expected, given=problem.given)
    if len(problems.found) > before or target is None:
        return None
    given = NeedInput(
        target_id=target.id,
        program_id=row["program_id"],
        aid_type=row["aid_type"],
        quantity=quantity,
        source=row["source"],
        as_of=as_of,
    )
    return target, given


def _check_fit(program: Program, target: Target, aid_type: str) -> None:
    if program.aid_type(aid_type) is None:
        known = [known.id for known in program.aid_types]
        raise invalid(
            "aid_type_unknown",
            Text(
                f"program {program.id} tidak mengenal jenis bantuan {aid_type}; yang dikenal: {', '.join(known)}",
                f"program {program.id} has no aid type {aid_type}; it has: {', '.join(known)}",
            ),
            "/aid_type",
            known,
            aid_type,
        )
    if target.kind not in program.target_kinds:
        kinds = sorted(program.target_kinds)
        raise invalid(
            "target_kind",
            Text(
                f"program {program.id} melayani {', '.join(kinds)}, bukan {target.kind}",
                f"program {program.id} serves {', '.join(kinds)}, not {target.kind}",
            ),
            "/target_id",
            kinds,
            str(target.kind),
        )


async def _store(desk: Desk, role: Role, target: Target, found: Need | None, given: NeedInput) -> Need:
    connection = desk.unit.connection
    if given.quantity < 0:
        raise invalid(
            "negative",
            Text("jumlah tidak boleh negatif", "a quantity can't be negative"),
            "/quantity",
            {"minimum": 0},
            given.quantity,
        )
    if found is None:
        need = Need(
            id=new_id(),
            target_id=target.id,
            program_id=given.program_id,
            aid_type=given.aid_type,
            quantity=given.quantity,
            promised=0,
            accepted=0,
            source=given.source,
            as_of=given.as_of,
            version=1,
        )
        await put(connection, tables.needs, need)
    else:
        balance: NeedBalance = found.balance.change(given.quantity)
        need = replace(
            found, quantity=balance.quantity, source=given.source, as_of=given.as_of, version=found.version + 1
        )
        await change(
            connection,
            tables.needs,
            found.id,
            quantity=need.quantity,
            source=need.source,
            as_of=need.as_of,
            version=need.version,
        )
    desk.unit.cover(
        need.program_id,
        need.aid_type,
        target.area_code,
        targets=int(found is None),
        need=need.quantity - (found.quantity if found else 0),
    )
    await desk.unit.append(
        f"need:{need.id}",
        "need_set",
        after=need.version - 1,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=plain(need),
    )
    return need
