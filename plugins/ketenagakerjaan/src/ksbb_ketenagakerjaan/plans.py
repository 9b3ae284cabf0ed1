"""The report of what became of the participants, as a follow-up to open."""

from datetime import timedelta

from ksbb.program import CommitmentView, FollowUpPlan, HandedOver, Role, Text
from ksbb_ketenagakerjaan.aid import WITH_PARTICIPANTS

PLACEMENT = "placement_90_days"
COMPLETED, CERTIFIED, PLACED = "completed", "certified", "placed"
"""Fields in the result of `placement_90_days`: counts of participants, never names."""


def placement_report(commitment: CommitmentView, handover: HandedOver, days: int) -> FollowUpPlan | None:
    """The report due `days` days after a handover of training, certification or placement; None for tools alone.

    The aggregator owes it.
    """
    places = sum(handover.accepted.get(aid_type, 0) for aid_type in WITH_PARTICIPANTS)
    if places < 1:
        return None
    fields = f"{COMPLETED}, {CERTIFIED}, {PLACED}"
    return FollowUpPlan(
        kind=PLACEMENT,
        due_on=handover.handed_over_on + timedelta(days=days),
        owner=Role.AGGREGATOR,
        title=Text(
            f"Laporkan {fields}: banyaknya peserta yang selesai, bersertifikat, dan bekerja {days} hari setelah "
            "serah terima "
            f"{handover.handed_over_on}, komitmen {commitment.number}; hanya jumlah, tanpa nama, tiap peserta sekali "
            "per komitmen",
            f"Report {fields}: how many participants completed, were certified, and are at work {days} days after "
            "the handover of "
            f"{handover.handed_over_on}, commitment {commitment.number}; counts only, no names, each participant "
            "once per commitment",
        ),
    )
