"""Personal data in attributes: declared, so that they can be masked, told to those concerned, and erased in time."""

from dataclasses import dataclass

from ksbb.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """An attribute that says something about a person.

    `attribute` is its path in the attributes, with `/` between levels and `*` for every item of a list, such as
    `trainers/*/name`. `purpose` says what it is needed for, `retention_days` how long after the commitment's close
    (UU 27/2022 tentang Pelindungan Data Pribadi: purpose and time are limited). Raises ValueError that names the bad value.
    """

    attribute: str
    purpose: Text
    retention_days: int

    def __post_init__(self) -> None:
        if self.retention_days < 0:
            raise ValueError(
                f"personal data {self.attribute!r}: retention_days must be 0 or more, given {self.retention_days}"
            )
