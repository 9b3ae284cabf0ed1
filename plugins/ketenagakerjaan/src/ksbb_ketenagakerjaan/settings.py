"""The thresholds of the employment program."""

from pydantic import Field

from ksbb.program import ProgramSettings


class KetenagakerjaanSettings(ProgramSettings):
    """Thresholds that the lead agency (Disnakertransgi) may change in the platform's configuration."""

    min_training_hours: int = Field(
        default=16, ge=1, le=2_000, description="Training hours that each participant gets at least."
    )
    max_seats_per_class: int = Field(
        default=30, ge=1, le=500, description="Participants that one class (batch) may have at most."
    )
    placement_days: int = Field(
        default=90,
        ge=1,
        le=730,
        description="Days after a handover on which completed, certified and placed participants are to be reported.",
    )
