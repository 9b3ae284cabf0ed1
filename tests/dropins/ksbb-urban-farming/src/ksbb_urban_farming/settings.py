"""What an operator can set."""

from ksbb.program import ProgramSettings
from pydantic import Field


class Settings(ProgramSettings):
    """Thresholds of the urban farming program."""

    min_days_to_sow: int = Field(
        default=90, ge=0, le=1_825, description="Days after the planned handover that seed must keep."
    )
    min_germination_percent: int = Field(
        default=80, ge=0, le=100, description="Germination, in per cent, below which the assessor weighs seed."
    )
    min_training_hours: int = Field(default=4, ge=1, le=500, description="Hours of training that are worth coming for.")
    seat_limit: int = Field(default=30, ge=1, le=500, description="Participants that one class may have at most.")
    survival_days: int = Field(
        default=90, ge=1, le=730, description="Days after a handover on which harvest and survival are reported."
    )
    seed_watch_days: int = Field(
        default=30, ge=0, le=365, description="Days before its expiry from which seed in custody is followed up."
    )
    packets_per_10_m2: int = Field(
        default=2, ge=1, le=100, description="Packets of seed for ten square metres of beds."
    )
