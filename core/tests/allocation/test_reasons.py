"""Every drop says why, in sentences that hold."""

import re
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings

from ksbb.allocation.plan import Drop, Plan
from ksbb.allocation.problem import Problem
from ksbb.allocation.reasons import Why, reasons, told
from ksbb.allocation.solve import allocate
from ksbb.domain.text import Text

from .problems import demand, offer, problem, small_problems

TWO = problem([demand(1, need=100), demand(2, need=100, weight=300)], [offer(1, quantity=100, lot=10)])


WHY = Why(
    drop=Drop("target-1", "line-1", 25),
    need=100,
    given=0,
    total=25,
    weight=100,
    before=1000,
    after=750,
    next_target_id="target-2",
    next_score=750,
    next_higher=False,
    next_off_area=False,
    next_least=0,
    by_kind=False,
    own_area=False,
    off_area=False,
    at_home=None,
    tie=True,
    least=10,
    least_gap=200,
    by_gap=False,
)
THERE = "31.72.01.1001"


def test_the_record_of_each_drop() -> None:
    other = replace(
        WHY,
        drop=Drop("target-2", "line-1", 75),
        total=75,
        weight=300,
        before=3000,
        next_target_id="target-1",
    )
    assert reasons(TWO, allocate(TWO)) == [WHY, other]


def test_equals_are_drawn() -> None:
    why = reasons(TWO, allocate(TWO))[1]
    assert told(why, "RW 03 Duri Pulo", "RW 05 Cideng") == Text(
        "RW 03 Duri Pulo mendapat 75 dari komitmen ini; kebutuhannya 100, yang sudah dijanjikan atau diterima 0, dan dengan rencana "
        "ini menjadi 75. Skor kekurangannya (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 3) turun dari 3,00 "
        "menjadi 0,75. RW 05 Cideng sama skornya; di antara yang sama, urutan diundi dengan kode yang diumumkan sebelumnya.",
        "RW 03 Duri Pulo gets 75 of this commitment; it needs 100, had 0 promised or delivered, and has 75 with this plan. Its "
        "shortfall score (the part of its need that is not covered times its weight of 3) falls from 3.00 to 0.75. "
        "RW 05 Cideng has the same score; among equals the order is drawn with the seed published beforehand.",
    )


def test_nearly_equal_scores_are_not_drawn() -> None:
    """0.29779 and 0.29730 are alike in thousandths, and yet the one is higher."""
    demands = [demand(1, need=100_000, given=70_221), demand(2, need=100_000, given=70_260)]
    two = problem(demands, [offer(1, quantity=10)])
    (why,) = reasons(two, allocate(two))
    assert (why.drop.target_id, why.after, why.next_score, why.tie, why.next_higher) == (
        "target-1",
        297,
        297,
        False,
        False,
    )
    assert told(why, "RW 03", "RW 05").en.endswith(
        "falls from 0.29 to 0.29. Next in line is RW 05, with a score of 0.29."
    )


def test_the_next_in_line_is_named() -> None:
    two = problem([demand(1, need=100, given=20, weight=150), demand(2, need=100, given=60)], [offer(1, quantity=20)])
    (why,) = reasons(two, allocate(two))
    assert told(why, "RW 03", "RW 05") == Text(
        "RW 03 mendapat 20 dari komitmen ini; kebutuhannya 100, yang sudah dijanjikan atau diterima 20, dan dengan rencana ini "
        "menjadi 40. Skor kekurangannya (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 1,5) turun dari 1,20 menjadi "
        "0,90. Giliran berikutnya RW 05, dengan skor 0,40.",
        "RW 03 gets 20 of this commitment; it needs 100, had 20 promised or delivered, and has 40 with this plan. Its shortfall "
        "score (the part of its need that is not covered times its weight of 1.5) falls from 1.20 to 0.90. "
        "Next in line is RW 05, with a score of 0.40.",
    )


def test_nobody_is_next_where_all_is_met() -> None:
    (why,) = reasons(one := problem([demand(1)], [offer(1)]), allocate(one))
    assert (why.next_target_id, why.next_score, why.tie) == (None, 0, False)
    assert told(why, "RW 03").en == (
        "RW 03 gets 10 of this commitment; it needs 10, had 0 promised or delivered, and has 10 with this plan. Its shortfall "
        "score (the part of its need that is not covered times its weight of 1) falls from 1.00 to 0.00."
    )


def test_a_lot_that_keeps_others_waiting_is_named() -> None:
    two = problem([demand(1, need=4_000), demand(2, need=4_000)], [offer(1, quantity=3_500, lot=3_000)])
    (why,) = reasons(two, allocate(two))
    assert (why.after, why.next_score, why.least, why.next_least) == (125, 1_000, 3_000, 3_000)
    text = told(why, "RW 03", "RW 05", Text("paket", "package"))
    assert text.id.startswith("RW 03 mendapat 3.500 paket dari komitmen ini; kebutuhannya 4.000, ")
    assert text.id.endswith(
        "Giliran berikutnya RW 05, dengan skor 1,00. Kiriman komitmen ini ke sana paling sedikit 3.000, sedangkan kiriman ini paling "
        "banyak dapat dikurangi 500."
    )
    assert text.en.startswith("RW 03 gets 3,500 of this commitment (unit: package); it needs 4,000, ")
    assert text.en.endswith(
        "Next in line is RW 05, with a score of 1.00. A drop of this commitment there is 3,000 at least, while this one can be "
        "smaller by 500 at most."
    )


def test_a_drop_at_its_least_says_that_it_cant_be_smaller() -> None:
    two = problem([demand(1, need=4_000), demand(2, need=4_000)], [offer(1, quantity=3_000, lot=3_000)])
    (why,) = reasons(two, allocate(two))
    text = told(why, "RW 03", "RW 05")
    assert text.id.endswith(
        "dengan skor 1,00. Kiriman ini tidak dapat lebih kecil: dari komitmen ini ke sini paling sedikit 3.000."
    )
    assert text.en.endswith(
        "a score of 1.00. This drop can't be smaller: one of this commitment here is 3,000 at least."
    )


def test_a_least_drop_that_explains_nothing_is_not_named() -> None:
    why = replace(WHY, tie=False, next_higher=True, next_score=900, next_least=15)
    assert told(why, "RW 03", "RW 05").en.endswith("Next in line is RW 05, with a score of 0.90.")


def test_leaving_the_preferred_area_names_the_gap() -> None:
    here, there = demand(1, need=100, given=90), demand(2, need=100, area_code=THERE)
    off = problem([here, there], [offer(1, quantity=10, prefers="31.71")])
    (why,) = reasons(off, allocate(off))
    assert (why.own_area, why.off_area, why.at_home, why.before, why.by_gap) == (False, True, 100, 1000, True)
    text = told(why, "RW 03", "RW 05")
    assert (
        "Pemberi mengutamakan wilayah lain, tetapi skor tertinggi di sana 0,10, sedangkan di sini 1,00 sebelum rencana ini: "
        "bedanya paling sedikit 0,20. "
    ) in text.id
    assert (
        "The giver prefers another area, but the highest score there is 0.10, and here it was 1.00 before this plan: "
        "a gap of at least 0.20. "
    ) in text.en


def test_a_gap_that_is_nearly_reached_is_not_claimed() -> None:
    """0.30000 and 0.10001 are 0.2 apart in thousandths cut off."""
    here = demand(1, need=100_000, given=89_999)
    there = demand(2, need=10, given=7, area_code=THERE)
    off = problem([here, there], [offer(1, quantity=1, prefers="31.71")])
    plan = Plan((Drop("target-2", "line-1", 1),), allocate(off).fair)
    (why,) = reasons(off, plan)
    assert (why.before, why.at_home, why.by_gap) == (300, 100, False)


def test_leaving_a_preferred_area_that_weighs_nothing_names_no_gap() -> None:
    why = replace(WHY, off_area=True, at_home=100, least_gap=0, by_gap=True)
    text = told(why, "RW 03", "RW 05")
    assert "skor tertinggi di sana 0,10, sedangkan di sini 1,00 sebelum rencana ini. RW 05 sama" in text.id
    assert "the highest score there is 0.10, and here it was 1.00 before this plan. RW 05 has" in text.en


def test_leaving_a_preferred_area_where_nobody_is_short() -> None:
    here, there = demand(1, need=100, given=100), demand(2, need=100, area_code=THERE)
    off = problem([here, there], [offer(1, quantity=10, prefers="31.71")])
    (why,) = reasons(off, allocate(off))
    text = told(why, "RW 03")
    assert text.id.endswith(
        "Pemberi mengutamakan wilayah lain, tetapi di sana tidak ada lagi kekurangan yang boleh diisi komitmen ini."
    )
    assert text.en.endswith(
        "The giver prefers another area, but nobody whom this commitment may serve is short there any more."
    )


def test_whole_drops_that_leave_a_preferred_area_claim_no_gap() -> None:
    why = replace(WHY, off_area=True, at_home=900, next_target_id=None, tie=False)
    assert told(why, "RW 03").id.endswith(
        "Pemberi mengutamakan wilayah lain. Skor tertinggi di sana 0,90, dan di sini 1,00 sebelum rencana ini; komitmen ini dibagi "
        "dalam kiriman yang utuh."
    )
    assert told(why, "RW 03").en.endswith(
        "The giver prefers another area. The highest score there is 0.90, and here it was 1.00 before this plan; this commitment is "
        "shared out in whole drops."
    )


def test_staying_in_the_preferred_area_names_the_gap_that_is_not_reached() -> None:
    here, there = demand(1, need=100, given=50), demand(2, need=100, given=45, area_code=THERE)
    kept = problem([here, there], [offer(1, quantity=10, prefers="31.71")])
    (why,) = reasons(kept, allocate(kept))
    assert (why.own_area, why.off_area, why.next_higher, why.next_off_area, why.by_gap) == (
        True,
        False,
        True,
        True,
        True,
    )
    text = told(why, "RW 03", "RW 05")
    assert text.id.endswith(
        "turun dari 0,50 menjadi 0,40. Pemberi mengutamakan wilayah ini, dan skor RW 05, di luar wilayah itu, belum 0,20 lebih "
        "tinggi. Giliran berikutnya RW 05, dengan skor 0,55."
    )
    assert text.en.endswith(
        "falls from 0.50 to 0.40. The giver prefers this area, and the score of RW 05, outside it, is not 0.20 higher. "
        "Next in line is RW 05, with a score of 0.55."
    )


def test_whole_drops_that_stay_in_the_preferred_area_claim_no_gap() -> None:
    why = replace(
        WHY, own_area=True, tie=False, next_score=990, next_higher=True, next_off_area=True, next_least=20, least=10
    )
    text = told(why, "RW 03", "RW 05")
    assert text.id.endswith(
        "Pemberi mengutamakan wilayah ini; RW 05 di luarnya, dan komitmen ini dibagi dalam kiriman yang utuh. Giliran berikutnya RW "
        "05, dengan skor 0,99. Kiriman komitmen ini ke sana paling sedikit 20, sedangkan kiriman ini paling banyak dapat "
        "dikurangi 15."
    )
    assert text.en.endswith(
        "The giver prefers this area; RW 05 lies outside it, and this commitment is shared out in whole drops. Next in line is "
        "RW 05, with a score of 0.99. A drop of this commitment there is 20 at least, while this one can be smaller by 15 at most."
    )


@given(small_problems())
@settings(max_examples=300, deadline=None)
def test_what_the_sentences_say_holds(given_problem: Problem) -> None:
    plan = allocate(given_problem)
    demands = {one.target_id: one for one in given_problem.demands}
    lines = {one.line_id: one for one in given_problem.offers}
    got = {one: sum(d.quantity for d in plan.drops if d.target_id == one) for one in demands}
    before = {one.target_id: Fraction(one.weight * one.open, 100 * one.need) for one in given_problem.demands}
    after = {one: before[one] - Fraction(demands[one].weight * got[one], 100 * demands[one].need) for one in demands}
    short = {one for one in demands if got[one] < demands[one].open}
    least_gap = Fraction(given_problem.off_area, 100)
    told_of = reasons(given_problem, plan)
    assert [why.drop for why in told_of] == list(plan.drops)
    for why in told_of:
        own, line = demands[why.drop.target_id], lines[why.drop.line_id]
        here = after[own.target_id]
        assert (why.total, why.before, why.after) == (
            got[own.target_id],
            int(before[own.target_id] * 1000),
            int(here * 1000),
        )
        assert why.off_area == line.leaves_preference(own)
        assert why.own_area == ((line.prefers is not None or bool(line.favours)) and not why.off_area)
        able = {one for one in short - {own.target_id} if line.may_serve(demands[one])}
        following = min(able, key=lambda one: (-after[one], one), default=None)
        assert why.next_target_id == following
        home = {one for one in able | (short & {own.target_id}) if not line.leaves_preference(demands[one])}
        highest = max((after[one] for one in home), default=None) if why.off_area else None
        assert why.at_home == (None if highest is None else int(highest * 1000))
        text = told(why, "RW 03", "RW 05")
        assert (
            f"it needs {own.need}, had {own.given} promised or delivered, and has {own.given + why.total} w" in text.en
        )
        assert (
            ("same score" in text.en) == ("diundi" in text.id) == (following is not None and after[following] == here)
        )
        assert ("Next in line" in text.en) == (following is not None and after[following] != here)
        assert ("is short there any more" in text.en) == (why.off_area and not home)
        if highest is not None:
            assert ("this commitment is shared out" in text.en) == (before[own.target_id] - highest < least_gap)
        if "is not 0." in text.en:
            assert following is not None
            assert not line.leaves_preference(own)
            assert line.leaves_preference(demands[following])
            assert 0 < after[following] - here < least_gap
        if "prefers this area; RW 05 lies outside" in text.en:
            assert following is not None
            assert line.leaves_preference(demands[following])
            assert after[following] - here >= least_gap
        if "can't be smaller" in text.en:
            assert following is not None
            assert after[following] > here
            assert why.drop.quantity == line.least(own)
        if there := re.search(r"there is (\d+) at least, while this one can be smaller by (\d+) at most", text.en):
            assert following is not None
            assert after[following] > here
            assert not any(d.target_id == following and d.line_id == line.line_id for d in plan.drops)
            assert int(there[1]) == line.least(demands[following]) > int(there[2])
            assert int(there[2]) == why.drop.quantity - line.least(own)
        assert text.en.endswith(".")
        assert text.id.endswith(".")
