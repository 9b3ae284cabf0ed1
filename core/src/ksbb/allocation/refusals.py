"""Why a target gets nothing, and why a part of a commitment finds no place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ksbb.allocation.measure import STEPS
from ksbb.allocation.plan import Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.allocation.reasons import (
    en_count,
    en_score,
    id_count,
    id_score,
    of_the_score,
    score,
    shortfall,
    totals_of,
)
from ksbb.allocation.wishes import kinds_of, wish_of
from ksbb.domain.text import Text


def why_nothing(problem: Problem, plan: Plan, target_id: str) -> Text:
    """Why a target gets nothing of a plan as `allocate` made it. Raises KeyError for a target that isn't part of the problem."""
    demand = {demand.target_id: demand for demand in problem.demands}[target_id]
    if demand.open <= 0:
        return Text(
            f"Kebutuhannya {id_count(demand.need)} sudah dijanjikan atau diterima seluruhnya.",
            f"Its need of {en_count(demand.need)} is promised or delivered in full.",
        )
    parts = [
        Text(
            f"Tidak mendapat bagian dari rencana ini; kebutuhannya {id_count(demand.need)}, yang sudah dijanjikan atau diterima "
            f"{id_count(demand.given)}.",
            f"It gets nothing of this plan; it needs {en_count(demand.need)}, and had {en_count(demand.given)} promised or "
            "delivered.",
        ),
        *_of_the_offers(problem, plan, demand),
    ]
    return Text(" ".join(part.id for part in parts), " ".join(part.en for part in parts))


def _of_the_offers(problem: Problem, plan: Plan, demand: Demand) -> Iterable[Text]:
    in_time = [offer for offer in problem.offers if not offer.expired(problem.today)]
    allowed = [offer for offer in in_time if offer.reaches(demand)]
    able = [offer for offer in allowed if offer.may_serve(demand)]
    had = len(allowed) - len(able)
    if not in_time:
        yield Text(
            "Tidak ada bantuan jenis ini yang masih berlaku dan belum dibagikan.",
            "There is no aid of this kind that is still valid and not shared out.",
        )
    elif not allowed:
        yield Text(
            f"Dari {id_count(len(in_time))} komitmen yang belum dibagikan, tidak satu pun boleh untuk wilayah dan jenis sasaran ini.",
            f"Of the {_commitments(len(in_time))} not shared out, none may go to this area and kind of target.",
        )
    elif not able:
        yield Text(
            f"Dari {id_count(had)} komitmen yang boleh ke sini, semua sudah pernah dijanjikan ke sasaran ini, juga bila janjinya "
            "dilepas, dan tiap komitmen hanya dijanjikan sekali.",
            f"Of the {_commitments(had)} that may come here, each was promised to it before, even where that was released, "
            "and each is promised only once.",
        )
    else:
        if had:
            yield Text(
                f"Dari {id_count(len(allowed))} komitmen untuk wilayah dan jenis sasaran ini, {id_count(had)} sudah pernah "
                "dijanjikan ke sini, juga bila janjinya dilepas, dan tiap komitmen hanya dijanjikan sekali.",
                f"Of the {_commitments(len(allowed))} for this area and kind of target, {en_count(had)} "
                f"{'was' if had == 1 else 'were'} promised to it before, even where that was released, and each is promised "
                "only once.",
            )
        yield _of_the_able(problem, plan, demand, able)


def _commitments(count: int) -> str:
    return f"{en_count(count)} commitment{'' if count == 1 else 's'}"


def _of_the_able(problem: Problem, plan: Plan, demand: Demand, able: Sequence[Offer]) -> Text:
    demands = {other.target_id: other for other in problem.demands}
    totals, lines = totals_of(plan.drops), {offer.line_id: offer for offer in able}
    own, points, meaning = shortfall(demand, demand.given), score(demand, demand.given), of_the_score(demand.weight)
    home: dict[str, Fraction] = {}
    others: dict[str, Fraction] = {}
    for drop in plan.drops:
        if drop.line_id in lines:
            other = demands[drop.target_id]
            there = others if lines[drop.line_id].leaves_preference(other) else home
            there[drop.target_id] = shortfall(other, other.given + totals[drop.target_id])
    served = home | others
    if served and min(served.values()) >= own:
        least = _least(served)
        return Text(
            f"Skor kekurangannya {id_score(points)} ({meaning.id}). Semua yang dilayani komitmen yang boleh ke sini sama "
            f"atau lebih kekurangan: setelah rencana ini pun skornya paling sedikit {id_score(least)}.",
            f"Its shortfall score is {en_score(points)} ({meaning.en}). All that the commitments which may come here serve are no "
            f"better off: even after this plan their scores are {en_score(least)} or more.",
        )
    gap = Fraction(problem.off_area, 100)
    if (
        home
        and own - min(home.values()) < gap
        and min(others.values(), default=own) >= own
        and all(offer.leaves_preference(demand) for offer in able)
    ):
        least, least_gap = _least(home), problem.off_area * 10
        by_kind = any(offer.favours for offer in able)
        wilayah, areas = ("tujuan", "destinations") if by_kind else ("wilayah", "areas")
        return Text(
            f"Skor kekurangannya {id_score(points)} ({meaning.id}). Semua komitmen yang boleh ke sini mengutamakan {wilayah} "
            f"lain, dan skor di sini tidak {id_score(least_gap)} lebih tinggi daripada yang dilayaninya di sana, yang skornya "
            f"paling sedikit {id_score(least)}.",
            f"Its shortfall score is {en_score(points)} ({meaning.en}). All commitments that may come here prefer other {areas}, "
            f"and the score here is not {en_score(least_gap)} above those they serve there, whose scores are {en_score(least)} "
            "or more.",
        )
    fair = plan.fair.totals(len(problem.demands))[problem.demands.index(demand)]
    if not fair:
        return _of_no_share(problem, plan, demand, able)
    smallest = min(offer.least(demand) for offer in able)
    if fair < smallest:
        return Text(
            f"Bagian wajarnya, tanpa batas terkecil satu kiriman, {id_count(fair)}, tetapi satu kiriman ke sini paling sedikit "
            f"{id_count(smallest)}. Kekurangannya tetap dihitung penuh dalam rencana berikutnya.",
            f"Its fair share, with no least size of a drop, is {en_count(fair)}, but one drop here is {en_count(smallest)} at "
            "least. Its shortfall counts in full in the next plan.",
        )
    return Text(
        f"Bagian wajarnya, tanpa batas terkecil satu kiriman, {id_count(fair)}, tetapi komitmen yang boleh ke sini habis dalam "
        f"kiriman utuh ke sasaran lain; sisa masing-masing lebih kecil daripada satu kiriman, yang ke sini paling sedikit "
        f"{id_count(smallest)}. Kekurangannya tetap dihitung penuh dalam rencana berikutnya.",
        f"Its fair share, with no least size of a drop, is {en_count(fair)}, but the commitments that may come here went to other "
        f"targets in whole drops; what is left of each is less than one drop, which is {en_count(smallest)} at least here. Its "
        "shortfall counts in full in the next plan.",
    )


def _of_no_share(problem: Problem, plan: Plan, demand: Demand, able: Sequence[Offer]) -> Text:
    """Why a target has no fair share: what could come went to those worse off.

    A commitment that may come here has nothing left in the fair shares. Mostly all who share it keep a score that is no lower; else
    a step of the share here would be worth no more than any that was given, less λ where a preferred area is left (`certificate`).
    """
    kinds = kinds_of(problem)
    wishes = {wish_of(offer, kinds) for offer in able}
    totals = plan.fair.totals(len(problem.demands))
    sharing = {j: problem.demands[j] for wish, j in plan.fair.given if wish in wishes}
    shared = {other.target_id: shortfall(other, other.given + totals[j]) for j, other in sharing.items()}
    points, meaning = score(demand, demand.given), of_the_score(demand.weight)
    said = Text(
        f"Skor kekurangannya {id_score(points)} ({meaning.id}). Bagian wajarnya, tanpa batas terkecil satu kiriman, 0:",
        f"Its shortfall score is {en_score(points)} ({meaning.en}). Its fair share, with no least size of a drop, is 0:",
    )
    own, before = shortfall(demand, demand.given), min(shortfall(other, other.given) for other in sharing.values())
    if before > own:
        points = int(before * 1000)
        said = Text(
            f"{said.id} skor sasaran lain yang mendapat bagian wajar dari komitmen yang boleh ke sini lebih tinggi, paling sedikit "
            f"{id_score(points)} sebelum rencana ini",
            f"{said.en} the others that have a fair share of the commitments which may come here had higher scores, "
            f"{en_score(points)} or more before this plan",
        )
    if before > own and min(shared.values()) >= own:
        after = _least(shared)
        return Text(
            f"{said.id} dan {id_score(after)} dengan bagian itu. Bahwa skor sebagian yang dilayani kini lebih rendah, hanya karena "
            "kiriman harus utuh.",
            f"{said.en} and {en_score(after)} or more with that share. Only because drops must be whole do some of those served have "
            "lower scores now.",
        )
    wilayah, areas = (
        (
            ", bila wilayah yang diutamakan pemberi ikut dihitung",
            ", once the areas that givers prefer are taken into account",
        )
        if problem.off_area and any(offer.leaves_preference(demand) for offer in able)
        else ("", "")
    )
    awal, start = (". Bagian", ". Fair") if before > own else (" bagian", " fair")
    return Text(
        f"{said.id}{awal} wajar diberikan dalam langkah 1/{STEPS} kebutuhan, paling sedikit satu, dan tiap langkah dinilai menurut "
        "skor di tengahnya. Langkah di sini tidak lebih bernilai daripada yang diberikan kepada sasaran lain dari komitmen yang "
        f"boleh ke sini{wilayah}.",
        f"{said.en}{start} shares are given in steps of 1/{STEPS} of a need, at least one, each valued by the score half-way. A step "
        f"here is worth no more than any that was given to others from the commitments which may come here{areas}.",
    )


def _least(scores: Mapping[str, Fraction]) -> int:
    return int(min(scores.values()) * 1000)


class Cause(StrEnum):
    """Why a part of a commitment line finds no place."""

    EXPIRED = "expired"
    NO_TARGET = "no_target"
    HAS_ITS_PART = "has_its_part"
    NO_NEED = "no_need"
    MET_BY_OTHERS = "met_by_others"
    GAPS_TOO_SMALL = "gaps_too_small"
    REST_TOO_SMALL = "rest_too_small"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """So many units of a line that a plan leaves over, and why."""

    line_id: str
    quantity: int
    cause: Cause
    message: Text


def unplaced(problem: Problem, plan: Plan) -> list[Unplaced]:
    """What a plan leaves over of each line, in the order of the lines; the plan is as `allocate` made it."""
    used: defaultdict[str, int] = defaultdict(int)
    for drop in plan.drops:
        used[drop.line_id] += drop.quantity
    totals = totals_of(plan.drops)
    found = []
    for offer in problem.offers:
        left = offer.quantity - used[offer.line_id]
        if left > 0:
            cause, message = _cause(problem, offer, left, totals)
            found.append(Unplaced(offer.line_id, left, cause, message))
    return found


def _cause(problem: Problem, offer: Offer, left: int, totals: Mapping[str, int]) -> tuple[Cause, Text]:
    if (known := _known_before(problem, offer, left)) is not None:
        return known
    able = [demand for demand in problem.demands if offer.may_serve(demand)]
    short = [demand for demand in able if totals[demand.target_id] < demand.open]
    if not short:
        return Cause.MET_BY_OTHERS, Text(
            f"{id_count(left)} tidak diperlukan lagi: dengan rencana ini semua kebutuhan yang boleh diisinya "
            "terpenuhi.",
            f"{en_count(left)} {_are(left)}n't needed any more: with this plan all needs that it may serve are met.",
        )
    least = min(offer.least(demand) for demand in short)
    if left < least:
        return Cause.REST_TOO_SMALL, Text(
            f"{id_count(left)} tersisa, lebih sedikit daripada satu kiriman, yang paling sedikit {id_count(least)} bagi yang masih "
            "kekurangan. Rencana berikutnya boleh mengirimnya, sebab satu kiriman tidak perlu lebih dari sisa komitmennya.",
            f"{en_count(left)} {_are(left)} left, less than one drop, which is {en_count(least)} at least for those still short. "
            "The next plan may send it, for a drop need not be more than what is left of its commitment.",
        )
    return Cause.GAPS_TOO_SMALL, Text(
        f"{id_count(left)} tersisa: yang masih kekurangan kurangnya lebih sedikit daripada satu kiriman, atau satu kiriman ke sana "
        "lebih banyak daripada sisa ini. Rencana berikutnya boleh mengirimnya, sebab satu kiriman tidak perlu lebih dari sisa "
        "komitmennya atau dari kekurangan yang ada.",
        f"{en_count(left)} {_are(left)} left: whoever is still short lacks less than one drop, or one drop there is more than what "
        "is left. The next plan may send it, for a drop need not be more than what is left of its commitment or what is lacking.",
    )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _known_before(problem: Problem, offer: Offer, left: int) -> tuple[Cause, Text] | None:
    """Why an offer can't be placed, where that was so before any plan."""
    if offer.expired(problem.today):
        until = f"{offer.expires_on:%Y-%m-%d}"
        return Cause.EXPIRED, Text(
            f"{id_count(left)} tidak dapat dibagikan: masa berlakunya habis pada {until}.",
            f"{en_count(left)} can't be shared out: it expired on {until}.",
        )
    reached = [demand for demand in problem.demands if offer.reaches(demand)]
    if not reached:
        return Cause.NO_TARGET, Text(
            f"{id_count(left)} tidak mempunyai tujuan: tidak ada kebutuhan di wilayah dan jenis sasaran yang "
            "dibolehkan pemberi. Mintalah pemberi melonggarkannya, atau catat kebutuhan yang belum ada.",
            f"{en_count(left)} {_have(left)} nowhere to go: there is no need in the areas and kinds of target that "
            "the giver allows. Ask the giver to widen them, or record the needs that are missing.",
        )
    if all(demand.open <= 0 for demand in reached):
        return Cause.NO_NEED, Text(
            f"{id_count(left)} tidak diperlukan: semua kebutuhan yang boleh diisinya sudah dijanjikan atau "
            "diterima sebelum rencana ini.",
            f"{en_count(left)} {_are(left)}n't needed: all needs that it may serve were promised or delivered before this plan.",
        )
    if all(demand.open <= 0 or demand.target_id in offer.served for demand in reached):
        return Cause.HAS_ITS_PART, Text(
            f"{id_count(left)} tidak mempunyai tujuan lagi: komitmen ini sudah pernah dijanjikan kepada semua yang masih "
            "kekurangan, dan hanya dijanjikan sekali.",
            f"{en_count(left)} {_have(left)} nowhere left to go: this commitment was promised before to all that are still "
            "short, and it is promised only once.",
        )
    return None
