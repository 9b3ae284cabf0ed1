"""Areas by Kemendagri code: province `31`, city `31.71`, district `31.71.06`, sub-district `31.71.06.1002`."""

import re
from dataclasses import dataclass
from enum import StrEnum

_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_CITY_LENGTH = len("31.71")


class AreaLevel(StrEnum):
    """The four levels of administration that have a code."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One area. `bps_code` is the code of Statistics Indonesia, which differs and is known for the province and cities."""

    code: str
    level: AreaLevel
    name: str
    parent_code: str | None
    bps_code: str | None


def is_area_code(code: str) -> bool:
    """Whether `code` has the form of a Kemendagri area code."""
    return _CODE.fullmatch(code) is not None


def level_of(code: str) -> AreaLevel:
    """The level that a code's form shows. Raises ValueError for another form."""
    if not is_area_code(code):
        raise ValueError(f"not a Kemendagri area code: {code!r}")
    return list(AreaLevel)[code.count(".")]


def within(code: str, area: str) -> bool:
    """Whether the area `code` is `area` or lies in it."""
    return code == area or code.startswith(area + ".")


def city_of(code: str) -> str:
    """The city code of an area, or the code itself where the area is wider than a city."""
    return code[:_CITY_LENGTH]
