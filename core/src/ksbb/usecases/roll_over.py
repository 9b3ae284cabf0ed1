"""Needs pass from a period that is over into the next one, by what is planned or by the program's rule."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, or_, select

from ksbb.domain.periods import first_day, is_over, next_period
from ksbb.domain.rights import Permission, Role, require
from ksbb.domain.targets import Need, NeedPeriod, PeriodState
from ksbb.program import Unmet
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import plain
from ksbb.usecases.desk import Desk, running
from ksbb.usecases.need_placing import planned_for

AT_ONCE = 500
"""Needs in one transaction: on SQLite nobody else writes meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a need comes to at a day: `next`, None while it stays; `used` is the plan that it took, `stale` are those gone by."""

    next: Need | None
    used: NeedPeriod | None = None
    stale: tuple[NeedPeriod, ...] = ()


async def roll_over(desk: Desk, *, at_once: int = AT_ONCE) -> int:
    """Take needs whose period is over, or for which a plan begins, one period on; how many. 0: none is left.

    Several missed periods take as many rounds, so that each leaves its record. Needs of a program that is away wait for it: the rule
    is the program's. A second run changes nothing.
    """
    role = require(desk.actor, Permission.MACHINE_STEP)
    due = await _due(desk, at_once)
    if not due:
        return 0
    planned: dict[str, list[NeedPeriod]] = defaultdict(list)
    for one in await planned_for(desk, [need.id for need in due]):
        planned[one.need_id].append(one)
    target = tables.targets
    query = select(target.c.id, target.c.area_code).where(target.c.id.in_({need.target_id for need in due}))
    areas = {row.id: row.area_code for row in await desk.unit.connection.execute(query)}
    gone: list[str] = []
    for need in due:
        turn = next_turn(need, planned[need.id], _rule(desk, need), desk.today)
        gone += [one.id for one in turn.stale] + ([turn.used.id] if turn.used else [])
        if turn.next is not None:
            await _store(desk, role, need, turn.next, areas[need.target_id])
    if gone:
        table = tables.need_periods
        await desk.unit.connection.execute(delete(table).where(table.c.id.in_(gone)))
    return len(due)


def next_turn(need: Need, planned: Sequence[NeedPeriod], rule: Unmet, today: date) -> Turn:
    """Where a need stands after one step: in the earliest planned period that has begun, or in the one after its own that is over.

    The new quantity is never below what is still promised; what it has beyond what was said to be needed is `carried`.
    """
    since = first_day(need.period) if need.period else date.min
    stale = tuple(one for one in planned if first_day(one.period) <= since)
    begun = [one for one in planned if since < first_day(one.period) <= today]
    plan = min(begun, key=lambda one: first_day(one.period), default=None)
    following = next_period(need.period) if is_over(need.period, today) else None
    if plan is not None and (following is None or first_day(plan.period) <= first_day(following)):
        quantity = max(plan.quantity, need.promised)
        taken = replace(need, tier=plan.tier, source=plan.source, as_of=plan.as_of)
        return Turn(next=_begun(taken, plan.period, quantity, quantity - plan.quantity), used=plan, stale=stale)
    if following is None:
        return Turn(next=None, stale=stale)
    said, unmet = need.quantity - need.carried, need.quantity - need.accepted
    if rule is Unmet.REMAINS:
        said = unmet
    quantity = max(said + unmet if rule is Unmet.CARRIES else said, need.promised)
    return Turn(next=_begun(need, following, quantity, quantity - said), stale=stale)


def _begun(need: Need, period: str, quantity: int, carried: int) -> Need:
    return replace(need, period=period, quantity=quantity, carried=carried, accepted=0, version=need.version + 1)


async def _due(desk: Desk, at_once: int) -> list[Need]:
    """The next needs that stand in a period that is over, or have a plan that has begun; locked in the order of imports."""
    need, period = tables.needs, tables.need_periods
    connection = desk.unit.connection
    standing = (await connection.execute(select(need.c.period).distinct())).scalars()
    over = [one for one in standing if is_over(one, desk.today)]
    plans = (
        await connection.execute(select(period.c.period).where(period.c.state == PeriodState.PLANNED).distinct())
    ).scalars()
    begun = [one for one in plans if first_day(one) <= desk.today]
    if not over and not begun:
        return []
    programs = (await connection.execute(select(need.c.program_id).distinct())).scalars()
    here = [one for one in programs if running(desk.programs, one) is not None]
    with_plan = select(period.c.need_id).where(period.c.state == PeriodState.PLANNED, period.c.period.in_(begun))
    query = (
        select(need)
        .where(need.c.program_id.in_(here), or_(need.c.period.in_(over), need.c.id.in_(with_plan)))
        .order_by(need.c.target_id, need.c.program_id, need.c.aid_type)
        .limit(at_once)
        .with_for_update()
    )
    return await fetch_all(connection, query, Need)


def _rule(desk: Desk, need: Need) -> Unmet:
    plan = desk.programs.require(need.program_id).program.need_plan(need.aid_type)
    return plan.unmet if plan else Unmet.LAPSES


async def _store(desk: Desk, role: Role, before: Need, need: Need, area_code: str) -> None:
    past = NeedPeriod(
        id=new_id(),
        need_id=before.id,
        period=before.period,
        state=PeriodState.PAST,
        quantity=before.quantity,
        accepted=before.accepted,
        tier=before.tier,
        source=before.source,
        as_of=before.as_of,
    )
    desk.unit.insert(tables.need_periods, past)
    changed = ("quantity", "carried", "accepted", "version", "tier", "source", "as_of", "period")
    desk.unit.change(tables.needs, {"id": need.id}, **{name: getattr(need, name) for name in changed})
    desk.unit.cover(
        need.program_id, need.aid_type, area_code, need=need.quantity - before.quantity, accepted=-before.accepted
    )
    await desk.unit.append(
        f"need:{need.id}",
        "need_rolled",
        after=before.version,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload={**plain(need), "ended": plain(past)},
    )
