"""Small figures, and who sees them: a figure from 1 to 4 points at persons, so the public doesn't see it (UU 27/2022)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Protocol, TypeVar

from ksbb.domain.areas import within
from ksbb.domain.rights import Actor, Role

SMALLEST_COUNT = 5
"""Public figures below this count are suppressed."""
SMALL = frozenset(range(1, SMALLEST_COUNT))
_IN_FULL = (Role.AUDITOR, Role.ASSESSOR, Role.SECRETARIAT)


class Figures(Protocol):
    """The figures of a need, or of the needs of an area, in whole units; None where nobody knows."""

    @property
    def need(self) -> int | None: ...
    @property
    def pledged(self) -> int | None: ...
    @property
    def allocated(self) -> int | None: ...
    @property
    def delivered(self) -> int | None: ...
    @property
    def gap(self) -> int | None: ...


Row = TypeVar("Row", bound=Figures)


def sees_all(actor: Actor) -> bool:
    """Whether an actor sees small counts of something, too. A system's token doesn't: a system publishes what it reads."""
    return actor.scopes is None and actor.holds(*_IN_FULL)


def sees_all_of(actor: Actor, program_id: str | None, area_code: str | None) -> bool:
    """Whether an actor sees all small figures of a program in an area, too; None: those of all programs, of all areas."""
    return actor.scopes is None and any(
        grant.role in _IN_FULL
        and grant.program_id in (None, program_id)
        and (grant.area_code is None or (area_code is not None and within(area_code, grant.area_code)))
        for grant in actor.grants
    )


def to_suppress(rows: Sequence[Row], *, group: Callable[[Row], Hashable], identity: Callable[[Row], Any]) -> list[Row]:
    """The rows that the public doesn't see: those with a figure from 1 to 4, and what would tell them by the sums of their group.

    A group is the rows that are added up somewhere: what is hidden of it is two rows at least, and no figure of theirs adds up to 1
    to 4, as long as there are rows to hide. The smallest ones are taken; `identity` settles which of two of a size that is.
    """
    small: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:  # There are thousands: what is written out takes half the time
        if (
            row.need in SMALL
            or row.pledged in SMALL
            or row.allocated in SMALL
            or row.delivered in SMALL
            or row.gap in SMALL
        ):
            small[group(row)].append(row)
    if not small:
        return []
    hidden = {id(row) for found in small.values() for row in found}
    others: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        key = group(row)
        if key in small and id(row) not in hidden and _size(row):
            others[key].append(row)
    chosen: list[Row] = []
    for key, found in small.items():
        beside = sorted(others[key], key=lambda row: (_size(row), identity(row)))
        chosen += _covered(found, beside)
    return chosen


def _covered(small: list[Row], others: Sequence[Row]) -> list[Row]:
    """The small rows of a group, and those of the others that cover them."""
    hidden = list(small)
    for figure in _FIGURES:
        # None of the others has a small figure, so one of them that has any is enough
        if sum(map(figure, hidden)) in SMALL:
            hidden += [row for row in others if figure(row)][:1]
    if len(hidden) == 1:
        hidden += others[:1]
    return hidden


_FIGURES: tuple[Callable[[Figures], int], ...] = (
    lambda row: row.need or 0,
    lambda row: row.pledged or 0,
    lambda row: row.allocated or 0,
    lambda row: row.delivered or 0,
    lambda row: row.gap or 0,
)


def _size(row: Figures) -> int:
    """How much of a row there is to tell."""
    return max(row.need or 0, row.pledged or 0, row.allocated or 0, row.delivered or 0)
