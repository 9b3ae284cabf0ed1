"""Targets: who receives aid."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ksbb.domain.quantities import NeedBalance

_RW_CODE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}-RW[0-9]{3}")
_OTHER_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$")


class TargetKind(StrEnum):
    """All kinds of targets of the six programs and the two planned ones."""

    RW = "rw"
    ORPHANAGE = "orphanage"
    NURSING_HOME = "nursing_home"
    BOARDING_SCHOOL = "boarding_school"
    DISABILITY_HOME = "disability_home"
    SCHOOL = "school"
    ENTERPRISE = "enterprise"
    MARKET_LOCATION = "market_location"
    JOB_SEEKER_GROUP = "job_seeker_group"
    TRAINING_CENTRE = "training_centre"
    WASTE_BANK = "waste_bank"
    DWELLING_GROUP = "dwelling_group"
    STUDIO = "studio"
    COMMUNITY_GARDEN = "community_garden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target. `area_code` is its sub-district; `households` is set for RWs; `contact_office` holds no private data.

    `synthetic` marks made-up records in every view and export. `ziswaf_entitled`: may receive aid from zakat funds.
    """

    id: str
    code: str
    kind: TargetKind
    name: str
    area_code: str
    households: int | None
    contact_office: str
    ziswaf_entitled: bool
    synthetic: bool
    created_at: datetime
    version: int


def code_error(kind: TargetKind, code: str, area_code: str) -> str | None:
    """What a target's code should look like, or None when it is right.

    An RW's code is its sub-district and its number, such as `31.71.06.1002-RW003`.
    """
    if kind is TargetKind.RW:
        if _RW_CODE.fullmatch(code) and code.startswith(area_code + "-"):
            return None
        return f"{area_code}-RW001"
    return None if _OTHER_CODE.fullmatch(code) else _OTHER_CODE.pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one target needs of one aid type: `quantity` units as of a day, by a named source.

    `promised` is allocated and not yet handed over; `accepted` was handed over and accepted. `tier` names the vulnerability
    tier, whose weight the settings give. `period`: `2026`, `2026-11`, `2026-W48`, or empty for a need without an end. `carried`
    is the part of the quantity that earlier periods left unmet.
    """

    id: str
    target_id: str
    program_id: str
    aid_type: str
    quantity: int
    promised: int
    accepted: int
    source: str
    as_of: date
    version: int
    tier: str = "normal"
    period: str = ""
    carried: int = 0

    @property
    def balance(self) -> NeedBalance:
        """The need's quantities under their law."""
        return NeedBalance(quantity=self.quantity, promised=self.promised, accepted=self.accepted)


class PeriodState(StrEnum):
    """Whether a need's period lies ahead or behind; the present one is the need itself."""

    PLANNED = "planned"
    PAST = "past"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPeriod:
    """A need in a period that isn't the present one: what is planned, or what was needed and `accepted`."""

    id: str
    need_id: str
    period: str
    state: PeriodState
    quantity: int
    accepted: int
    tier: str
    source: str
    as_of: date
