"""What is owed after a handover, and what is watched before it."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ksbb.program import CommitmentView, Custody, FollowUpPlan, HandedOver, Role, Text

from ksbb_urban_farming.aid import FISH_SET, HYDROPONIC_SET, POULTRY_SET, SEED

SURVIVAL, SEED_EXPIRES = "survival_90_days", "seed_expires"
HARVESTED, ALIVE = "harvested_kg", "alive"
"""Fields in the result of `survival_90_days`: kilograms harvested, and sets that are still in use."""
_GROWN = (SEED.id, HYDROPONIC_SET.id, FISH_SET.id, POULTRY_SET.id)


def survival_report(commitment: CommitmentView, handover: HandedOver, days: int) -> FollowUpPlan | None:
    """The report owed by the aggregator `days` days after a handover of what grows; None for training alone."""
    if not any(handover.accepted.get(aid_type) for aid_type in _GROWN):
        return None
    return FollowUpPlan(
        kind=SURVIVAL,
        due_on=handover.handed_over_on + timedelta(days=days),
        owner=Role.AGGREGATOR,
        title=Text(
            f"Laporkan {HARVESTED} dan {ALIVE}: kilogram yang dipanen dan set yang masih terawat {days} hari sesudah "
            f"serah terima {handover.handed_over_on}, komitmen {commitment.number}",
            f"Report {HARVESTED} and {ALIVE}: kilograms harvested and sets still in use {days} days after the handover "
            f"of {handover.handed_over_on}, commitment {commitment.number}",
        ),
    )


def expiring(custody: Sequence[Custody], today: date, days: int) -> Iterator[tuple[str, FollowUpPlan]]:
    """For seed in custody that expires within `days` days: the commitment's id, and what its aggregator must do."""
    for goods in custody:
        if goods.expires_on is None or goods.expires_on - today > timedelta(days=days):
            continue
        yield (
            goods.commitment_id,
            FollowUpPlan(
                kind=SEED_EXPIRES,
                due_on=goods.expires_on,
                owner=Role.AGGREGATOR,
                title=Text(
                    f"{goods.commitment_number}: {goods.quantity} bungkus benih kedaluwarsa {goods.expires_on}; "
                    "salurkan sebelumnya",
                    f"{goods.commitment_number}: {goods.quantity} packets of seed expire on {goods.expires_on}; "
                    "hand them over before",
                ),
            ),
        )
