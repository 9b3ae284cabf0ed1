"""How a program estimates the needs of its aid, in which periods they are counted, and what becomes of what stayed unmet."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ksbb.domain.periods import Period
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")
_TAKEN = ("target_code", "households")


class Unmet(StrEnum):
    """What is needed in the next period, where nobody has said: as much again, and what stayed unmet lapses (food for a week); as
    much again and what stayed unmet (rent for a month); or no more than what stayed unmet (devices, houses: one is enough).
    """

    LAPSES = "lapses"
    CARRIES = "carries"
    REMAINS = "remains"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """What is known of a target: `households` where they were counted, `figures` by the ids that the plan declares."""

    code: str
    kind: TargetKind
    area_code: str
    households: int | None
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFigure:
    """A whole number for each target that the formula wants beside its households, such as pupils; `id` is the column of the table
    that brings it. Raises ValueError that names the bad value.
    """

    id: str
    title: Text

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise ValueError(f"need figure {self.id!r}: id must match {_ID.pattern}")
        if self.id in _TAKEN:
            raise ValueError(f"need figure {self.id!r}: the name is taken; every table of figures has {list(_TAKEN)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSum:
    """A published total, in units of the aid type, that the sum of all estimates is held against; `as_of` where its day is known.
    Raises ValueError that names the bad value.
    """

    total: int
    source: str
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.total < 1:
            raise ValueError(f"control sum: total must be at least 1, given {self.total}")
        if not self.source.strip():
            raise ValueError("control sum: source must say where it comes from")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedPlan:
    """How the needs of an aid type are known.

    `estimate` is a pure function from a target's facts and the program's settings to whole units, None where the facts don't say;
    `figures` is what it wants beside households, `source` what the formula rests on. An estimate holds for the present `period`, for
    good without one. `unmet` says what becomes of the rest when any need of this aid type passes into its next period. Raises
    ValueError that names the bad value.
    """

    aid_type: str
    title: Text
    source: str
    estimate: Callable[[TargetFacts, Any], int | None] | None = None
    figures: tuple[NeedFigure, ...] = ()
    period: Period | None = None
    unmet: Unmet = Unmet.LAPSES
    controls: tuple[ControlSum, ...] = ()

    def __post_init__(self) -> None:
        where = f"need plan of {self.aid_type!r}"
        if not self.source.strip():
            raise ValueError(f"{where}: source must say what the formula rests on")
        ids = [figure.id for figure in self.figures]
        doubles = sorted({name for name in ids if ids.count(name) > 1})
        if doubles:
            raise ValueError(f"{where}: the figures {doubles} are given twice")
        if self.figures and self.estimate is None:
            raise ValueError(f"{where}: figures {ids} without an estimate that wants them")
