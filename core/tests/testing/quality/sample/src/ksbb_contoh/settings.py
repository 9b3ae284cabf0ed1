"""The settings."""

from pydantic import Field

from ksbb.program import ProgramSettings


class ContohSettings(ProgramSettings):
    """Two thresholds."""

    least: int = Field(default=5, ge=1, le=100, description="Kits that a line must have at least.")
    visit_days: int = Field(default=30, ge=1, le=365, description="Days after a handover until the visit.")
