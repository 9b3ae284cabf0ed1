"""What is to be allocated: what targets need of one aid type, and what commitments offer of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ksbb.domain.areas import is_area_code, within
from ksbb.domain.text import Text

LEAST_LOT = 10
"""The smallest sensible drop where a commitment names none, in units; a quarter of the target's need where that is more."""
_WHOLE = 100
MOST_NEED, MOST_WEIGHT = 10**8, 100 * _WHOLE
"""What is counted stays far from where whole numbers of 64 bits end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one target needs: `need` units in all, of which `given` are promised or delivered; `weight` in hundredths (150 is 1.5).

    `lot` is the smallest sensible drop of a line that names none; None for a quarter of the need, and at least 10.
    """

    target_id: str
    area_code: str
    kind: str
    need: int
    given: int = 0
    weight: int = _WHOLE
    lot: int | None = None

    @property
    def usual_lot(self) -> int:
        """The smallest sensible drop of a line that names none."""
        return max(LEAST_LOT, self.need // 4) if self.lot is None else self.lot

    @property
    def open(self) -> int:
        """Units that are still needed."""
        return self.need - self.given


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one commitment line has left to give.

    Hard: `areas` (codes, any of which a target must lie in), `kinds` of target (empty: any), `expires_on`, and `served`, the targets
    that have a part of it already. Soft: `prefers`, an area code inside `areas`, and `favours`, kinds of target (empty: any). `lot`
    is the smallest sensible drop, None for the target's usual one.
    """

    line_id: str
    quantity: int
    areas: tuple[str, ...]
    lot: int | None = None
    kinds: frozenset[str] = frozenset()
    prefers: str | None = None
    favours: frozenset[str] = frozenset()
    expires_on: date | None = None
    served: frozenset[str] = frozenset()

    def may_serve(self, demand: Demand) -> bool:
        """Whether the hard restrictions let it serve the target."""
        return self.reaches(demand) and demand.target_id not in self.served

    def reaches(self, demand: Demand) -> bool:
        """Whether it may go to the target's area and kind."""
        return any(within(demand.area_code, area) for area in self.areas) and (
            not self.kinds or demand.kind in self.kinds
        )

    def expired(self, today: date) -> bool:
        """Whether it can't be handed over any more."""
        return self.expires_on is not None and self.expires_on < today

    def leaves_preference(self, demand: Demand) -> bool:
        """Whether serving the target goes against its wish for an area or a kind of target."""
        elsewhere = self.prefers is not None and not within(demand.area_code, self.prefers)
        return elsewhere or bool(self.favours and demand.kind not in self.favours)

    def least(self, demand: Demand) -> int:
        """The smallest drop that it may make at the target, in units: never under the lot, all that it has, or all that is needed."""
        lot = demand.usual_lot if self.lot is None else self.lot
        return min(lot, self.quantity, demand.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One aid type on one day. Demands and offers are kept in the order of their ids, so that the order given never matters.

    `off_area` is λ in hundredths: a unit leaves its preferred area or kind of target only where the shortfall elsewhere is at least
    that much worse. `seed`, published beforehand, settles ties. `refine`: whether the best lots of a tiny problem are searched for
    (`refine`).
    """

    aid_type: str
    today: date
    demands: tuple[Demand, ...]
    offers: tuple[Offer, ...]
    off_area: int = 20
    seed: str = ""
    refine: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "demands", tuple(sorted(self.demands, key=lambda demand: demand.target_id)))
        object.__setattr__(self, "offers", tuple(sorted(self.offers, key=lambda offer: offer.line_id)))


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the input: at which target or line (`where`), and what."""

    where: str
    message: Text


def faults(problem: Problem) -> list[Fault]:
    """All that is wrong with a problem; empty when it can be solved."""
    return [*_twice(problem), *_of_demands(problem.demands), *_of_offers(problem)]


def _twice(problem: Problem) -> Iterable[Fault]:
    ids = [demand.target_id for demand in problem.demands], [offer.line_id for offer in problem.offers]
    for kind in ids:
        for one in sorted({one for one in kind if kind.count(one) > 1} if len(set(kind)) < len(kind) else ()):
            yield Fault(one, Text("muncul lebih dari sekali", "stands more than once"))


def _of_demands(demands: Sequence[Demand]) -> Iterable[Fault]:
    for demand in demands:
        if not 1 <= demand.need <= MOST_NEED:
            yield Fault(
                demand.target_id,
                Text(
                    f"kebutuhan antara 1 dan {MOST_NEED}, diberikan {demand.need}",
                    f"a need is between 1 and {MOST_NEED}, given {demand.need}",
                ),
            )
        if demand.given < 0 or demand.given > max(demand.need, 0):
            yield Fault(
                demand.target_id,
                Text(
                    f"yang sudah dijanjikan antara 0 dan {demand.need}, diberikan {demand.given}",
                    f"what is promised is between 0 and {demand.need}, given {demand.given}",
                ),
            )
        if not 1 <= demand.weight <= MOST_WEIGHT:
            most = MOST_WEIGHT // _WHOLE
            yield Fault(
                demand.target_id,
                Text(
                    f"bobot kerentanan lebih dari 0 dan paling banyak {most}, diberikan {demand.weight / _WHOLE:g}",
                    f"a vulnerability weight is above 0 and at most {most}, given {demand.weight / _WHOLE:g}",
                ),
            )
        if demand.lot is not None and demand.lot < 1:
            yield _no_lot(demand.target_id, demand.lot)
        if not is_area_code(demand.area_code):
            yield _no_area(demand.target_id, demand.area_code)


def _of_offers(problem: Problem) -> Iterable[Fault]:
    for offer in problem.offers:
        if offer.quantity < 1:
            yield Fault(
                offer.line_id,
                Text(
                    f"jumlah paling sedikit 1, diberikan {offer.quantity}",
                    f"a quantity is at least 1, given {offer.quantity}",
                ),
            )
        if offer.lot is not None and offer.lot < 1:
            yield _no_lot(offer.line_id, offer.lot)
        if not offer.areas:
            yield Fault(offer.line_id, Text("tidak mempunyai wilayah", "has no area"))
        wished = [offer.prefers] if offer.prefers is not None else []
        for code in (*offer.areas, *wished):
            if not is_area_code(code):
                yield _no_area(offer.line_id, code)
        if offer.prefers is not None and not any(within(offer.prefers, area) for area in offer.areas):
            yield Fault(
                offer.line_id,
                Text(
                    f"wilayah keinginan {offer.prefers} di luar wilayahnya {', '.join(offer.areas)}",
                    f"the preferred area {offer.prefers} lies outside its areas {', '.join(offer.areas)}",
                ),
            )


def _no_lot(where: str, lot: int) -> Fault:
    return Fault(where, Text(f"lot paling sedikit 1, diberikan {lot}", f"a lot is at least 1, given {lot}"))


def _no_area(where: str, code: str) -> Fault:
    return Fault(where, Text(f"{code!r} bukan kode wilayah", f"{code!r} is no area code"))
