"""The thresholds of the waste program."""

from pydantic import Field

from ksbb.program import ProgramSettings


class PersampahanSettings(ProgramSettings):
    """Thresholds that the lead agency (DLH) may change in the platform's configuration."""

    bins_per_household: int = Field(
        default=2,
        ge=1,
        le=6,
        description="Bins that each household gets: one for organic and one for inorganic waste make 2.",
    )
    min_managers: int = Field(
        default=3,
        ge=1,
        le=50,
        description="Offices of a waste bank's management that must be filled: chair, secretary and treasurer make 3.",
    )
    min_capacity_kg_per_day: int = Field(
        default=10,
        ge=1,
        le=100_000,
        description="Capacity in kg a day that all units of one line must reach together; less is for the assessor "
        "to weigh.",
    )
    offtake_months: int = Field(
        default=12,
        ge=1,
        le=60,
        description="For how many months after a handover the kilograms of a recyclables offtake are to be reported.",
    )
