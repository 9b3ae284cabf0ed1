"""What follow-ups report towards their program's success metrics: counted in the statistics when they are completed."""

from collections.abc import Mapping
from typing import Any

from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.follow_ups import FollowUp
from ksbb.domain.text import Text
from ksbb.program import Measure, SuccessMetric
from ksbb.usecases.chain import load_commitment, statistic
from ksbb.usecases.desk import Desk, require_running

_MOST = 10**12


def reported_measure(metric: SuccessMetric) -> str:
    """The measure in the statistics under which a metric's reports are summed up."""
    return f"reported:{metric.id}"


async def count_reported(desk: Desk, follow_up: FollowUp, result: Mapping[str, Any]) -> dict[str, int]:
    """Count the figures of a result that the program's metrics sum up; by metric.

    Raises InvalidInput where such a figure isn't a whole number from 0, and Unavailable when the program doesn't run.
    """
    if follow_up.commitment_id is None:
        return {}
    program = require_running(desk.programs, follow_up.program_id).program
    asked = [
        metric
        for metric in program.success_metrics
        if metric.measure is Measure.FOLLOW_UP_SUM
        and metric.follow_up_kind == follow_up.kind
        and metric.result_field in result
    ]
    if not asked:
        return {}
    counted = {metric.id: result[metric.result_field] for metric in asked}
    wrong = [_not_whole(metric, counted[metric.id]) for metric in asked if not _is_whole(counted[metric.id])]
    if wrong:
        raise InvalidInput(*wrong)
    commitment = await load_commitment(desk, follow_up.commitment_id)
    for metric in asked:
        desk.unit.count(statistic(desk, commitment, reported_measure(metric)), count=1, quantity=counted[metric.id])
    return counted


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST


def _not_whole(metric: SuccessMetric, value: object) -> Problem:
    return Problem(
        code="not_whole",
        message=Text(
            f"{metric.result_field} ({metric.name.id}) harus bilangan bulat dari 0, diberikan {value!r}",
            f"{metric.result_field} ({metric.name.en}) must be a whole number from 0, given {value!r}",
        ),
        pointer=f"/result/{metric.result_field}",
        expected={"type": "integer", "minimum": 0},
        given=value,
    )
