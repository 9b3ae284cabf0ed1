"""What an operator can set for the food program."""

from datetime import date, timedelta
from typing import Self

from pydantic import Field, model_validator

from ksbb.program import ProgramSettings
from ksbb_pangan import aid
from ksbb_pangan.foods import Food, Measure
from ksbb_pangan.reference import eid_days

_DAYS_BEFORE_EID = timedelta(days=40)
_DAYS_AFTER_EID = timedelta(days=7)


class EidWindow(ProgramSettings):
    """The days around one Eid al-Fitr on which Eid aid may be handed over, both ends included."""

    year: int = Field(ge=2020, le=2100, description="Year of the Eid al-Fitr that the window belongs to.")
    start: date = Field(description="First day of the window.")
    end: date = Field(description="Last day of the window.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start > self.end:
            raise ValueError(f"Eid window {self.year} starts on {self.start}, after its end on {self.end}")
        return self


class StandardItem(ProgramSettings):
    """One food of the standard package; without `amount` it is enough that the package holds some of it."""

    food: Food = Field(description="The food.")
    amount: float | None = Field(
        default=None, gt=0, le=10_000, description="Least amount in one package; none: any amount will do."
    )
    unit: Measure = Field(default=Measure.PIECE, description="Unit of the amount.")


def _default_windows() -> tuple[EidWindow, ...]:
    return tuple(
        EidWindow(year=eid.year, start=eid - _DAYS_BEFORE_EID, end=eid + _DAYS_AFTER_EID) for eid in eid_days()
    )


def _default_package() -> tuple[StandardItem, ...]:
    return (
        StandardItem(food=Food.RICE, amount=5, unit=Measure.KILOGRAM),
        StandardItem(food=Food.COOKING_OIL, amount=2, unit=Measure.LITRE),
        StandardItem(food=Food.FLOUR, amount=1, unit=Measure.KILOGRAM),
        StandardItem(food=Food.SUGAR, amount=1, unit=Measure.KILOGRAM),
        StandardItem(food=Food.CONDENSED_MILK),
        StandardItem(food=Food.TEA),
        StandardItem(food=Food.SARDINES),
        StandardItem(food=Food.INSTANT_NOODLES, amount=5, unit=Measure.PIECE),
    )


class PanganSettings(ProgramSettings):
    """Thresholds of the food program. Values in whole rupiah per unit."""

    min_expiry_months: int = Field(
        default=6, ge=0, le=36, description="Months that packaged food must keep after the planned handover."
    )
    meal_hours: int = Field(
        default=4, ge=1, le=24, description="Hours within which a ready meal must be eaten after cooking."
    )
    household_size: int = Field(
        default=4, ge=1, le=20, description="People of one household, for whom a staple package is meant."
    )
    vulnerable_households_percent: int = Field(
        default=23,
        ge=0,
        le=100,
        description="Share of a neighbourhood's households, in percent, that an estimate of needs counts as vulnerable; 23 is 2.4 "
        "million of Jakarta's 10.56 million inhabitants.",
    )
    staple_packages_per_week: int = Field(
        default=1, ge=1, le=7, description="Staple packages that a household gets in a week, for estimates of needs."
    )
    weekly_package: tuple[StandardItem, ...] = Field(
        default_factory=_default_package,
        description="Contents of the standard staple package for one household and week.",
    )
    foods_without_registration: tuple[Food, ...] = Field(
        default=(Food.RICE, Food.EGGS, Food.VEGETABLES),
        description="Fresh foods, which need no BPOM or P-IRT registration number.",
    )
    staple_value: int = Field(
        default=aid.STAPLE_VALUE,
        ge=1,
        le=aid.MOST_VALUE,
        description="Reference value of a staple package.",
    )
    ready_meal_value: int = Field(
        default=aid.READY_MEAL_VALUE,
        ge=1,
        le=aid.MOST_VALUE,
        description="Reference value of a ready meal.",
    )
    eid_package_value: int = Field(
        default=aid.EID_PACKAGE_VALUE, ge=1, le=aid.MOST_VALUE, description="Reference value of an Eid package."
    )
    allowance_person_value: int = Field(
        default=aid.ALLOWANCE_PERSON_VALUE,
        ge=1,
        le=aid.MOST_VALUE,
        description="Reference value of a holiday allowance for a person.",
    )
    allowance_family_value: int = Field(
        default=aid.ALLOWANCE_FAMILY_VALUE,
        ge=1,
        le=aid.MOST_VALUE,
        description="Reference value of a holiday allowance for a family.",
    )
    eid_windows: tuple[EidWindow, ...] = Field(
        default_factory=_default_windows,
        description="When Eid aid may be handed over; by default 40 days before Eid al-Fitr to 7 days after.",
    )
    expiry_watch_days: int = Field(
        default=30, ge=0, le=365, description="Days before expiry from which goods in custody are followed up."
    )
    eid_watch_days: int = Field(
        default=7, ge=0, le=60, description="Days before an Eid window closes from which Eid aid is followed up."
    )
