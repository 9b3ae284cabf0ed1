"""What an operator can set for the enterprise program."""

from pydantic import Field

from ksbb.program import ProgramSettings


class UmkmSettings(ProgramSettings):
    """Thresholds of the enterprise program."""

    min_training_hours: float = Field(
        default=4, gt=0, le=200, description="Hours of a training per participant below which the assessor is warned."
    )
    max_loan_rate_percent: float = Field(
        default=6.0,
        ge=0,
        le=100,
        description="Loan rate in percent per year above which the assessor is warned; 6 is the rate of KUR.",
    )
    max_loan_tenor_months: int = Field(
        default=36, ge=1, le=360, description="Loan term in months above which the assessor is warned."
    )
    follow_up_months: int = Field(
        default=6, ge=1, le=24, description="Months after a handover when the enterprises' condition is followed up."
    )
