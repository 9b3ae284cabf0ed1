"""Where a given need belongs: in the present period of the need that stands, or in a later one that is planned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from ksbb.domain.allocation import AllocationRules
from ksbb.domain.errors import invalid
from ksbb.domain.periods import FORMS, OPEN_ENDED, first_day, is_over, parse_period
from ksbb.domain.rights import Role
from ksbb.domain.targets import Need, NeedPeriod, PeriodState, Target
from ksbb.domain.text import Text
from ksbb.program import Program
from ksbb.storage import tables
from ksbb.storage.rows import change, columns_of, fetch_all, put
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import plain
from ksbb.usecases.desk import Desk

Planned = Mapping[str, NeedPeriod]
"""What is planned for a need, by period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedInput:
    """The need of a target for an aid type: `quantity` whole units, as of a day, by a named source.

    `tier` and `period` left out (None) stay as they are; a new need gets the default tier and no end.
    """

    target_id: str
    program_id: str
    aid_type: str
    quantity: int
    source: str
    as_of: date
    tier: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What a given need comes to: the present need as it will stand, or `planned` for a later period of it."""

    before: Need | None
    need: Need
    planned_before: NeedPeriod | None = None
    planned: NeedPeriod | None = None

    @property
    def is_change(self) -> bool:
        """Whether anything would be stored."""
        if self.planned is not None:
            return self.planned != self.planned_before
        return self.before is None or replace(self.before, version=self.need.version) != self.need


def place(found: Need | None, planned: Planned, given: NeedInput, rules: AllocationRules, today: date) -> Placed:
    """Where a given need belongs, beside what stands.

    Raises InvalidInput for an unknown tier, what is no period, one that is over or before the present one, a negative quantity, and
    one below what is promised and accepted.
    """
    tier = given.tier or (found.tier if found else rules.default_tier)
    period = _period(found, given, today)
    if given.tier is not None and given.tier not in rules.tiers:
        known = list(rules.tiers)
        raise invalid(
            "tier_unknown",
            Text(
                f"tingkat kerentanan harus {', '.join(known)}, diberikan {given.tier!r}",
                f"the vulnerability tier must be {', '.join(known)}, given {given.tier!r}",
            ),
            "/tier",
            known,
            given.tier,
        )
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
            target_id=given.target_id,
            program_id=given.program_id,
            aid_type=given.aid_type,
            quantity=given.quantity,
            promised=0,
            accepted=0,
            source=given.source,
            as_of=given.as_of,
            version=1,
            tier=tier,
            period=period,
        )
        return Placed(before=None, need=need)
    if _is_later(found, period, today):
        before = planned.get(period)
        after = NeedPeriod(
            id=before.id if before else new_id(),
            need_id=found.id,
            period=period,
            state=PeriodState.PLANNED,
            quantity=given.quantity,
            accepted=0,
            tier=tier,
            source=given.source,
            as_of=given.as_of,
        )
        need = replace(found, version=found.version + 1)
        return Placed(before=found, need=need, planned_before=before, planned=after)
    said = (given.quantity + found.carried, given.source, given.as_of, tier, period)
    stands = (found.quantity, found.source, found.as_of, found.tier, found.period)
    # What was carried over stays with what was said already; who says something new has it in view
    carried = found.carried if said == stands else 0
    need = replace(
        found,
        quantity=found.balance.change(given.quantity + carried).quantity,
        source=given.source,
        as_of=given.as_of,
        version=found.version + 1,
        tier=tier,
        period=period,
        carried=carried,
    )
    return Placed(before=found, need=need)


async def store(desk: Desk, role: Role, target: Target, placed: Placed) -> None:
    """Store what a given need comes to, with its event and the sums of its sub-district."""
    connection, need, found = desk.unit.connection, placed.need, placed.before
    stored = placed.planned or need
    if placed.planned is not None:
        if placed.planned_before is None:
            await put(connection, tables.need_periods, placed.planned)
        else:
            values = columns_of(tables.need_periods, placed.planned)
            await change(connection, tables.need_periods, placed.planned.id, **values)
        await change(connection, tables.needs, need.id, version=need.version)
    elif found is None:
        await put(connection, tables.needs, need)
    else:
        # The balance's other quantities aren't ours to write: who changes them holds the same lock
        named = ("quantity", "source", "as_of", "version", "tier", "period", "carried")
        await change(connection, tables.needs, need.id, **{name: getattr(need, name) for name in named})
    if placed.planned is None:
        desk.unit.cover(
            need.program_id,
            need.aid_type,
            target.area_code,
            targets=int(found is None),
            need=need.quantity - (found.quantity if found else 0),
        )
    await desk.unit.append(
        f"need:{need.id}",
        "need_set" if placed.planned is None else "need_planned",
        after=need.version - 1,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=plain(stored),
    )


async def planned_for(desk: Desk, need_ids: Iterable[str] | None = None) -> list[NeedPeriod]:
    """What is planned for these needs, or for all."""
    table = tables.need_periods
    query = select(table).where(table.c.state == PeriodState.PLANNED)
    if need_ids is not None:
        query = query.where(table.c.need_id.in_(list(need_ids)))
    return await fetch_all(desk.unit.connection, query, NeedPeriod)


def by_period(planned: Iterable[NeedPeriod]) -> dict[str, NeedPeriod]:
    """What is planned for one need, by period."""
    return {one.period: one for one in planned}


def require_fit(program: Program, target: Target, aid_type: str) -> None:
    """Raises InvalidInput for an aid type that the program hasn't, and a target of a kind that it doesn't serve."""
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


def _period(found: Need | None, given: NeedInput, today: date) -> str:
    stands = found.period if found else OPEN_ENDED
    if given.period is None:
        return stands
    try:
        period = parse_period(given.period)
    except ValueError as error:
        raise invalid(
            "period_form",
            Text(
                f"periode ditulis seperti {FORMS}, diberikan {given.period!r}",
                f"a period is written as {FORMS}, given {given.period!r}",
            ),
            "/period",
            FORMS,
            given.period,
        ) from error
    if period in (OPEN_ENDED, stands):
        return period
    if is_over(period, today):
        raise invalid(
            "period_over",
            Text(f"periode {period} sudah berakhir", f"the period {period} is over"),
            "/period",
            given=period,
        )
    if stands != OPEN_ENDED and first_day(period) < first_day(stands):
        raise invalid(
            "period_before",
            Text(
                f"periode {period} mulai sebelum periode kebutuhan yang berlaku, {stands}",
                f"the period {period} begins before the need's present one, {stands}",
            ),
            "/period",
            stands,
            period,
        )
    return period


def _is_later(found: Need, period: str, today: date) -> bool:
    """Whether a period begins only after the one that the need is in; a need without an end is in all until today."""
    if period == OPEN_ENDED:
        return False
    return first_day(period) > (first_day(found.period) if found.period else today)
