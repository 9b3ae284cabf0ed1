"""What an operator can set for the education program."""

from pydantic import Field

from ksbb.program import ProgramSettings


class PendidikanSettings(ProgramSettings):
    """Thresholds of the education program."""

    min_android_version: int = Field(
        default=10, ge=1, le=99, description="Lowest major version of Android for student devices."
    )
    min_device_ram_gb: float = Field(default=3, gt=0, le=64, description="Least RAM of a student device in GB.")
    min_device_storage_gb: float = Field(
        default=32, gt=0, le=4096, description="Least storage of a student device in GB."
    )
    min_computer_ram_gb: float = Field(default=4, gt=0, le=256, description="Least RAM of a teacher computer in GB.")
    min_sim_quota_gb: float = Field(
        default=10, gt=0, le=1000, description="Quota of a SIM card in GB below which the assessor is warned."
    )
    min_sim_valid_days: int = Field(
        default=30,
        ge=1,
        le=365,
        description="Validity of a SIM card's quota in days below which the assessor is warned.",
    )
    imei_clash_days: int = Field(
        default=14,
        ge=1,
        le=90,
        description="Days that an assessor has at least to clear up an IMEI given in two commitments.",
    )
