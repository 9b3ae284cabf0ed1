"""Where the made-up aid goes: targets over the cities and kinds, in their shares."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count, cycle
from typing import Any

from ksbb.domain.targets import TargetKind
from ksbb.storage.unit import new_id

_KINDS = (
    *[TargetKind.RW] * 6,
    *[TargetKind.ENTERPRISE] * 8,
    *[TargetKind.SCHOOL] * 4,
    TargetKind.ORPHANAGE,
    TargetKind.BOARDING_SCHOOL,
    TargetKind.NURSING_HOME,
    TargetKind.DISABILITY_HOME,
    TargetKind.MARKET_LOCATION,
    TargetKind.JOB_SEEKER_GROUP,
    TargetKind.TRAINING_CENTRE,
    TargetKind.WASTE_BANK,
    TargetKind.DWELLING_GROUP,
)
CITY_SHARES = {"31.74": 16, "31.75": 11, "31.72": 8, "31.71": 8, "31.73": 7, "31.01": 1}
"""Of 51 targets: the published shares of the cities, in percent, halved."""


def made_targets(subdistricts: Sequence[str], wanted: int, at: datetime) -> list[dict[str, Any]]:
    """So many targets, registered at an instant, spread over the sub-districts."""
    of_city = {city: [code for code in subdistricts if code.startswith(city + ".")] for city in CITY_SHARES}
    order = [city for turn in range(max(CITY_SHARES.values())) for city, share in CITY_SHARES.items() if turn < share]
    places = {city: cycle(codes) for city, codes in of_city.items()}
    cities, kinds = cycle(order), cycle(_KINDS)
    units = {code: count(1) for code in subdistricts}
    made = []
    for number in range(wanted):
        area, kind = next(places[next(cities)]), next(kinds)
        made.append(
            {
                "id": new_id(),
                "code": f"{area}-RW{next(units[area]):03d}" if kind is TargetKind.RW else f"CONTOH-{number:06d}",
                "kind": kind,
                "name": f"Sasaran contoh {number:06d}",
                "area_code": area,
                "households": 200 + number % 300 if kind is TargetKind.RW else None,
                "contact_office": "Kantor contoh",
                "ziswaf_entitled": False,
                "synthetic": True,
                "created_at": at,
                "version": 1,
            }
        )
    return made
