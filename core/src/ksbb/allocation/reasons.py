"""Why a target gets a drop: a short record, and sentences made from it that can be read aloud."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a drop is made. Scores are weighted shortfalls in thousandths: 1,500 is a target of weight 1.5 that has nothing.

    `given` is what the target had before the plan, `total` what the plan gives it altogether. `next_target_id` is the target
    worst off after the plan that the same line might have served, None where nobody is left. `off_area`: the drop leaves the
    area that is preferred, where the worst score left is then `at_home`, None where nobody there is short any more. `tie`: the next
    in line has the same score, so that the published seed decided. `least` is the smallest drop that the line makes there, in units;
    `least_gap` is λ, in thousandths.
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
    off_area: bool
    at_home: int | None
    tie: bool
    least: int
    least_gap: int


def score(demand: Demand, given: int) -> int:
    """The weighted shortfall of a target that has so much, in thousandths."""
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
    scores = {demand.target_id: score(demand, demand.given + totals[demand.target_id]) for demand in problem.demands}
    waiting = sorted(
        (demand for demand in problem.demands if totals[demand.target_id] < demand.open),
        key=lambda demand: (-scores[demand.target_id], demand.target_id),
    )
    lines = {line_id: _in_line(offers[line_id], waiting) for line_id in {drop.line_id for drop in plan.drops}}
    told_of = []
    for drop in plan.drops:
        demand, (behind, home) = demands[drop.target_id], lines[drop.line_id]
        following = next((other for other in behind if other.target_id != drop.target_id), None)
        after, off_area = scores[drop.target_id], offers[drop.line_id].leaves_preference(demand)
        why = Why(
            drop=drop,
            need=demand.need,
            given=demand.given,
            total=totals[drop.target_id],
            weight=demand.weight,
            before=score(demand, demand.given),
            after=after,
            next_target_id=following.target_id if following else None,
            next_score=scores[following.target_id] if following else 0,
            off_area=off_area,
            at_home=scores[home.target_id] if off_area and home else None,
            tie=following is not None and scores[following.target_id] == after,
            least=offers[drop.line_id].least(demand),
            least_gap=problem.off_area * 10,
        )
        told_of.append(why)
    return told_of


def _in_line(offer: Offer, waiting: list[Demand]) -> tuple[list[Demand], Demand | None]:
    """The first two in line for an offer, for the first may be the target itself, and the first in the area that "
    "it prefers."""
    able = (demand for demand in waiting if offer.may_serve(demand))
    home = (demand for demand in waiting if not offer.leaves_preference(demand) and offer.may_serve(demand))
    return list(islice(able, 2)), next(home, None)


def told(why: Why, name: str, next_name: str = "", unit: Text | None = None) -> Text:
    """A drop's reason in a few sentences; `name` and `next_name` are what people call the targets, `unit` what "
    "the aid is counted in."""
    covered, weight, units = why.given + why.total, why.weight / 100, why.drop.quantity
    paket, package = (f" {unit.id}", f" ({unit.en})") if unit else ("", "")
    first = Text(
        f"{name} mendapat {id_count(units)}{paket} dari komitmen ini. Kebutuhannya {id_count(why.need)}; yang "
        "sudah dijanjikan "
        f"atau diterima {id_count(why.given)}, dan menjadi {id_count(covered)} dengan rencana ini. Skor "
        "kekurangannya turun dari "
        f"{id_score(why.before)} menjadi {id_score(why.after)}, yaitu bagian yang belum terpenuhi dikali bobot "
        f"{_comma(f'{weight:g}')}.",
        f"{name} gets {en_count(units)}{package} of this commitment. It needs {en_count(why.need)}; "
        f"{en_count(why.given)} are "
        f"promised or delivered, and {en_count(covered)} with this plan. Its shortfall score falls from "
        f"{en_score(why.before)} to "
        f"{en_score(why.after)}: the part of its need that is not covered, times its weight of {weight:g}.",
    )
    parts = [first, *_of_the_area(why), *_of_the_next(why, next_name)]
    return Text(" ".join(part.id for part in parts), " ".join(part.en for part in parts))


def _of_the_area(why: Why) -> Iterable[Text]:
    if not why.off_area:
        return
    if why.at_home is None:
        yield Text(
            "Pemberi mengutamakan wilayah lain, tetapi di sana tidak ada lagi kekurangan yang boleh diisi "
            "komitmen ini.",
            "The giver prefers another area, but nobody whom this commitment may serve is short there any more.",
        )
        return
    there = Text(
        f"Pemberi mengutamakan wilayah lain, tetapi skor tertinggi di sana {id_score(why.at_home)}, "
        f"sedangkan di sini {id_score(why.before)} sebelum rencana ini",
        f"The giver prefers another area, but the highest score there is {en_score(why.at_home)}, "
        f"and here it was {en_score(why.before)} before this plan",
    )
    if why.before - why.at_home >= why.least_gap > 0:
        gap = why.least_gap
        yield Text(
            f"{there.id}: bedanya paling sedikit {id_score(gap)}.", f"{there.en}: a gap of at least {en_score(gap)}."
        )
    else:
        yield Text(
            f"{there.id}; sisa komitmen ini dibagi dalam kiriman yang utuh.",
            f"{there.en}; this commitment is shared out in whole drops.",
        )


def _of_the_next(why: Why, next_name: str) -> Iterable[Text]:
    if why.tie:
        yield Text(
            f"{next_name} sama skornya; di antara yang sama, urutan diundi dengan kode yang diumumkan sebelumnya.",
            f"{next_name} has the same score; among equals the order is drawn with the seed published beforehand.",
        )
    elif why.next_target_id is not None:
        yield Text(
            f"Giliran berikutnya {next_name}, dengan skor {id_score(why.next_score)}.",
            f"Next in line is {next_name}, with a score of {en_score(why.next_score)}.",
        )
    if not why.tie and why.next_score > why.after:
        yield Text(
            f"Satu kiriman dari komitmen ini ke sini paling sedikit {id_count(why.least)}, dan kiriman tambahan ke tempat lain hanya "
            "dibuat bila cukup berarti di sana.",
            f"A drop of this commitment here is {en_count(why.least)} at least, and a further drop elsewhere is made only where it "
            "makes enough of a difference there.",
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
    """A score as it is written in English: 1.25."""
    return f"{thousandths / 1000:.2f}"


def _comma(number: str) -> str:
    return number.replace(".", ",")
