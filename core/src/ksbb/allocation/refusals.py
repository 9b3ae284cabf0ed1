"""Why a target gets nothing, and why a part of a commitment finds no place."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ksbb.allocation.plan import Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.allocation.reasons import en_count, en_score, id_count, id_score, score, totals_of
from ksbb.domain.text import Text


def why_nothing(problem: Problem, plan: Plan, target_id: str) -> Text:
    """Why a target gets nothing of a plan as `allocate` made it. Raises KeyError for a target that isn't part of "
    "the problem."""
    demand = {demand.target_id: demand for demand in problem.demands}[target_id]
    if demand.open <= 0:
        return Text(
            f"Kebutuhannya {id_count(demand.need)} sudah dijanjikan atau diterima seluruhnya.",
            f"Its need of {en_count(demand.need)} is promised or delivered in full.",
        )
    in_time = [offer for offer in problem.offers if not offer.expired(problem.today)]
    if not in_time:
        return Text(
            "Tidak ada bantuan jenis ini yang masih berlaku dan belum dibagikan.",
            "There is no aid of this kind that is still valid and not shared out.",
        )
    allowed = [offer for offer in in_time if offer.reaches(demand)]
    if not allowed:
        return Text(
            f"Dari {id_count(len(in_time))} komitmen yang belum dibagikan, tidak satu pun boleh untuk wilayah dan "
            "jenis sasaran ini.",
            f"Of the {en_count(len(in_time))} commitments not shared out, none may go to this area and kind of target.",
        )
    able = [offer for offer in allowed if offer.may_serve(demand)]
    if not able:
        return Text(
            f"Sasaran ini sudah mendapat bagian dari {id_count(len(allowed))} komitmen yang boleh untuknya, dan "
            "tiap komitmen hanya sekali.",
            f"It already has a part of the {en_count(len(allowed))} commitments that may go to it, and each comes "
            "only once.",
        )
    return _of_the_able(problem, plan, demand, able)


def _of_the_able(problem: Problem, plan: Plan, demand: Demand, able: Sequence[Offer]) -> Text:
    demands = {other.target_id: other for other in problem.demands}
    totals, lines = totals_of(plan.drops), {offer.line_id for offer in able}
    served = {drop.target_id for drop in plan.drops if drop.line_id in lines}
    own = score(demand, demand.given)
    best_off = min((score(demands[one], demands[one].given + totals[one]) for one in served), default=None)
    smallest = min(offer.least(demand) for offer in able)
    fair = plan.fair.totals(len(problem.demands))[problem.demands.index(demand)]
    if best_off is not None and best_off >= own:
        return Text(
            f"Skor kekurangannya {id_score(own)}. Semua yang dilayani lebih kekurangan: setelah rencana ini pun "
            "skornya paling "
            f"sedikit {id_score(best_off)}.",
            f"Its shortfall score is {en_score(own)}. All that are served are worse off: even after this plan "
            "their scores are "
            f"{en_score(best_off)} or more.",
        )
    if (
        best_off is not None
        and own - best_off < problem.off_area * 10
        and all(o.leaves_preference(demand) for o in able)
    ):
        gap = problem.off_area * 10
        return Text(
            "Semua komitmen yang boleh ke sini mengutamakan wilayah lain. Skor kekurangan di sini "
            f"{id_score(own)}, tidak "
            f"{id_score(gap)} lebih tinggi daripada yang dilayani, yang skornya paling sedikit {id_score(best_off)}.",
            f"All commitments that may come here prefer other areas. The shortfall score here is {en_score(own)}, not "
            f"{en_score(gap)} above those served, whose scores are {en_score(best_off)} or more.",
        )
    if fair < smallest:
        return Text(
            f"Bagian wajarnya {id_count(fair)}, lebih kecil daripada satu kiriman, yang paling sedikit "
            f"{id_count(smallest)}. Kekurangannya tetap "
            "dihitung penuh dalam rencana berikutnya.",
            f"Its fair share is {en_count(fair)}, smaller than one drop, which is {en_count(smallest)} at least. "
            "Its shortfall counts in full in "
            "the next plan.",
        )
    return Text(
        f"Bagian wajarnya {id_count(fair)}, tetapi komitmen yang boleh ke sini habis dalam kiriman utuh ke sasaran "
        "lain; sisanya lebih "
        f"kecil daripada satu kiriman, yang paling sedikit {id_count(smallest)}. Kekurangannya tetap dihitung "
        "penuh dalam rencana berikutnya.",
        f"Its fair share is {en_count(fair)}, but the commitments that may come here went to other targets in "
        "whole drops; what is left "
        f"of each is less than one drop, which is {en_count(smallest)} at least. Its shortfall counts in full in "
        "the next plan.",
    )


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
            f"{en_count(left)} aren't needed any more: with this plan all needs that it may serve are met.",
        )
    least = min(offer.least(demand) for demand in short)
    if left < least:
        return Cause.REST_TOO_SMALL, Text(
            f"{id_count(left)} tersisa, lebih sedikit daripada satu kiriman, yang paling sedikit {id_count(least)} "
            "bagi yang masih kekurangan.",
            f"{en_count(left)} are left, less than one drop, which is {en_count(least)} at least for those still "
            "short.",
        )
    return Cause.GAPS_TOO_SMALL, Text(
        f"{id_count(left)} tersisa: yang masih kekurangan kurangnya lebih sedikit daripada satu kiriman, atau satu "
        "kiriman ke sana lebih "
        "banyak daripada sisa ini.",
        f"{en_count(left)} are left: whoever is still short lacks less than one drop, or one drop there is more "
        "than what is left.",
    )


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
            "dibolehkan pemberi. Mintalah "
            "pemberi melonggarkannya, atau catat kebutuhan yang belum ada.",
            f"{en_count(left)} have nowhere to go: there is no need in the areas and kinds of target that the "
            "giver allows. Ask the giver "
            "to widen them, or record the needs that are missing.",
        )
    if all(demand.open <= 0 for demand in reached):
        return Cause.NO_NEED, Text(
            f"{id_count(left)} tidak diperlukan: semua kebutuhan yang boleh diisinya sudah dijanjikan atau "
            "diterima sebelum rencana ini.",
            f"{en_count(left)} aren't needed: all needs that it may serve were promised or delivered before this plan.",
        )
    if all(demand.open <= 0 or demand.target_id in offer.served for demand in reached):
        return Cause.HAS_ITS_PART, Text(
            f"{id_count(left)} tidak mempunyai tujuan lagi: semua yang masih kekurangan sudah mendapat bagian dari "
            "komitmen ini.",
            f"{en_count(left)} have nowhere left to go: all that are still short already have a part of this "
            "commitment.",
        )
    return None
