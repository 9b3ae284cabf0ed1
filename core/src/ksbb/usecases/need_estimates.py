"""Estimate needs by a program's formula: for all targets that it serves at once, and held against published totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select

from ksbb.domain.errors import InvalidInput, invalid
from ksbb.domain.rights import Permission, require
from ksbb.domain.targets import Need, Target
from ksbb.domain.text import Text
from ksbb.program import NeedPlan, ProgramSettings, TargetFacts
from ksbb.storage import tables
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases.csv_import import DryRun, Problems, RowChange, Table, cell, read_columns, whole
from ksbb.usecases.desk import Desk
from ksbb.usecases.need_placing import NeedInput, place
from ksbb.usecases.needs import import_needs

SECONDS = 30.0
"""How long a formula may take over all targets."""
_MOST = 10**12
_LONGEST_SOURCE = 200
_NOT_SAID = Text("rumus tidak dapat menghitung dari data yang ada", "the formula can't tell from what is known")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A target that gets no estimate, and why."""

    target_code: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Control:
    """A published total beside the sum of the estimates; `difference` is the sum less the total."""

    total: int
    source: str
    as_of: date | None
    difference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """What a formula says: whole units by target code, and the targets of which it says nothing."""

    program_id: str
    aid_type: str
    plan: NeedPlan
    quantities: Mapping[str, int]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """What came of estimates: needs that are new, changed and as before, the sum of all, the published totals, and who was left out.

    In a `dry_run` nothing was stored; `rows` are then the first 1,000 that would be.
    """

    new: int
    changed: int
    unchanged: int
    sum: int
    controls: tuple[Control, ...]
    left_out: tuple[LeftOut, ...]
    dry_run: bool
    rows: Sequence[RowChange]


class _Formula(Protocol):
    def __call__(self, facts: TargetFacts, settings: ProgramSettings, /) -> int | None:
        """Whole units, or None."""


async def compute_estimates(desk: Desk, program_id: str, aid_type: str, figures: bytes | None) -> Estimates:
    """What the program's formula says of every target of its kinds; nothing is stored, and no lock is held.

    `figures` is a CSV or XLSX file with `target_code` and the columns that the plan declares; optional `households` stands before
    what is registered. Raises InvalidInput for an aid type without a formula and for every wrong cell, Unavailable while the program
    is away, and what the program's host raises where the formula fails.
    """
    require(desk.actor, Permission.MANAGE_NEEDS, program_id)
    active = desk.programs.require(program_id)
    plan = active.program.need_plan(aid_type)
    if plan is None or plan.estimate is None:
        known = [one.aid_type for one in active.program.needs if one.estimate is not None]
        raise invalid(
            "no_formula",
            Text(
                f"program {program_id} tidak mempunyai rumus kebutuhan untuk {aid_type}; yang ada: {', '.join(known) or 'tidak ada'}",
                f"program {program_id} has no formula for needs of {aid_type}; it has: {', '.join(known) or 'none'}",
            ),
            "/aid_type",
            known,
            aid_type,
        )
    table = tables.targets
    query = select(table).where(table.c.kind.in_(sorted(active.program.target_kinds))).order_by(table.c.code)
    targets = [
        target
        for target in await fetch_all(desk.unit.connection, query, Target)
        if desk.actor.role_for(Permission.MANAGE_NEEDS, program_id, target.area_code)
    ]
    given = _figures(plan, figures, {target.code for target in targets}) if figures is not None else {}
    facts = [_facts(target, given.get(target.code, {})) for target in targets]
    formula, settings = plan.estimate, active.settings
    said = await desk.programs.call(
        program_id, f"needs of {aid_type}", lambda: _asked(formula, facts, settings), seconds=SECONDS
    )
    quantities = {one.code: quantity for one, quantity in zip(facts, said, strict=True) if quantity is not None}
    left_out = tuple(LeftOut(one.code, _NOT_SAID) for one in facts if one.code not in quantities)
    return Estimates(program_id=program_id, aid_type=aid_type, plan=plan, quantities=quantities, left_out=left_out)


async def estimate_needs(desk: Desk, estimates: Estimates, *, dry_run: bool = False) -> Estimated:
    """Store estimates as needs, in the way of an import; their source says that they are estimates.

    A need that can't become what its estimate says (more is promised, its period lies ahead) stays as it is and is told among those
    left out.
    """
    plan = estimates.plan
    said = {
        "program_id": estimates.program_id,
        "aid_type": estimates.aid_type,
        "source": f"Perkiraan: {plan.title.id}"[:_LONGEST_SOURCE],
        "as_of": desk.today.isoformat(),
        "period": plan.period.at(desk.today) if plan.period else "",
    }
    kept = await _kept(desk, estimates, said)
    rows = [
        {"target_code": code, "quantity": str(quantity), **said}
        for code, quantity in estimates.quantities.items()
        if code not in kept
    ]
    done = await import_needs(desk, Table(rows, {}), dry_run=dry_run)
    total = sum(estimates.quantities.values())
    return Estimated(
        new=done.new,
        changed=done.changed,
        unchanged=done.unchanged,
        sum=total,
        controls=tuple(Control(one.total, one.source, one.as_of, total - one.total) for one in plan.controls),
        left_out=(*estimates.left_out, *kept.values()),
        dry_run=dry_run,
        rows=done.rows if isinstance(done, DryRun) else (),
    )


def _facts(target: Target, given: Mapping[str, int]) -> TargetFacts:
    return TargetFacts(
        code=target.code,
        kind=target.kind,
        area_code=target.area_code,
        households=given.get("households", target.households),
        figures={name: figure for name, figure in given.items() if name != "households"},
    )


def _asked(formula: _Formula, facts: Sequence[TargetFacts], settings: Any) -> list[int | None]:
    """What the formula says of each target. Raises TypeError or ValueError for what is no quantity."""
    said = []
    for one in facts:
        quantity = formula(one, settings)
        if quantity is not None and type(quantity) is not int:
            raise TypeError(f"an estimate is whole units or None, for {one.code} it is {quantity!r}")
        if quantity is not None and not 0 <= quantity <= _MOST:
            raise ValueError(f"an estimate is from 0 to {_MOST}, for {one.code} it is {quantity}")
        said.append(quantity)
    return said


def _figures(plan: NeedPlan, content: bytes, known: set[str]) -> dict[str, dict[str, int]]:
    """The figures of a table by target code; an empty cell says nothing. Raises InvalidInput for every wrong cell."""
    names = [figure.id for figure in plan.figures]
    table = read_columns(content, ["target_code", *names], ["households"])
    problems = Problems()
    found: dict[str, dict[str, int]] = {}
    for number, row in table.numbered():
        code = row["target_code"]
        if code not in known:
            message = Text("bukan sasaran program ini yang dikenal", "isn't a known target of this program")
            problems.add(number, "target_code", message, given=code)
        elif code in found:
            message = Text("sasaran ini muncul dua kali", "this target stands twice")
            problems.add(number, "target_code", message, given=code)
        given = {name: row[name] for name in ("households", *names) if row.get(name)}
        found[code] = {name: cell(problems, number, name, value, whole, "0, 1, 2 …") for name, value in given.items()}
    problems.check()
    return found


async def _kept(desk: Desk, estimates: Estimates, said: Mapping[str, str]) -> dict[str, LeftOut]:
    """The needs that stand against their estimate, by target code: more is promised, or their period isn't the present one."""
    need, target = tables.needs, tables.targets
    query = (
        select(need, target.c.code)
        .join(target, target.c.id == need.c.target_id)
        .where(need.c.program_id == estimates.program_id, need.c.aid_type == estimates.aid_type)
    )
    kept: dict[str, LeftOut] = {}
    for row in (await desk.unit.connection.execute(query)).mappings():
        code = row["code"]
        if code not in estimates.quantities:
            continue
        found = as_record(row, Need)
        given = NeedInput(
            target_id=found.target_id,
            program_id=estimates.program_id,
            aid_type=estimates.aid_type,
            quantity=estimates.quantities[code],
            source=said["source"],
            as_of=desk.today,
            period=said["period"] or None,
        )
        try:
            place(found, {}, given, desk.rules, desk.today)
        except InvalidInput as error:
            kept[code] = LeftOut(code, error.problems[0].message)
    return kept
