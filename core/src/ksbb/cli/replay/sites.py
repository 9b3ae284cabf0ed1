"""Made-up targets of the replay, all flagged synthetic: no public list of RWs exists, so none of these is a real one.

The number of RWs per city follows the control totals of the press (24, 389, 449, 586, 576, 707).
"""

import csv
import io
import random
from dataclasses import dataclass, field

from ksbb.usecases.areas import jakarta

RW_TOTALS = {"31.01": 24, "31.71": 389, "31.72": 449, "31.73": 586, "31.74": 576, "31.75": 707}
HOUSEHOLDS_IN_NEED = 600_000
"""2.4 million vulnerable people at 4 people a household."""
STUDENTS_WITHOUT_DEVICE, TEACHERS_WITHOUT_COMPUTER = 171_998, 12_649
_LEAST_HOUSEHOLDS = 60
_TIERS = ("normal",) * 4 + ("vulnerable",) * 3 + ("high",) * 2 + ("extreme",)
"""How vulnerable the made-up targets are, in turn."""


@dataclass(frozen=True, slots=True)
class Site:
    """One made-up target."""

    code: str
    kind: str
    name: str
    area_code: str
    households: int = 0


@dataclass(slots=True)
class Sites:
    """The targets and their needs, as the plans ask for them."""

    rng: random.Random
    subdistricts: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    by_code: dict[str, Site] = field(default_factory=dict)
    needs: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _free: dict[str, list[str]] = field(default_factory=dict)
    _open: dict[str, int] = field(default_factory=dict)

    def add(self, site: Site) -> Site:
        """A new target; its code must be new, too."""
        if site.code in self.by_code:
            raise ValueError(f"site {site.code} stands already")
        self.by_code[site.code] = site
        return site

    def make(self, kind: str, city: str, number: int, name: str) -> Site:
        """A new target of a kind in a city; sub-districts take turns."""
        places = self.subdistricts[city]
        area_code, area_name = places[number % len(places)]
        code = f"SINT-{kind.replace('_', '-').upper()}-{city}-{number:04d}"
        return self.add(Site(code=code, kind=kind, name=f"{name} {area_name} {number} (sintetis)", area_code=area_code))

    def need(self, site: Site, program: str, aid_type: str, quantity: int) -> None:
        """Add to a target's need."""
        key = (site.code, program, aid_type)
        self.needs[key] = self.needs.get(key, 0) + quantity

    def take_staples(self, city: str, quantity: int) -> list[tuple[str, int]]:
        """RWs of a city for a number of staple packages, each for part of its open need; (code, quantity)."""
        taken = []
        share = -(-quantity // (2 if quantity > 1 else 1))
        while quantity:
            code = self._free[city].pop(0)
            part = min(quantity, self._open[code], share)
            self._open[code] -= part
            if self._open[code]:
                self._free[city].append(code)
            quantity -= part
            taken.append((code, part))
        merged: dict[str, int] = {}
        for code, part in taken:
            merged[code] = merged.get(code, 0) + part
        return list(merged.items())

    def any_rw(self, city: str) -> Site:
        """An RW of a city; RWs take turns."""
        code = self._free[city].pop(0)
        self._free[city].append(code)
        return self.by_code[code]

    def build_rws(self) -> None:
        """All RWs with the households in need, which add up to `HOUSEHOLDS_IN_NEED`."""
        total = sum(RW_TOTALS.values())
        households = split(HOUSEHOLDS_IN_NEED, total, self.rng, least=_LEAST_HOUSEHOLDS)
        for city, number in RW_TOTALS.items():
            places = self.subdistricts[city]
            codes = []
            for index in range(number):
                area_code, area_name = places[index % len(places)]
                label = f"RW {index // len(places) + 1:03d}"
                site = self.add(
                    Site(
                        code=f"{area_code}-{label.replace(' ', '')}",
                        kind="rw",
                        name=f"{label} {area_name} (sintetis)",
                        area_code=area_code,
                        households=households.pop(),
                    )
                )
                self.need(site, "pangan", "staple_food", site.households)
                self._open[site.code] = site.households
                codes.append(site.code)
            self.rng.shuffle(codes)
            self._free[city] = codes

    def targets_csv(self) -> bytes:
        """All targets as the import reads them."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["code", "kind", "name", "area_code", "households", "contact_office", "ziswaf_entitled"])
        for site in self.by_code.values():
            office = f"Sekretariat {site.name}"
            writer.writerow([site.code, site.kind, site.name, site.area_code, site.households or "", office, "ya"])
        return out.getvalue().encode()

    def needs_csv(self) -> bytes:
        """All needs as the import reads them."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["target_code", "program_id", "aid_type", "quantity", "source", "as_of", "tier"])
        tiers = {code: _TIERS[number % len(_TIERS)] for number, code in enumerate(self.by_code)}
        for (code, program, aid_type), quantity in self.needs.items():
            source = "Data sintetis untuk putar ulang"
            writer.writerow([code, program, aid_type, quantity, source, "2020-04-01", tiers[code]])
        return out.getvalue().encode()


def empty_sites(seed: int) -> Sites:
    """Sites without targets; sub-districts from the shipped areas, by city."""
    sites = Sites(random.Random(seed))  # noqa: S311 - made-up data, the same at every run
    for row in csv.DictReader(io.StringIO(jakarta().decode())):
        if row["code"].count(".") == 3:  # noqa: PLR2004 - a sub-district's code has four parts
            sites.subdistricts.setdefault(row["code"][:5], []).append((row["code"], row["name"]))
    return sites


def split(total: int, parts: int, rng: random.Random, *, least: int = 1) -> list[int]:
    """`total` in `parts` uneven whole parts of at least `least`, which add up exactly."""
    if parts * least > total:
        raise ValueError(f"{total} can't be split in {parts} parts of at least {least}")
    weights = [rng.uniform(0.4, 1.6) for _ in range(parts)]
    spare = total - parts * least
    shares = [int(spare * weight / sum(weights)) for weight in weights]
    for index in range(spare - sum(shares)):
        shares[index % parts] += 1
    return [least + share for share in shares]


def dealt(counts: dict[str, int], rng: random.Random) -> list[str]:
    """A shuffled deck with `counts` cards of each kind."""
    deck = [kind for kind, number in counts.items() for _ in range(number)]
    rng.shuffle(deck)
    return deck
