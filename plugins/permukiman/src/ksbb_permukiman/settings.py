"""The thresholds of the settlement program."""

from pydantic import Field

from ksbb.program import ProgramSettings


class PermukimanSettings(ProgramSettings):
    """Thresholds that the lead agency (DPRKP) may change in the platform's configuration."""

    min_indicators: int = Field(
        default=3,
        ge=1,
        le=11,
        description="How many of the 11 slum indicators the RW must show at least before aid of this program may go "
        "there.",
    )
    years_from_plan_to_implementation: int = Field(
        default=1,
        ge=0,
        le=5,
        description="Years between the community action plan (year N) and its implementation; published practice: 1.",
    )
