"""How programs do by their own measures: each figure with its base, and the day that it holds for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import distinct, func, select

from ksbb.domain.suppression import SMALLEST_COUNT, sees_all
from ksbb.domain.text import Text
from ksbb.program import Measure, Program, SuccessMetric
from ksbb.statistics.sums import Dimension, Period, sums_of
from ksbb.storage import tables
from ksbb.usecases.desk import Desk
from ksbb.usecases.reported import reported_measure

_BASES = {
    Measure.ACCEPTED: Text("serah terima, per jenis bantuan", "handovers, by aid type"),
    Measure.ACCEPTED_OVER_NEED: Text("kebutuhan tercatat", "recorded need"),
    Measure.TARGETS_REACHED: Text("sasaran dengan kebutuhan tercatat", "targets with a recorded need"),
    Measure.FOLLOW_UP_SUM: Text("laporan tindak lanjut", "reported follow-ups"),
}
_OF_ITS_BASE = (Measure.ACCEPTED_OVER_NEED, Measure.TARGETS_REACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessFigure:
    """A metric now. `base` is what `value` is held against (need, targets) or rests on (handovers, reports); both are None
    where they are suppressed. `contains_synthetic`: made-up records are counted in.
    """

    metric: SuccessMetric
    value: int | None
    base: int | None
    as_of: date
    suppressed: bool
    contains_synthetic: bool

    @property
    def base_name(self) -> Text:
        """What the base counts."""
        return _BASES[self.metric.measure]

    @property
    def share(self) -> float | None:
        """value ÷ base for a value that is part of its base, rounded to four places; None without one."""
        if self.value is None or not self.base or self.metric.measure not in _OF_ITS_BASE:
            return None
        return round(self.value / self.base, 4)


async def success_figures(desk: Desk, program: Program) -> Sequence[SuccessFigure]:
    """All metrics of a program, in its order; small counts are suppressed as in the statistics."""
    return [await _figure(desk, program.id, metric) for metric in program.success_metrics]


async def _figure(desk: Desk, program_id: str, metric: SuccessMetric) -> SuccessFigure:
    if metric.measure is Measure.ACCEPTED_OVER_NEED:
        value, base, synthetic = await _of_need(desk, program_id, metric)
        small = False  # it counts the goods of a whole program, not people
    elif metric.measure is Measure.TARGETS_REACHED:
        value, base, synthetic = await _reached(desk, program_id, metric)
        small = 0 < value < SMALLEST_COUNT
    else:
        value, base, synthetic = await _sum(desk, program_id, metric)
        small = 0 < base < SMALLEST_COUNT
    suppressed = small and not sees_all(desk.actor)
    return SuccessFigure(
        metric=metric,
        value=None if suppressed else value,
        base=None if suppressed else base,
        as_of=desk.today,
        suppressed=suppressed,
        contains_synthetic=synthetic,
    )


async def _sum(desk: Desk, program_id: str, metric: SuccessMetric) -> tuple[int, int, bool]:
    of_aid = metric.measure is Measure.ACCEPTED
    measure = "accepted" if of_aid else reported_measure(metric)
    groups = [Dimension.AID_TYPE] if of_aid else [Dimension.MEASURE]
    connection = desk.unit.connection
    query = sums_of(connection, groups, Period(), desk.today, program_id=program_id, measure=measure)
    rows = (await connection.execute(query)).mappings().all()
    counted = [row for row in rows if not of_aid or row[Dimension.AID_TYPE.value] in metric.aid_types]
    return (
        sum(int(row["sum_quantity"]) for row in counted),
        sum(int(row["sum_count"]) for row in counted),
        any(row["synthetic"] for row in counted),
    )


async def _of_need(desk: Desk, program_id: str, metric: SuccessMetric) -> tuple[int, int, bool]:
    table = tables.coverage
    query = select(func.sum(table.c.accepted), func.sum(table.c.need)).where(
        table.c.program_id == program_id, table.c.aid_type.in_(metric.aid_types)
    )
    accepted, need = (await desk.unit.connection.execute(query)).one()
    return int(accepted or 0), int(need or 0), await _for_made_up_targets(desk, program_id, metric)


async def _reached(desk: Desk, program_id: str, metric: SuccessMetric) -> tuple[int, int, bool]:
    counts = []
    for table in (tables.reached, tables.needs):
        query = select(func.count(distinct(table.c.target_id))).where(
            table.c.program_id == program_id, table.c.aid_type.in_(metric.aid_types)
        )
        counts.append(int((await desk.unit.connection.execute(query)).scalar_one()))
    return counts[0], counts[1], await _for_made_up_targets(desk, program_id, metric)


async def _for_made_up_targets(desk: Desk, program_id: str, metric: SuccessMetric) -> bool:
    need, target = tables.needs, tables.targets
    query = (
        select(need.c.id)
        .join(target, target.c.id == need.c.target_id)
        .where(need.c.program_id == program_id, need.c.aid_type.in_(metric.aid_types), target.c.synthetic.is_(True))
        .limit(1)
    )
    return (await desk.unit.connection.execute(query)).first() is not None
