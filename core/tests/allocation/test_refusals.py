"""Who gets nothing, and what finds no place, is told why, and what is told holds."""

import re
from datetime import date

import pytest
from hypothesis import given, settings

from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.allocation.reasons import score
from ksbb.allocation.refusals import Cause, Unplaced, unplaced, why_nothing
from ksbb.allocation.solve import allocate
from ksbb.domain.text import Text

from .problems import TODAY, demand, offer, problem, small_problems

HERE, THERE = "31.71.01.1001", "31.72.01.1001"


def nothing_for(demands: list[Demand], offers: list[Offer]) -> Text:
    """Why the first target gets nothing."""
    given_problem = problem(demands, offers)
    plan = allocate(given_problem)
    assert [drop for drop in plan.drops if drop.target_id == "target-1"] == []
    return why_nothing(given_problem, plan, "target-1")


def test_all_is_promised() -> None:
    assert nothing_for([demand(1, given=10)], [offer(1)]) == Text(
        "Kebutuhannya 10 sudah dijanjikan atau diterima seluruhnya.", "Its need of 10 is promised or delivered in full."
    )


@pytest.mark.parametrize("offers", [[], [offer(1, expires_on=date(2026, 3, 31))]], ids=["none", "expired"])
def test_there_is_no_aid(offers: list[Offer]) -> None:
    assert nothing_for([demand(1)], offers) == Text(
        "Tidak ada bantuan jenis ini yang masih berlaku dan belum dibagikan.",
        "There is no aid of this kind that is still valid and not shared out.",
    )


def test_no_commitment_may_come_here() -> None:
    assert nothing_for([demand(1)], [offer(1, areas=("31.72",)), offer(2, kinds=frozenset({"orphanage"}))]) == Text(
        "Dari 2 komitmen yang belum dibagikan, tidak satu pun boleh untuk wilayah dan jenis sasaran ini.",
        "Of the 2 commitments not shared out, none may go to this area and kind of target.",
    )


def test_it_has_its_part() -> None:
    assert nothing_for([demand(1)], [offer(1, served=frozenset({"target-1"}))]) == Text(
        "Sasaran ini sudah mendapat bagian dari 1 komitmen yang boleh untuknya, dan tiap komitmen hanya sekali.",
        "It already has a part of the 1 commitments that may go to it, and each comes only once.",
    )


def test_others_are_worse_off() -> None:
    assert nothing_for([demand(1, need=100, given=80), demand(2, need=100)], [offer(1, quantity=30)]) == Text(
        "Skor kekurangannya 0,20. Semua yang dilayani lebih kekurangan: setelah rencana ini pun skornya paling sedikit 0,70.",
        "Its shortfall score is 0.20. All that are served are worse off: even after this plan their scores are 0.70 or more.",
    )


def test_its_shortfall_is_not_enough_to_leave_the_preferred_area() -> None:
    here = demand(1, need=100, given=50, area_code=THERE)
    assert nothing_for([here, demand(2, need=100, given=50)], [offer(1, quantity=10, prefers="31.71")]) == Text(
        "Semua komitmen yang boleh ke sini mengutamakan wilayah lain. Skor kekurangan di sini 0,50, tidak 0,20 lebih tinggi "
        "daripada yang dilayani, yang skornya paling sedikit 0,40.",
        "All commitments that may come here prefer other areas. The shortfall score here is 0.50, not 0.20 above those served, "
        "whose scores are 0.40 or more.",
    )


def test_its_share_is_smaller_than_a_drop() -> None:
    assert nothing_for(
        [demand(1, need=100, given=50), demand(2, need=100, given=45)], [offer(1, quantity=20, lot=20)]
    ) == Text(
        "Bagian wajarnya 5, lebih kecil daripada satu kiriman, yang paling sedikit 20. Kekurangannya tetap dihitung penuh dalam "
        "rencana berikutnya.",
        "Its fair share is 5, smaller than one drop, which is 20 at least. Its shortfall counts in full in the next plan.",
    )


def test_what_could_come_went_elsewhere_in_whole_drops() -> None:
    lines = [offer(0, quantity=1, lot=None), offer(1, quantity=2, lot=None)]
    assert nothing_for([demand(0, need=1), demand(1, need=2), demand(2, need=1)], lines) == Text(
        "Bagian wajarnya 1, tetapi komitmen yang boleh ke sini habis dalam kiriman utuh ke sasaran lain; sisanya lebih kecil "
        "daripada satu kiriman, yang paling sedikit 1. Kekurangannya tetap dihitung penuh dalam rencana berikutnya.",
        "Its fair share is 1, but the commitments that may come here went to other targets in whole drops; what is left of each "
        "is less than one drop, which is 1 at least. Its shortfall counts in full in the next plan.",
    )


def test_an_unknown_target_is_no_part_of_the_problem() -> None:
    empty = problem([], [])
    with pytest.raises(KeyError):
        why_nothing(empty, allocate(empty), "target-1")


@given(small_problems())
@settings(max_examples=300, deadline=None)
def test_what_is_said_of_nothing_holds(given_problem: Problem) -> None:
    plan = allocate(given_problem)
    got = {
        one.target_id: sum(d.quantity for d in plan.drops if d.target_id == one.target_id)
        for one in given_problem.demands
    }
    after = {one.target_id: score(one, one.given + got[one.target_id]) for one in given_problem.demands}
    fair = dict(zip(got, plan.fair.totals(len(got)), strict=True))
    for one in given_problem.demands:
        if got[one.target_id]:
            continue
        said = why_nothing(given_problem, plan, one.target_id).en
        lines = [line for line in given_problem.offers if not line.expired(TODAY)]
        able = [line for line in lines if line.may_serve(one)]
        served = {d.target_id for d in plan.drops if d.line_id in {line.line_id for line in able}}
        if "in full" in said and "next plan" not in said:
            assert one.open == 0
        elif "still valid" in said:
            assert lines == []
        elif "none may go" in said or "already has" in said:
            assert able == []
        elif "worse off" in said:
            assert served
            assert all(after[other] >= score(one, one.given) for other in served)
        elif "prefer other areas" in said:
            assert all(line.leaves_preference(one) for line in able)
            assert all(score(one, one.given) - after[other] < given_problem.off_area * 10 for other in served)
        else:
            drop = min(line.least(one) for line in able)
            assert f"fair share is {fair[one.target_id]}" in said
            assert f"{drop} at least" in said
            assert ("smaller than one drop" in said) == (fair[one.target_id] < drop)
            for line in able:
                used = sum(d.quantity for d in plan.drops if d.line_id == line.line_id)
                assert line.quantity - used < line.least(one)


@pytest.mark.parametrize(
    ("demands", "line", "expected"),
    [
        (
            [demand(1)],
            offer(1, expires_on=date(2026, 3, 31)),
            Unplaced(
                "line-1",
                10,
                Cause.EXPIRED,
                Text(
                    "10 tidak dapat dibagikan: masa berlakunya habis pada 2026-03-31.",
                    "10 can't be shared out: it expired on 2026-03-31.",
                ),
            ),
        ),
        (
            [demand(1)],
            offer(1, areas=("31.72",)),
            Unplaced(
                "line-1",
                10,
                Cause.NO_TARGET,
                Text(
                    "10 tidak mempunyai tujuan: tidak ada kebutuhan di wilayah dan jenis sasaran yang dibolehkan pemberi. "
                    "Mintalah pemberi melonggarkannya, atau catat kebutuhan yang belum ada.",
                    "10 have nowhere to go: there is no need in the areas and kinds of target that the giver allows. Ask the "
                    "giver to widen them, or record the needs that are missing.",
                ),
            ),
        ),
        (
            [demand(1, given=10), demand(2, area_code=THERE)],
            offer(1, areas=("31.71",)),
            Unplaced(
                "line-1",
                10,
                Cause.NO_NEED,
                Text(
                    "10 tidak diperlukan: semua kebutuhan yang boleh diisinya sudah dijanjikan atau diterima sebelum rencana ini.",
                    "10 aren't needed: all needs that it may serve were promised or delivered before this plan.",
                ),
            ),
        ),
        (
            [demand(1)],
            offer(1, served=frozenset({"target-1"})),
            Unplaced(
                "line-1",
                10,
                Cause.HAS_ITS_PART,
                Text(
                    "10 tidak mempunyai tujuan lagi: semua yang masih kekurangan sudah mendapat bagian dari komitmen ini.",
                    "10 have nowhere left to go: all that are still short already have a part of this commitment.",
                ),
            ),
        ),
        (
            [demand(1)],
            offer(1, quantity=14),
            Unplaced(
                "line-1",
                4,
                Cause.MET_BY_OTHERS,
                Text(
                    "4 tidak diperlukan lagi: dengan rencana ini semua kebutuhan yang boleh diisinya terpenuhi.",
                    "4 aren't needed any more: with this plan all needs that it may serve are met.",
                ),
            ),
        ),
    ],
    ids=lambda given: given.cause if isinstance(given, Unplaced) else "",
)
def test_what_finds_no_place_says_why(demands: list[Demand], line: Offer, expected: Unplaced) -> None:
    given_problem = problem(demands, [line])
    assert unplaced(given_problem, allocate(given_problem)) == [expected]


def test_a_rest_that_is_smaller_than_a_drop() -> None:
    given_problem = problem([demand(0, need=1), demand(1, need=2)], [offer(1, quantity=2, lot=None)])
    assert unplaced(given_problem, allocate(given_problem)) == [
        Unplaced(
            "line-1",
            1,
            Cause.REST_TOO_SMALL,
            Text(
                "1 tersisa, lebih sedikit daripada satu kiriman, yang paling sedikit 2 bagi yang masih kekurangan.",
                "1 are left, less than one drop, which is 2 at least for those still short.",
            ),
        )
    ]


def test_gaps_that_are_smaller_than_a_drop() -> None:
    given_problem = problem([demand(1, need=15)], [offer(1, lot=10), offer(2, lot=10)])
    assert unplaced(given_problem, allocate(given_problem)) == [
        Unplaced(
            "line-2",
            10,
            Cause.GAPS_TOO_SMALL,
            Text(
                "10 tersisa: yang masih kekurangan kurangnya lebih sedikit daripada satu kiriman, atau satu kiriman ke sana "
                "lebih banyak daripada sisa ini.",
                "10 are left: whoever is still short lacks less than one drop, or one drop there is more than what is left.",
            ),
        )
    ]


@given(small_problems())
@settings(max_examples=300, deadline=None)
def test_what_is_said_of_a_rest_holds(given_problem: Problem) -> None:
    plan = allocate(given_problem)
    got = {
        one.target_id: sum(d.quantity for d in plan.drops if d.target_id == one.target_id)
        for one in given_problem.demands
    }
    rests = {rest.line_id: rest for rest in unplaced(given_problem, plan)}
    for line in given_problem.offers:
        left = line.quantity - sum(d.quantity for d in plan.drops if d.line_id == line.line_id)
        assert (line.line_id in rests) == (left > 0)
        if not left:
            continue
        rest = rests[line.line_id]
        assert rest.quantity == left
        assert rest.message.en.startswith(f"{left} ")
        able = [one for one in given_problem.demands if line.may_serve(one) and one.open > 0]
        short = [one for one in able if got[one.target_id] < one.open]
        match rest.cause:
            case Cause.EXPIRED:
                assert line.expired(TODAY)
            case Cause.NO_TARGET | Cause.NO_NEED | Cause.HAS_ITS_PART:
                assert able == []
            case Cause.MET_BY_OTHERS:
                assert able
                assert short == []
            case Cause.REST_TOO_SMALL:
                least = re.search(r"which is (\d+) at least", rest.message.en)
                assert least
                assert left < int(least[1]) == min(line.least(one) for one in short)
            case Cause.GAPS_TOO_SMALL:
                assert short
                assert all(line.least(one) > min(left, one.open - got[one.target_id]) for one in short)
