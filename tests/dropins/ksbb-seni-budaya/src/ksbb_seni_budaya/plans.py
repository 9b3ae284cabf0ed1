"""What is owed after a handover: how many artists were paid and how many events were held."""

from datetime import timedelta

from ksbb.program import CommitmentView, FollowUpPlan, HandedOver, Role, Text

from ksbb_seni_budaya.aid import FEE, STAGE_SLOT

REPORT = "event_report"
PAID, HELD = "artists_paid", "events_held"
"""Fields in the result of `event_report`: counts, never names."""


def event_report(commitment: CommitmentView, handover: HandedOver, days: int) -> FollowUpPlan | None:
    """The report owed by the aggregator `days` days after fees or stage slots were handed over; None for other aid."""
    if not (handover.accepted.get(FEE.id) or handover.accepted.get(STAGE_SLOT.id)):
        return None
    return FollowUpPlan(
        kind=REPORT,
        due_on=handover.handed_over_on + timedelta(days=days),
        owner=Role.AGGREGATOR,
        title=Text(
            f"Laporkan {PAID} dan {HELD}: banyaknya seniman yang dibayar dan acara yang berlangsung, komitmen "
            f"{commitment.number}, serah terima {handover.handed_over_on}; hanya jumlah, tanpa nama",
            f"Report {PAID} and {HELD}: how many artists were paid and how many events were held, commitment "
            f"{commitment.number}, handover of {handover.handed_over_on}; counts only, no names",
        ),
    )
