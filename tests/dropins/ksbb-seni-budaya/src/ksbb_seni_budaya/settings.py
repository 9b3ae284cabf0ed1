"""What an operator can set."""

from pathlib import Path

from ksbb.program import ProgramSettings
from pydantic import Field


class Settings(ProgramSettings):
    """Thresholds of the arts program. Values in whole rupiah."""

    min_fee: int = Field(
        default=500_000, ge=0, le=100_000_000, description="Rupiah that an artist is paid at least for a performance."
    )
    min_days_lent: int = Field(
        default=90, ge=1, le=3650, description="Days that a loan of equipment must last after the planned handover."
    )
    report_days: int = Field(
        default=14,
        ge=1,
        le=365,
        description="Days after a handover on which artists paid and events held are reported.",
    )
    agenda: Path | None = Field(
        default=None,
        description="CSV file that gets each approval, handover and close, for the agency's news; none: no file.",
    )
