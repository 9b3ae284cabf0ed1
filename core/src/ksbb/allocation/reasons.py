"""Why a target gets a drop: a short record, and sentences made from it that can be read aloud."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a drop is made. Scores are weighted shortfalls in thousandths: 1,500 is a target of weight 1.5 that has nothing.

    `given` is what the target had before the plan, `total` what the plan gives it altogether. `own_area`: the drop stays inside the
    area that its giver prefers; `off_area`: it leaves it, where the worst score left is then `at_home`, None where nobody there is
    short any more; neither: the giver prefers none. `by_kind`: a kind of target is preferred, too, and the area is where such targets
    are. `least` is the smallest drop that the line makes there, in units.

    `next_target_id` is the target worst off after the plan that the same line might have served, None where nobody is left.
    `next_higher`: its score is higher than the one here after the plan; `tie`: it is exactly the same, so that the published seed
    decides. `next_off_area`: the line would leave its preferred area for it. `next_least` is the smallest drop there, 0 where it has
    one of this line.

    `least_gap` is λ, in thousandths. `by_gap`: λ explains the drop. One that leaves the preferred area found a score here that was
    λ above `at_home` or more; one that stays inside it has a next in line outside whose score is higher, but by less than λ.
    """

    drop: Drop
    need: int
    given: int
    total: int
    weight: int
    before: int
    after: int
    next_target_id: str | None
    next_score: int
    next_higher: bool
    next_off_area: bool
    next_least: int
    by_kind: bool
    own_area: bool
    off_area: bool
    at_home: int | None
    tie: bool
    least: int
    least_gap: int
    by_gap: bool


def shortfall(demand: Demand, given: int) -> Fraction:
    """The weighted shortfall of a target that has so much, exactly: scores are compared by it."""
    return Fraction(demand.weight * (demand.need - given), 100 * demand.need)


def score(demand: Demand, given: int) -> int:
    """The weighted shortfall of a target that has so much, in thousandths: scores are told by it."""
    return demand.weight * (demand.need - given) * 10 // demand.need


def totals_of(drops: Iterable[Drop]) -> defaultdict[str, int]:
    """What drops bring to each target."""
    totals: defaultdict[str, int] = defaultdict(int)
    for drop in drops:
        totals[drop.target_id] += drop.quantity
    return totals


def reasons(problem: Problem, plan: Plan) -> list[Why]:
    """Why each drop of a plan is made, in the order of the drops."""
    demands = {demand.target_id: demand for demand in problem.demands}
    offers = {offer.line_id: offer for offer in problem.offers}
    totals = totals_of(plan.drops)
    left = {demand.target_id: shortfall(demand, demand.given + totals[demand.target_id]) for demand in problem.demands}
    waiting = sorted(
        (demand for demand in problem.demands if totals[demand.target_id] < demand.open),
        key=lambda demand: (-left[demand.target_id], demand.target_id),
    )
    lines = {line_id: _in_line(offers[line_id], waiting) for line_id in {drop.line_id for drop in plan.drops}}
    pairs = {(drop.target_id, drop.line_id) for drop in plan.drops}
    told_of = []
    for drop in plan.drops:
        demand, offer, (behind, home) = demands[drop.target_id], offers[drop.line_id], lines[drop.line_id]
        following = next((other for other in behind if other.target_id != drop.target_id), None)
        off_area = offer.leaves_preference(demand)
        own_area = (offer.prefers is not None or bool(offer.favours)) and not off_area
        after = left[drop.target_id]
        following_has = left[following.target_id] if following else None
        next_higher = following_has is not None and following_has > after
        next_off_area = following is not None and offer.leaves_preference(following)
        by_gap = False
        if off_area and home:
            before = shortfall(demand, demand.given)
            by_gap = before - left[home.target_id] >= Fraction(problem.off_area, 100)
        elif own_area and next_higher and next_off_area and following_has is not None:
            by_gap = following_has - after < Fraction(problem.off_area, 100)
        why = Why(
            drop=drop,
            need=demand.need,
            given=demand.given,
            total=totals[drop.target_id],
            weight=demand.weight,
            before=score(demand, demand.given),
            after=_thousandths(after),
            next_target_id=following.target_id if following else None,
            next_score=_thousandths(following_has or 0),
            next_higher=next_higher,
            next_off_area=next_off_area,
            next_least=offer.least(following) if following and (following.target_id, offer.line_id) not in pairs else 0,
            by_kind=bool(offer.favours),
            own_area=own_area,
            off_area=off_area,
            at_home=_thousandths(left[home.target_id]) if off_area and home else None,
            tie=following_has == after,
            least=offer.least(demand),
            least_gap=problem.off_area * 10,
            by_gap=by_gap,
        )
        told_of.append(why)
    return told_of


def _thousandths(shortfall: Fraction | int) -> int:
    return int(shortfall * 1000)


def _in_line(offer: Offer, waiting: Sequence[Demand]) -> tuple[list[Demand], Demand | None]:
    """The first two in line for an offer, for the first may be the target itself, and the first in the area that it prefers."""
    able = (demand for demand in waiting if offer.may_serve(demand))
    home = (demand for demand in waiting if not offer.leaves_preference(demand) and offer.may_serve(demand))
    return list(islice(able, 2)), next(home, None)


def told(why: Why, name: str, next_name: str = "", unit: Text | None = None) -> Text:
    """A drop's reason in a few sentences; `name` and `next_name` are what people call the targets, `unit` what the aid is
    counted in.
    """
    parts = [*_of_the_drop(why, name, unit), *_of_the_area(why, next_name), *_of_the_next(why, next_name)]
    return Text(" ".join(part.id for part in parts), " ".join(part.en for part in parts))


def _of_the_drop(why: Why, name: str, unit: Text | None) -> Iterable[Text]:
    covered, units = why.given + why.total, why.drop.quantity
    paket, package = (f" {unit.id}", f" (unit: {unit.en})") if unit else ("", "")
    yield Text(
        f"{name} mendapat {id_count(units)}{paket} dari komitmen ini; kebutuhannya {id_count(why.need)}, yang sudah dijanjikan "
        f"atau diterima {id_count(why.given)}, dan dengan rencana ini menjadi {id_count(covered)}.",
        f"{name} gets {en_count(units)} of this commitment{package}; it needs {en_count(why.need)}, had "
        f"{en_count(why.given)} promised or delivered, and has {en_count(covered)} with this plan.",
    )
    meaning = of_the_score(why.weight)
    yield Text(
        f"Skor kekurangannya ({meaning.id}) turun dari {id_score(why.before)} menjadi {id_score(why.after)}.",
        f"Its shortfall score ({meaning.en}) falls from {en_score(why.before)} to {en_score(why.after)}.",
    )


def of_the_score(weight: int) -> Text:
    """What the score of a target is, for those who read it the first time; `weight` in hundredths."""
    return Text(
        f"bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan {_comma(f'{weight / 100:g}')}",
        f"the part of its need that is not covered times its weight of {weight / 100:g}",
    )


def _of_the_area(why: Why, next_name: str) -> Iterable[Text]:
    gap = why.least_gap
    wilayah, area = ("tujuan", "destination") if why.by_kind else ("wilayah", "area")
    if why.off_area and why.at_home is None:
        yield Text(
            f"Pemberi mengutamakan {wilayah} lain, tetapi di sana tidak ada lagi kekurangan yang boleh diisi komitmen ini.",
            f"The giver prefers another {area}, but nobody whom this commitment may serve is short there any more.",
        )
    elif why.off_area and why.at_home is not None:
        home, here = why.at_home, why.before
        if why.by_gap:
            beda, wide = f": bedanya paling sedikit {id_score(gap)}", f": a gap of at least {en_score(gap)}"
            beda, wide = (beda, wide) if gap else ("", "")
            yield Text(
                f"Pemberi mengutamakan {wilayah} lain, tetapi skor tertinggi di sana {id_score(home)}, sedangkan di sini "
                f"{id_score(here)} sebelum rencana ini{beda}.",
                f"The giver prefers another {area}, but the highest score there is {en_score(home)}, and here it was "
                f"{en_score(here)} before this plan{wide}.",
            )
        else:
            yield Text(
                f"Pemberi mengutamakan {wilayah} lain. Skor tertinggi di sana {id_score(home)}, dan di sini {id_score(here)} sebelum "
                "rencana ini; komitmen ini dibagi dalam kiriman yang utuh.",
                f"The giver prefers another {area}. The highest score there is {en_score(home)}, and here it was {en_score(here)} "
                "before this plan; this commitment is shared out in whole drops.",
            )
    elif why.own_area and why.next_higher and why.next_off_area:
        if why.by_gap:
            yield Text(
                f"Pemberi mengutamakan {wilayah} ini, dan skor {next_name}, di luar {wilayah} itu, belum {id_score(gap)} "
                "lebih tinggi.",
                f"The giver prefers this {area}, and the score of {next_name}, outside it, is not {en_score(gap)} higher.",
            )
        else:
            yield Text(
                f"Pemberi mengutamakan {wilayah} ini; {next_name} di luarnya, dan komitmen ini dibagi dalam kiriman yang utuh.",
                f"The giver prefers this {area}; {next_name} lies outside it, and this commitment is shared out in whole drops.",
            )


def _of_the_next(why: Why, next_name: str) -> Iterable[Text]:
    if why.next_target_id is None:
        return
    if why.tie:
        yield Text(
            f"{next_name} sama skornya; di antara yang sama, urutan diundi dengan kode yang diumumkan sebelumnya.",
            f"{next_name} has the same score; among equals the order is drawn with the seed published beforehand.",
        )
        return
    yield Text(
        f"Giliran berikutnya {next_name}, dengan skor {id_score(why.next_score)}.",
        f"Next in line is {next_name}, with a score of {en_score(why.next_score)}.",
    )
    movable = why.drop.quantity - why.least
    if not why.next_higher or why.by_gap:
        return
    if not movable:
        yield Text(
            f"Kiriman ini tidak dapat lebih kecil: dari komitmen ini ke sini paling sedikit {id_count(why.least)}.",
            f"This drop can't be smaller: one of this commitment here is {en_count(why.least)} at least.",
        )
    elif why.next_least > movable:
        yield Text(
            f"Kiriman komitmen ini ke sana paling sedikit {id_count(why.next_least)}, sedangkan kiriman ini paling banyak dapat "
            f"dikurangi {id_count(movable)}.",
            f"A drop of this commitment there is {en_count(why.next_least)} at least, while this one can be smaller by "
            f"{en_count(movable)} at most.",
        )


def id_count(units: int) -> str:
    """A number of units as it is written in Indonesian: 1.250."""
    return f"{units:,}".replace(",", ".")


def en_count(units: int) -> str:
    """A number of units as it is written in English: 1,250."""
    return f"{units:,}"


def id_score(thousandths: int) -> str:
    """A score as it is written in Indonesian: 1,25."""
    return _comma(en_score(thousandths))


def en_score(thousandths: int) -> str:
    """A score as it is written in English: 1.25. Cut off, not rounded, so that "0.69 or more" holds."""
    return f"{thousandths // 10 / 100:.2f}"


def _comma(number: str) -> str:
    return number.replace(".", ",")
