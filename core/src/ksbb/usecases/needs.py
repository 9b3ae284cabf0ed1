"""Needs: how much of an aid type a target needs, set one by one or from a table."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from ksbb.domain.errors import Forbidden, InvalidInput, Problem, Unavailable, stale
from ksbb.domain.periods import FORMS, first_day, parse_period
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.targets import Need, NeedPeriod, Target
from ksbb.domain.text import Text
from ksbb.program import ImportTable
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.usecases.allocate import lock_need
from ksbb.usecases.chain import load_target
from ksbb.usecases.csv_import import Imported, Problems, Table, Tally, as_table, cell, whole
from ksbb.usecases.desk import Desk
from ksbb.usecases.need_placing import NeedInput, Placed, by_period, place, planned_for, require_fit, store

__all__ = ["NeedInput", "import_needs", "set_need"]

_LONGEST_SOURCE = 200
_TOLD = ("quantity", "tier", "period", "source", "as_of")
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    target: Target
    given: NeedInput

    @property
    def key(self) -> _Key:
        return self.target.id, self.given.program_id, self.given.aid_type


async def set_need(desk: Desk, given: NeedInput, *, expected_version: int | None) -> Need:
    """Set a need; `expected_version` is None for a new one. A need for a later period than the present one is planned.

    A target sets its own needs without the tier, which is the assessor's. Raises InvalidInput for an aid type or target kind that
    isn't the program's, an unknown tier, a period that is over, and below what is promised already.
    """
    target = await load_target(desk, given.target_id)
    role = _role(desk, target, given.program_id)
    program = desk.programs.require(given.program_id).program
    require_fit(program, target, given.aid_type)
    found = await lock_need(desk, target.id, given.program_id, given.aid_type)
    if expected_version != (found.version if found else None):
        raise stale(expected_version or 0, found.version if found else 0)
    if role is Role.RECIPIENT:
        given = _own(desk, target, found, given)
    planned = by_period(await planned_for(desk, [found.id])) if found else {}
    placed = place(found, planned, given, desk.rules, desk.today)
    await store(desk, role, target, placed)
    return placed.need


async def import_needs(desk: Desk, content: bytes | Table, *, dry_run: bool = False) -> Imported:
    """Import needs from CSV or XLSX; a known need is updated, never doubled, and one for a later period is planned.

    Columns: `target_code,program_id,aid_type,quantity,source,as_of`, and optional `tier,period`, which stay as they are where they
    are empty. `content` is a file with our columns, or what a program's mapping read from another. Raises InvalidInput with every
    wrong cell; then nothing is stored. A `dry_run` stores nothing and tells what would be.
    """
    require(desk.actor, Permission.MANAGE_NEEDS)
    table = as_table(content, ImportTable.NEEDS)
    connection = desk.unit.connection
    key_of = (tables.needs.c.target_id, tables.needs.c.program_id, tables.needs.c.aid_type)
    in_lock_order = select(tables.needs).order_by(*key_of)
    if not dry_run:
        in_lock_order = in_lock_order.with_for_update()
    by_code = {target.code: target for target in await fetch_all(connection, select(tables.targets), Target)}
    known = {
        (need.target_id, need.program_id, need.aid_type): need
        for need in await fetch_all(connection, in_lock_order, Need)
    }
    planned: dict[str, dict[str, NeedPeriod]] = defaultdict(dict)
    for one in await planned_for(desk):
        planned[one.need_id][one.period] = one
    problems = Problems(table.called)
    rows = [
        row for number, cells in table.numbered() if (row := _parse(desk, problems, number, cells, by_code)) is not None
    ]
    _refuse_twice(problems, rows, known)
    placed: list[tuple[_Row, Placed]] = []
    for row in sorted(rows, key=_in_lock_order):
        found = known.get(row.key)
        try:
            made = place(found, planned[found.id] if found else {}, row.given, desk.rules, desk.today)
        except InvalidInput as error:
            _tell(problems, row.number, error.problems[0])
            continue
        if made.is_change:
            known[row.key] = made.need
            placed.append((row, made))
    problems.check()
    tally = Tally(dry_run)
    for row, made in placed:
        role = require(desk.actor, Permission.MANAGE_NEEDS, row.given.program_id, row.target.area_code)
        before, after = made.planned_before if made.planned else made.before, made.planned or made.need
        key = f"{row.target.code}/{row.given.program_id}/{row.given.aid_type}"
        tally.add(row.number, key, None if before is None else _shown(before), _shown(after))
        if not dry_run:
            await store(desk, role, row.target, made)
    return tally.done(len(rows))


def _role(desk: Desk, target: Target, program_id: str) -> Role:
    """By which role the actor may set this target's needs. Raises Forbidden."""
    role = desk.actor.role_for(Permission.MANAGE_NEEDS, program_id, target.area_code)
    if role is None and desk.actor.target_id == target.id:
        role = desk.actor.role_for(Permission.UPDATE_OWN_NEEDS, program_id, target.area_code)
    return role or require(desk.actor, Permission.MANAGE_NEEDS, program_id, target.area_code)


def _own(desk: Desk, target: Target, found: Need | None, given: NeedInput) -> NeedInput:
    """What a target says of itself: the tier stays, and the source names the target. Raises Forbidden for another tier."""
    stands = found.tier if found else desk.rules.default_tier
    if given.tier not in (None, stands):
        raise Forbidden(
            Problem(
                code="tier_of_assessor",
                message=Text(
                    f"tingkat kerentanan ditetapkan penilai; kirim kebutuhan tanpa tier, atau dengan {stands}",
                    f"the vulnerability tier is the assessor's; send the need without tier, or with {stands}",
                ),
                pointer="/tier",
                expected=stands,
                given=given.tier,
            )
        )
    named = f"{target.code}: {given.source.removeprefix(f'{target.code}: ')}"[:_LONGEST_SOURCE]
    return replace(given, source=named, tier=stands)


def _in_lock_order(row: _Row) -> tuple[_Key, date]:
    """Two imports must not wait for each other; and the present period comes before those that are planned."""
    return row.key, first_day(row.given.period) if row.given.period else date.min


def _refuse_twice(problems: Problems, rows: list[_Row], known: dict[_Key, Need]) -> None:
    seen: set[tuple[_Key, str]] = set()
    for row in rows:
        found = known.get(row.key)
        period = (found.period if found else "") if row.given.period is None else row.given.period
        if (row.key, period) in seen:
            message = Text("kebutuhan ini muncul dua kali", "this need stands twice")
            problems.add(row.number, "target_code", message, given=row.target.code)
        seen.add((row.key, period))


def _parse(desk: Desk, problems: Problems, number: int, row: dict[str, str], by_code: dict[str, Target]) -> _Row | None:
    before = len(problems.found)
    target = by_code.get(row["target_code"])
    if target is None:
        problems.add(
            number, "target_code", Text("sasaran tidak dikenal", "the target isn't known"), given=row["target_code"]
        )
    quantity = cell(problems, number, "quantity", row["quantity"], whole, "0, 1, 2 …")
    as_of = cell(problems, number, "as_of", row["as_of"], date.fromisoformat, "YYYY-MM-DD")
    period = cell(problems, number, "period", row.get("period", ""), parse_period, FORMS)
    tier = row.get("tier") or None
    if tier is not None and tier not in desk.rules.tiers:
        known = ", ".join(desk.rules.tiers)
        message = Text(f"harus {known}, diberikan {tier!r}", f"must be {known}, given {tier!r}")
        problems.add(number, "tier", message, expected=list(desk.rules.tiers), given=tier)
    if not row["source"]:
        problems.add(number, "source", Text("wajib diisi", "is required"))
    try:
        program = desk.programs.require(row["program_id"]).program
        if target is not None:
            require_fit(program, target, row["aid_type"])
    except (InvalidInput, Unavailable) as error:
        _tell(problems, number, error.problems[0])
    if len(problems.found) > before or target is None:
        return None
    given = NeedInput(
        target_id=target.id,
        program_id=row["program_id"],
        aid_type=row["aid_type"],
        quantity=quantity,
        source=row["source"],
        as_of=as_of,
        tier=tier,
        period=period or None,
    )
    return _Row(number, target, given)


def _tell(problems: Problems, number: int, problem: Problem) -> None:
    message = problem.message
    if problem.code == "need_below_promises":
        floor = problem.expected["minimum"]  # type: ignore[index]  # the balance gives it
        message = Text(
            f"paling sedikit {floor}: sebanyak itu sudah dijanjikan atau diterima",
            f"at least {floor}: that much is promised or accepted",
        )
    column = problem.pointer.strip("/").replace("target_id", "target_code")
    problems.add(number, column, message, expected=problem.expected, given=problem.given)


def _shown(need: Need | NeedPeriod) -> dict[str, Any]:
    return {name: getattr(need, name) for name in _TOLD}
