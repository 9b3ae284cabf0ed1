"""The follow-up after a handover."""

from datetime import timedelta

from ksbb.program import FollowUpPlan, HandedOver, Role, Text
from ksbb_contoh.settings import ContohSettings

VISIT = "visit"


def visit_after(handover: HandedOver, settings: ContohSettings) -> FollowUpPlan:
    """A visit, so many days after the handover."""
    return FollowUpPlan(
        kind=VISIT,
        due_on=handover.handed_over_on + timedelta(days=settings.visit_days),
        owner=Role.ASSESSOR,
        title=Text("Apakah paket masih dipakai?", "Are the kits still in use?"),
    )
