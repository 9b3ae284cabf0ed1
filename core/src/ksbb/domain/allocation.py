"""The rules by which needs are weighed when aid is allocated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_TIERS = MappingProxyType({"normal": 100, "vulnerable": 150, "high": 200, "extreme": 300})


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRules:
    """How a city allocates. `tiers`: vulnerability tiers by name, each with its weight in hundredths (150 = 1.5).

    `off_area` is λ in hundredths: a unit leaves its preferred area only where the shortfall elsewhere is at least that much worse.
    A drop of a line that names no lot is at least `lot_percent` of the target's need, and never under `lot_least` units.
    `seed`, published beforehand, settles ties. Above `two_people_units` or `two_people_rupiah` a proposal needs two approvals.
    `nightly`: whether each night proposes anew. `refine`: whether the best lots are searched for where there is little to share.
    """

    tiers: Mapping[str, int] = field(default_factory=lambda: _TIERS)
    off_area: int = 20
    lot_least: int = 10
    lot_percent: int = 25
    seed: str = "ksbb"
    two_people_units: int = 1_000
    two_people_rupiah: int = 100_000_000
    nightly: bool = True
    refine: bool = True

    @property
    def default_tier(self) -> str:
        """The tier of a need of which nothing else is said: the first."""
        return next(iter(self.tiers))


DEFAULT_RULES = AllocationRules()
"""The rules where a city sets none."""
