"""The monthly reports of a recyclables offtake, as follow-ups to open."""

from dateutil.relativedelta import relativedelta

from ksbb.program import CommitmentView, FollowUpPlan, HandedOver, Role, Text
from ksbb_persampahan.aid import RECYCLABLE_OFFTAKE

OFFTAKE_MONTH = "offtake_month"
KG = "kg"
"""Field in the result of `offtake_month`: kilograms taken in that month."""


def offtake_months(commitment: CommitmentView, handover: HandedOver, months: int) -> tuple[FollowUpPlan, ...]:
    """One report a month for `months` months after the handover of an offtake; none when it handed over no offtake.

    Due on the handover's day of the month, or on the last day of a shorter month. The aggregator owes the report.
    """
    promised = handover.accepted.get(RECYCLABLE_OFFTAKE.id, 0)
    if promised < 1:
        return ()
    return tuple(
        FollowUpPlan(
            kind=OFFTAKE_MONTH,
            due_on=handover.handed_over_on + relativedelta(months=month),
            owner=Role.AGGREGATOR,
            title=Text(
                f"Laporkan {KG}: sampah daur ulang yang diserap pada bulan ke-{month} dari {months}, komitmen "
                f"{commitment.number}, "
                f"serah terima {handover.handed_over_on} ({promised} kg/bulan)",
                f"Report {KG}: recyclables taken in month {month} of {months}, commitment {commitment.number}, "
                f"handover of {handover.handed_over_on} ({promised} kg/month)",
            ),
        )
        for month in range(1, months + 1)
    )
