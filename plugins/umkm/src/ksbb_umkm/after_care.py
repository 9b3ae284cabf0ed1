"""What becomes of the enterprises after the handover."""

from dateutil.relativedelta import relativedelta

from ksbb.program import FollowUpPlan, HandedOver, Role, Text
from ksbb_umkm.settings import UmkmSettings

ENTERPRISE_SIX_MONTHS = "enterprise_six_months"
TRAINING_HOURS = "training_hours"
"""The field of the follow-up's result that counts the hours of training given in all."""


def follow_up_plan(number: str, handover: HandedOver, settings: UmkmSettings) -> FollowUpPlan | None:
    """The follow-up after a handover of commitment `number`, or None when nothing was accepted."""
    if not any(handover.accepted.values()):
        return None
    day = handover.handed_over_on
    return FollowUpPlan(
        kind=ENTERPRISE_SIX_MONTHS,
        due_on=day + relativedelta(months=settings.follow_up_months),
        owner=Role.AGGREGATOR,
        title=Text(
            f"{number}: kabar usaha {settings.follow_up_months} bulan sesudah serah terima {day}",
            f"{number}: how the enterprises do {settings.follow_up_months} months after the handover on {day}",
        ),
    )
