"""Where demands lie and of what kind they are, as arrays: which of them an offer or a wish reaches."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ksbb.allocation.problem import Demand

Mask = NDArray[np.bool_]


@dataclass(slots=True)
class Ground:
    """The places of demands; what is asked once is kept."""

    demands: Sequence[Demand]
    _codes: list[str] = field(init=False)
    _position: NDArray[np.int64] = field(init=False)
    _kinds: NDArray[np.str_] = field(init=False)
    _inside: dict[tuple[str, ...], Mask] = field(default_factory=dict)
    _of: dict[tuple[str, ...], Mask] = field(default_factory=dict)

    def __post_init__(self) -> None:
        order = sorted(range(len(self.demands)), key=lambda j: self.demands[j].area_code)
        self._codes = [self.demands[j].area_code for j in order]
        self._position = np.empty(len(order), np.int64)
        self._position[order] = np.arange(len(order))
        self._kinds = np.array([demand.kind for demand in self.demands], np.str_)

    def inside(self, areas: Iterable[str]) -> Mask:
        """The demands that lie in one of these areas."""
        key = tuple(areas)
        if key not in self._inside:
            mask = np.zeros(len(self._codes), np.bool_)
            for area in key:
                # "/" follows ".": all codes below an area stand between the two
                start, end = bisect_left(self._codes, area), bisect_left(self._codes, area + "/")
                mask |= (self._position >= start) & (self._position < end)
            self._inside[key] = mask
        return self._inside[key]

    def of_kinds(self, kinds: Iterable[str]) -> Mask:
        """The demands of one of these kinds."""
        key = tuple(sorted(kinds))
        if key not in self._of:
            self._of[key] = np.isin(self._kinds, np.array(key, np.str_))
        return self._of[key]
