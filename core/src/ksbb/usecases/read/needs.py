"""Needs as they may be seen: public, but for small figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal_column, or_, select, tuple_

from ksbb.domain.errors import invalid, not_found
from ksbb.domain.periods import first_day
from ksbb.domain.rights import Actor
from ksbb.domain.suppression import SMALL, sees_all_of, to_suppress
from ksbb.domain.targets import NeedPeriod, PeriodState, TargetKind
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.planning import planned_by_values
from ksbb.storage.rows import as_record, fetch_all
from ksbb.usecases.desk import Desk
from ksbb.usecases.read.areas import lies_in
from ksbb.usecases.read.paging import Asked, Page, fetch_rows

_FIGURES = ("quantity", "promised", "accepted", "open", "carried")
_NO_FIGURES = dict.fromkeys(_FIGURES)
_BY_FIGURES = ("quantity", "open")
_OPEN: ColumnElement[int] = tables.needs.c.quantity - tables.needs.c.promised - tables.needs.c.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedView:
    """A need with its target. `open` is what nobody has promised yet, `carried` the part of the quantity that earlier periods left
    unmet; all quantities in whole units of the aid type, and null where the need is `suppressed`: one of them is from 1 to 4, or
    would tell such a one of a neighbour. `tier` is the vulnerability tier. `period` is empty for a need without end.
    """

    id: str
    target_id: str
    target_code: str
    target_name: str
    target_kind: TargetKind
    area_code: str
    program_id: str
    aid_type: str
    quantity: int | None
    promised: int | None
    accepted: int | None
    open: int | None
    source: str
    as_of: date
    tier: str
    period: str
    carried: int | None
    suppressed: bool = False
    synthetic: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPeriodView:
    """A need in a period that isn't the present one: planned, or past with what was accepted in it. Without figures where it is
    `suppressed`: one of them is from 1 to 4, or the need is suppressed now.
    """

    period: str
    state: PeriodState
    quantity: int | None
    accepted: int | None
    suppressed: bool = False
    tier: str
    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A need under the names of its coverage."""

    id: str
    area_code: str
    program_id: str
    aid_type: str
    target_code: str
    need: int
    allocated: int
    delivered: int
    gap: int
    pledged: int = 0


async def find_needs(
    desk: Desk,
    asked: Asked,
    *,
    program_id: str | None = None,
    aid_type: str | None = None,
    target_id: str | None = None,
    area_code: str | None = None,
    unmet: bool = False,
) -> Page[NeedView]:
    """A page of needs, by `target_code`, `as_of`, or by figures for those who see all that they ask for.

    `unmet` leaves out those that are seen to be promised or met in full. Raises InvalidInput for an order by figures that aren't
    all seen, for where a need stands would tell them.
    """
    need, target = tables.needs, tables.targets
    query = _needs()
    for column, value in ((need.c.program_id, program_id), (need.c.aid_type, aid_type), (need.c.target_id, target_id)):
        if value is not None:
            query = query.where(column == value)
    if area_code is not None:
        query = query.where(lies_in(target.c.area_code, area_code))
    keys: dict[str, ColumnElement[Any]] = {
        "target_code": target.c.code,
        "quantity": need.c.quantity,
        "open": _OPEN,
        "as_of": need.c.as_of,
    }
    whole = sees_all_of(desk.actor, program_id, area_code) or _is_own(desk.actor, target_id)
    if not whole:
        keys = {name: column for name, column in keys.items() if name not in _BY_FIGURES}
        if (asked.sort or "").removeprefix("-") in _BY_FIGURES:
            raise _unsorted(list(keys), asked.sort)
    if unmet:
        query = query.where(_OPEN > 0 if whole else or_(_OPEN > 0, _beside_small()))
    rows, following = await fetch_rows(desk.unit.connection, query, asked, keys=keys, identity=need.c.id)
    hidden = set() if whole else await _hidden(desk, rows)
    if unmet and not whole:
        rows = [row for row in rows if row["open"] or row["id"] in hidden]
    return Page([_view(row, hidden) for row in rows], following)


async def show_need(desk: Desk, target_id: str, program_id: str, aid_type: str) -> NeedView:
    """One need. Raises NotFound."""
    need = tables.needs
    query = _needs().where(need.c.target_id == target_id, need.c.program_id == program_id, need.c.aid_type == aid_type)
    row = (await desk.unit.connection.execute(query)).mappings().first()
    if row is None:
        raise not_found(Text("kebutuhan", "need"), f"{target_id}/{program_id}/{aid_type}")
    return _view(row, await _hidden(desk, [row]))


async def show_periods(desk: Desk, target_id: str, program_id: str, aid_type: str) -> list[NeedPeriodView]:
    """What is planned for later periods of a need, and its past ones, the latest first. Raises NotFound."""
    need = await show_need(desk, target_id, program_id, aid_type)
    table = tables.need_periods
    found = await fetch_all(desk.unit.connection, select(table).where(table.c.need_id == need.id), NeedPeriod)
    # Weeks, months and years don't sort by their names; what was made later ended later
    found.sort(key=lambda one: (first_day(one.period) if one.period else date.min, one.id), reverse=True)
    seen = _sees(desk.actor, need.target_id, program_id, need.area_code)
    shown = []
    for one in found:
        # What was needed before tells what is needed now
        hidden = need.suppressed or (not seen and not SMALL.isdisjoint((one.quantity, one.accepted)))
        shown.append(
            NeedPeriodView(
                period=one.period,
                state=one.state,
                quantity=None if hidden else one.quantity,
                accepted=None if hidden else one.accepted,
                suppressed=hidden,
                tier=one.tier,
                source=one.source,
                as_of=one.as_of,
            )
        )
    return shown


def _needs() -> Select[tuple[Row[tuple[object, ...]]]]:
    need, target = tables.needs, tables.targets
    return select(
        need,
        target.c.code.label("target_code"),
        target.c.name.label("target_name"),
        target.c.kind.label("target_kind"),
        target.c.area_code,
        target.c.synthetic,
        _OPEN.label("open"),
    ).join(target, target.c.id == need.c.target_id)


def _is_own(actor: Actor, target_id: str | None) -> bool:
    return actor.scopes is None and actor.target_id is not None and actor.target_id == target_id


def _sees(actor: Actor, target_id: str, program_id: str, area_code: str) -> bool:
    return _is_own(actor, target_id) or sees_all_of(actor, program_id, area_code)


async def _hidden(desk: Desk, rows: Sequence[Mapping[Any, Any]]) -> set[str]:
    """Those of the needs, by id, that the actor sees without figures: what the coverage of targets suppresses, and what has a small
    figure that the coverage doesn't show.
    """
    unseen = [row for row in rows if not _sees(desk.actor, row["target_id"], row["program_id"], row["area_code"])]
    one_of_each = {_group_of(row): row["id"] for row in unseen}
    if not one_of_each:
        return set()
    shown, of_shown, need, target = tables.needs.alias(), tables.targets.alias(), tables.needs, tables.targets
    same = (
        need.c.target_id == target.c.id,
        need.c.program_id == shown.c.program_id,
        need.c.aid_type == shown.c.aid_type,
    )
    about = (need.c.id, target.c.area_code, need.c.program_id, need.c.aid_type, target.c.code)
    query = (
        select(*about, need.c.quantity, need.c.promised, need.c.accepted, _OPEN)
        .select_from(shown)
        .join(of_shown, of_shown.c.id == shown.c.target_id)
        .join(target, target.c.area_code == of_shown.c.area_code)
        .join(need, same[0] & same[1] & same[2])
        .where(shown.c.id.in_(one_of_each.values()))
    )
    async with planned_by_values(desk.unit.connection):
        neighbours = [_Neighbour(*row) for row in await desk.unit.connection.execute(query)]
    suppressed = to_suppress(
        neighbours,
        group=lambda one: (one.area_code, one.program_id, one.aid_type),
        identity=lambda one: one.target_code,
    )
    ids = {one.id for one in suppressed}
    return {row["id"] for row in unseen if row["id"] in ids or any(row[name] in SMALL for name in _FIGURES)}


def _group_of(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    return row["area_code"], row["program_id"], row["aid_type"]


def _beside_small() -> ColumnElement[bool]:
    """Whether a need has a small figure, or one beside it has: all that are suppressed, and a few that aren't."""
    need, target = tables.needs.alias(), tables.targets.alias()
    remaining = need.c.quantity - need.c.promised - need.c.accepted
    figures = (need.c.quantity, need.c.promised, need.c.accepted, need.c.carried, remaining)
    small = (
        select(target.c.area_code, need.c.program_id, need.c.aid_type)
        .join(target, target.c.id == need.c.target_id)
        # Written out, as in the condition of the index
        .where(
            or_(
                *(
                    figure.between(literal_column(f"{min(SMALL)}"), literal_column(f"{max(SMALL)}"))
                    for figure in figures
                )
            )
        )
        # PostgreSQL counts it for each target else, and then rather reads and sorts all needs than walks to the end of the page
        .cte("small")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    mine = tuple_(tables.targets.c.area_code, tables.needs.c.program_id, tables.needs.c.aid_type)
    return mine.in_(select(small))


def _view(row: Mapping[Any, Any], hidden: set[str]) -> NeedView:
    if row["id"] not in hidden:
        return as_record(row, NeedView)
    return as_record({**row, **_NO_FIGURES, "suppressed": True}, NeedView)


def _unsorted(known: list[str], given: str | None) -> Exception:
    known = [*known, *(f"-{name}" for name in known)]
    return invalid(
        "sort",
        Text(
            "urutan menurut jumlah hanya bagi petugas: sebut program_id dan area_code tempat Anda bertugas; selain itu: "
            f"{', '.join(known)}. Kesenjangan terbesar lebih dahulu: /coverage?level=target",
            "orders by figures are for officials: name the program_id and area_code that you work for; else: "
            f"{', '.join(known)}. The widest gap first: /coverage?level=target",
        ),
        "/query/sort",
        known,
        given,
    )
