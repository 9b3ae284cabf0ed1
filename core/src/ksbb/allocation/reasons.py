"""Why a target gets a drop, and why another gets none: a short record of each, and a sentence made from it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a drop is made. Shortfalls are weighted, in thousandths: 1,500 is a target of weight 1.5 that has nothing.

    `given` is what the target had before the plan, `total` what the plan gives it altogether. `next_target_id` would have been
    served with the same aid next, None where nobody is left. `off_area` says that the drop leaves the preferred area, where the
    neediest target's shortfall is `at_home`. `tie`: both were equally short, and the published seed decided.
    """

    drop: Drop
    need: int
    given: int
    total: int
    weight: int
    before: int
    after: int
    next_target_id: str | None
    next_shortfall: int
    off_area: bool
    at_home: int
    tie: bool


def shortfall(demand: Demand, given: int) -> int:
    """The weighted shortfall of a target that has so much, in thousandths."""
    return demand.weight * (demand.need - given) * 10 // demand.need


def reasons(problem: Problem, plan: Plan) -> list[Why]:
    """Why each drop of a plan is made, in the order of the drops."""
    demands = {demand.target_id: demand for demand in problem.demands}
    offers = {offer.line_id: offer for offer in problem.offers}
    totals = _totals(plan.drops)
    waiting = sorted(
        (demand for demand in problem.demands if demand.given + totals[demand.target_id] < demand.need),
        key=lambda demand: (-shortfall(demand, demand.given + totals[demand.target_id]), demand.target_id),
    )
    return [_why(drop, demands[drop.target_id], offers[drop.line_id], totals, waiting) for drop in plan.drops]


def _why(drop: Drop, demand: Demand, offer: Offer, totals: dict[str, int], waiting: list[Demand]) -> Why:
    def left(other: Demand) -> int:
        return shortfall(other, other.given + totals[other.target_id])

    others = (other for other in waiting if other.target_id != demand.target_id and offer.may_serve(other))
    following = next(others, None)
    at_home = (other for other in waiting if offer.may_serve(other) and not offer.leaves_preference(other))
    home = next(at_home, None)
    after = left(demand)
    return Why(
        drop=drop,
        need=demand.need,
        given=demand.given,
        total=totals[demand.target_id],
        weight=demand.weight,
        before=shortfall(demand, demand.given),
        after=after,
        next_target_id=following.target_id if following else None,
        next_shortfall=left(following) if following else 0,
        off_area=offer.leaves_preference(demand),
        at_home=left(home) if home else 0,
        tie=following is not None and left(following) == after,
    )


def told(why: Why, name: str, next_name: str = "", off_area: int = 20) -> Text:
    """A drop's reason in one or two sentences; `name` and `next_name` are what people call the targets."""
    met = f"{_share(why.given, why.need)} %"
    first = Text(
        f"{name} mendapat {why.drop.quantity}: kebutuhannya {why.need} (bobot {_weight(why.weight)}) baru terpenuhi {met}, "
        f"dan menjadi {_share(why.given + why.total, why.need)} % setelah rencana ini.",
        f"{name} gets {why.drop.quantity}: its need of {why.need} (weight {_weight(why.weight)}) is met by {met} so far, "
        f"and by {_share(why.given + why.total, why.need)} % after this plan.",
    )
    return Text(
        " ".join(part.id for part in (first, *_further(why, next_name, off_area))),
        " ".join(part.en for part in (first, *_further(why, next_name, off_area))),
    )


def _further(why: Why, next_name: str, off_area: int) -> Iterable[Text]:
    if why.off_area:
        yield Text(
            f"Bantuan ini keluar dari wilayah yang diinginkan, karena kekurangan di sana {_points(why.at_home)} sedangkan di sini "
            f"{_points(why.before)}: bedanya paling sedikit {off_area / 100:g}.",
            f"This aid leaves its preferred area, for the shortfall there is {_points(why.at_home)} and {_points(why.before)} here: "
            f"at least {off_area / 100:g} more.",
        )
    if why.tie:
        yield Text(
            f"{next_name} sama kurangnya; urutannya diundi dengan kode yang diumumkan sebelumnya.",
            f"{next_name} is as short; lots were drawn with the seed published beforehand.",
        )
    elif why.next_target_id is not None:
        yield Text(
            f"Giliran berikutnya {next_name}, dengan kekurangan {_points(why.next_shortfall)}.",
            f"Next in line is {next_name}, with a shortfall of {_points(why.next_shortfall)}.",
        )


def why_nothing(problem: Problem, plan: Plan, target_id: str) -> Text:
    """Why a target gets nothing of a plan. Raises KeyError for a target that isn't part of the problem."""
    demand = {demand.target_id: demand for demand in problem.demands}[target_id]
    if demand.open <= 0:
        return Text(
            f"Kebutuhannya {demand.need} sudah dijanjikan atau diterima seluruhnya.",
            f"Its need of {demand.need} is promised or delivered in full.",
        )
    in_time = [offer for offer in problem.offers if not offer.expired(problem.today)]
    if not in_time:
        return Text(
            "Tidak ada bantuan jenis ini yang belum dibagikan.", "There is no aid of this kind left to share out."
        )
    able = [offer for offer in in_time if offer.may_serve(demand)]
    if not able:
        return Text(
            f"Tidak satu pun dari {len(in_time)} komitmen boleh untuk wilayah dan jenis sasaran ini.",
            f"None of the {len(in_time)} commitments may go to this area and kind of target.",
        )
    totals = _totals(plan.drops)
    lines = {offer.line_id for offer in able}
    names = {other.target_id: other for other in problem.demands}
    served = [
        shortfall(names[drop.target_id], names[drop.target_id].given + totals[drop.target_id])
        for drop in plan.drops
        if drop.line_id in lines
    ]
    own = shortfall(demand, demand.given)
    if served and min(served) >= own:
        return Text(
            f"Kekurangannya {_points(own)}; yang dilayani lebih kurang, juga sesudahnya: paling sedikit {_points(min(served))}.",
            f"Its shortfall is {_points(own)}; all that are served are shorter even afterwards: by {_points(min(served))} at least.",
        )
    least = min(offer.least(demand) for offer in able)
    return Text(
        f"Bagian wajarnya lebih kecil daripada satu kali antar ({least} paling sedikit); ia didahulukan di rencana berikutnya.",
        f"Its fair share is smaller than one drop ({least} at least); in the next plan it comes earlier.",
    )


def _totals(drops: Iterable[Drop]) -> dict[str, int]:
    totals: defaultdict[str, int] = defaultdict(int)
    for drop in drops:
        totals[drop.target_id] += drop.quantity
    return totals


def _share(part: int, whole: int) -> int:
    return 100 * part // whole


def _weight(weight: int) -> str:
    return f"{weight / 100:g}"


def _points(thousandths: int) -> str:
    return f"{thousandths / 1000:.2f}"
