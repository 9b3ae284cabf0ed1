"""Who gets nothing is told why, and what is told holds."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ksbb.allocation.measure import tie_of, worth_of_last, worth_of_next
from ksbb.allocation.plan import Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.allocation.refusals import why_nothing
from ksbb.allocation.solve import allocate
from ksbb.allocation.wishes import cost_of, kinds_of, wish_of
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


def of_nothing(need: int, given: int) -> Text:
    """What is said first."""
    return Text(
        f"Tidak mendapat bagian dari rencana ini; kebutuhannya {need}, yang sudah dijanjikan atau diterima {given}. ",
        f"It gets nothing of this plan; it needs {need}, and had {given} promised or delivered. ",
    )


def said(first: Text, indonesian: str, english: str) -> Text:
    """A whole answer."""
    return Text(first.id + indonesian, first.en + english)


@pytest.mark.parametrize("offers", [[], [offer(1, expires_on=date(2026, 3, 31))]], ids=["none", "expired"])
def test_there_is_no_aid(offers: list[Offer]) -> None:
    assert nothing_for([demand(1)], offers) == said(
        of_nothing(10, 0),
        "Tidak ada bantuan jenis ini yang masih berlaku dan belum dibagikan.",
        "There is no aid of this kind that is still valid and not shared out.",
    )


def test_no_commitment_may_come_here() -> None:
    two = [offer(1, areas=("31.72",)), offer(2, kinds=frozenset({"orphanage"}))]
    assert nothing_for([demand(1)], two) == said(
        of_nothing(10, 0),
        "Dari 2 komitmen yang belum dibagikan, tidak satu pun boleh untuk wilayah dan jenis sasaran ini.",
        "Of the 2 commitments not shared out, none may go to this area and kind of target.",
    )
    assert "Of the 1 commitment not shared out" in nothing_for([demand(1)], two[:1]).en


def test_each_was_promised_to_it_before() -> None:
    assert nothing_for([demand(1)], [offer(1, served=frozenset({"target-1"}))]) == said(
        of_nothing(10, 0),
        "Dari 1 komitmen yang boleh ke sini, semua sudah pernah dijanjikan ke sasaran ini, juga bila janjinya dilepas, dan tiap "
        "komitmen hanya dijanjikan sekali.",
        "Of the 1 commitment that may come here, each was promised to it before, even where that was released, and each is promised "
        "only once.",
    )


def test_others_are_worse_off() -> None:
    assert nothing_for([demand(1, need=100, given=80), demand(2, need=100)], [offer(1, quantity=30)]) == said(
        of_nothing(100, 80),
        "Skor kekurangannya 0,20 (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 1). Semua yang dilayani komitmen "
        "yang boleh ke sini sama atau lebih kekurangan: setelah rencana ini pun skornya paling sedikit 0,70.",
        "Its shortfall score is 0.20 (the part of its need that is not covered times its weight of 1). All that the commitments "
        "which may come here serve are no better off: even after this plan their scores are 0.70 or more.",
    )


def test_some_were_promised_to_it_before() -> None:
    """Who is served by what may not come here any more, with a lower score, says nothing of what may."""
    had = [offer(1, quantity=30), offer(2, served=frozenset({"target-1"}), areas=(HERE,), kinds=frozenset({"rw"}))]
    demands = [demand(1, need=100, given=80), demand(2, need=100, area_code=THERE), demand(3, need=10, given=9)]
    assert nothing_for(demands, had) == said(
        of_nothing(100, 80),
        "Dari 2 komitmen untuk wilayah dan jenis sasaran ini, 1 sudah pernah dijanjikan ke sini, juga bila janjinya dilepas, dan "
        "tiap komitmen hanya dijanjikan sekali. Skor kekurangannya 0,20 (bagian kebutuhan yang belum terpenuhi dikali bobot "
        "kerentanan 1). Semua yang dilayani komitmen yang boleh ke sini sama atau lebih kekurangan: setelah rencana ini pun "
        "skornya paling sedikit 0,70.",
        "Of the 2 commitments for this area and kind of target, 1 was promised to it before, even where that was released, and each "
        "is promised only once. Its shortfall score is 0.20 (the part of its need that is not covered times its weight of 1). All "
        "that the commitments which may come here serve are no better off: even after this plan their scores are 0.70 or more.",
    )


def test_its_shortfall_is_not_enough_to_leave_the_preferred_area() -> None:
    here = demand(1, need=100, given=50, area_code=THERE)
    assert nothing_for([here, demand(2, need=100, given=50)], [offer(1, quantity=10, prefers="31.71")]) == said(
        of_nothing(100, 50),
        "Skor kekurangannya 0,50 (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 1). Semua komitmen yang boleh ke "
        "sini mengutamakan wilayah lain, dan skor di sini tidak 0,20 lebih tinggi daripada yang dilayaninya di sana, yang skornya "
        "paling sedikit 0,40.",
        "Its shortfall score is 0.50 (the part of its need that is not covered times its weight of 1). All commitments that may come "
        "here prefer other areas, and the score here is not 0.20 above those they serve there, whose scores are 0.40 or more.",
    )


def test_its_share_is_smaller_than_a_drop() -> None:
    assert nothing_for(
        [demand(1, need=100, given=50), demand(2, need=100, given=45)], [offer(1, quantity=20, lot=20)]
    ) == said(
        of_nothing(100, 50),
        "Bagian wajarnya, tanpa batas terkecil satu kiriman, 5, tetapi satu kiriman ke sini paling sedikit 20. Kekurangannya tetap "
        "dihitung penuh dalam rencana berikutnya.",
        "Its fair share, with no least size of a drop, is 5, but one drop here is 20 at least. Its shortfall counts in full in the "
        "next plan.",
    )


def test_it_has_no_share_for_others_had_higher_scores() -> None:
    two = [demand(1, need=100, given=70), demand(2, need=100), demand(3, need=100)]
    assert nothing_for(two, [offer(1, quantity=80, lot=80)]) == said(
        of_nothing(100, 70),
        "Skor kekurangannya 0,30 (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 1). Bagian wajarnya, tanpa batas "
        "terkecil satu kiriman, 0: skor sasaran lain yang mendapat bagian wajar dari komitmen yang boleh ke sini lebih tinggi, "
        "paling sedikit 1,00 sebelum rencana ini dan 0,60 dengan bagian itu. Bahwa skor sebagian yang dilayani kini lebih rendah, "
        "hanya karena kiriman harus utuh.",
        "Its shortfall score is 0.30 (the part of its need that is not covered times its weight of 1). Its fair share, with no least "
        "size of a drop, is 0: the others that have a fair share of the commitments which may come here had higher scores, 1.00 or "
        "more before this plan and 0.60 or more with that share. Only because drops must be whole do some of those served have lower "
        "scores now.",
    )


def test_it_has_no_share_for_its_next_step_is_worth_less() -> None:
    assert nothing_for([demand(1, need=1), demand(2, need=100)], [offer(1, quantity=4)]) == said(
        of_nothing(1, 0),
        "Skor kekurangannya 1,00 (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 1). Bagian wajarnya, tanpa batas "
        "terkecil satu kiriman, 0: bagian wajar diberikan dalam langkah 1/24 kebutuhan, paling sedikit satu, dan tiap langkah "
        "dinilai menurut skor di tengahnya. Langkah di sini tidak lebih bernilai daripada yang diberikan kepada sasaran lain dari "
        "komitmen yang boleh ke sini.",
        "Its shortfall score is 1.00 (the part of its need that is not covered times its weight of 1). Its fair share, with no least "
        "size of a drop, is 0: fair shares are given in steps of 1/24 of a need, at least one, each valued by the score half-way. A "
        "step here is worth no more than any that was given to others from the commitments which may come here.",
    )


def test_it_has_no_share_for_a_giver_prefers_another_area() -> None:
    demands = [
        demand(1, need=100, given=30, area_code=THERE),
        demand(2, need=100, given=20),
        demand(3, need=100, given=10, area_code=THERE),
    ]
    lines = [offer(1, quantity=25, prefers="31.71"), offer(2, areas=(THERE,))]
    assert nothing_for(demands, lines) == said(
        of_nothing(100, 30),
        "Skor kekurangannya 0,70 (bagian kebutuhan yang belum terpenuhi dikali bobot kerentanan 1). Bagian wajarnya, tanpa batas "
        "terkecil satu kiriman, 0: skor sasaran lain yang mendapat bagian wajar dari komitmen yang boleh ke sini lebih tinggi, "
        "paling sedikit 0,80 sebelum rencana ini. Bagian wajar diberikan dalam langkah 1/24 kebutuhan, paling sedikit satu, dan "
        "tiap langkah dinilai menurut skor di tengahnya. Langkah di sini tidak lebih bernilai daripada yang diberikan kepada "
        "sasaran lain dari komitmen yang boleh ke sini, bila wilayah yang diutamakan pemberi ikut dihitung.",
        "Its shortfall score is 0.70 (the part of its need that is not covered times its weight of 1). Its fair share, with no least "
        "size of a drop, is 0: the others that have a fair share of the commitments which may come here had higher scores, 0.80 or "
        "more before this plan. Fair shares are given in steps of 1/24 of a need, at least one, each valued by the score half-way. A "
        "step here is worth no more than any that was given to others from the commitments which may come here, once the areas that "
        "givers prefer are taken into account.",
    )


def test_what_could_come_went_elsewhere_in_whole_drops() -> None:
    lines = [offer(0, quantity=1, lot=None), offer(1, quantity=2, lot=None)]
    assert nothing_for([demand(0, need=1), demand(1, need=2), demand(2, need=1)], lines) == said(
        of_nothing(2, 0),
        "Bagian wajarnya, tanpa batas terkecil satu kiriman, 1, tetapi komitmen yang boleh ke sini habis dalam kiriman utuh ke "
        "sasaran lain; sisa masing-masing lebih kecil daripada satu kiriman, yang ke sini paling sedikit 1. Kekurangannya tetap "
        "dihitung penuh dalam rencana berikutnya.",
        "Its fair share, with no least size of a drop, is 1, but the commitments that may come here went to other targets in whole "
        "drops; what is left of each is less than one drop, which is 1 at least here. Its shortfall counts in full in the next plan.",
    )


def test_an_unknown_target_is_no_part_of_the_problem() -> None:
    empty = problem([], [])
    with pytest.raises(KeyError):
        why_nothing(empty, allocate(empty), "target-1")


def exact(one: Demand, units: int) -> Fraction:
    """The score of a target that has so much."""
    return Fraction(one.weight * (one.need - units), 100 * one.need)


@st.composite
def with_promises(draw: st.DrawFn) -> Problem:
    """A small problem whose lines were promised to some of the targets before."""
    drawn = draw(small_problems())
    ids = [one.target_id for one in drawn.demands]
    some = st.frozensets(st.sampled_from(ids), max_size=2) if ids else st.just(frozenset())
    return replace(drawn, offers=tuple(replace(line, served=draw(some)) for line in drawn.offers))


@given(with_promises())
@settings(max_examples=400, deadline=None)
def test_what_is_said_of_nothing_holds(given_problem: Problem) -> None:
    plan = allocate(given_problem)
    every = {one.target_id: one for one in given_problem.demands}
    got = {one: sum(d.quantity for d in plan.drops if d.target_id == one) for one in every}
    after = {one: exact(every[one], every[one].given + got[one]) for one in every}
    fair = dict(zip(got, plan.fair.totals(len(got)), strict=True))
    least_gap = Fraction(given_problem.off_area, 100)
    for one in given_problem.demands:
        if got[one.target_id]:
            continue
        text = why_nothing(given_problem, plan, one.target_id).en
        own = exact(one, one.given)
        lines = [line for line in given_problem.offers if not line.expired(TODAY)]
        reaching = [line for line in lines if line.reaches(one)]
        able = {line.line_id: line for line in lines if line.may_serve(one)}
        served = {
            (d.target_id, able[d.line_id].leaves_preference(every[d.target_id]))
            for d in plan.drops
            if d.line_id in able
        }
        if one.open == 0:
            assert text == f"Its need of {one.need} is promised or delivered in full."
            continue
        assert text.startswith(of_nothing(one.need, one.given).en)
        had = re.search(r"Of the (\d+) commitments? for this area and kind of target, (\d+) w", text)
        assert (had is not None) == (0 < len(able) < len(reaching))
        if had:
            assert (int(had[1]), int(had[2])) == (len(reaching), len(reaching) - len(able))
        if not able:
            assert ("still valid" in text) == (not lines)
            assert ("none may go" in text) == (bool(lines) and not reaching)
            assert ("each was promised to it before" in text) == bool(reaching)
            continue
        assert served
        lowest = min(after[other] for other, _ in served)
        assert ("no better off" in text) == (lowest >= own)
        if "no better off" in text:
            assert_least(text, lowest)
        elif "prefer other areas" in text:
            assert all(line.leaves_preference(one) for line in able.values())
            assert all(after[other] >= own if away else own - after[other] < least_gap for other, away in served)
            assert_least(text, min(after[other] for other, away in served if not away))
        elif "is 0:" in text:
            assert fair[one.target_id] == 0
            assert_no_share(given_problem, plan, one, text)
        else:
            assert_a_share(plan, one, fair[one.target_id], list(able.values()), text)


def assert_a_share(plan: Plan, one: Demand, fair: int, able: list[Offer], text: str) -> None:
    """Whether a fair share is as large as is said, and no drop could be made."""
    drop = min(line.least(one) for line in able)
    assert fair > 0
    assert f"drop, is {fair}, but" in text
    assert f"is {drop} at least" in text
    assert ("but one drop here" in text) == (fair < drop)
    for line in able:
        assert line.quantity - sum(d.quantity for d in plan.drops if d.line_id == line.line_id) < line.least(one)


def assert_least(text: str, least: Fraction) -> None:
    """Whether the scores are so high as is said last."""
    said = re.findall(r"(\d+\.\d\d) or more", text)
    assert 0 <= least - Fraction(said[-1]) < Fraction(1, 100)


def assert_no_share(given_problem: Problem, plan: Plan, one: Demand, text: str) -> None:
    """Whether others that have fair shares of what may come here are as far off as is said."""
    kinds, totals = kinds_of(given_problem), plan.fair.totals(len(given_problem.demands))
    wishes = {wish_of(line, kinds) for line in given_problem.offers if not line.expired(TODAY) and line.may_serve(one)}
    sharing = {j: given_problem.demands[j] for wish, j in plan.fair.given if wish in wishes}
    with_share = min(exact(other, other.given + totals[j]) for j, other in sharing.items())
    own = exact(one, one.given)
    before, lowest = (
        re.search(r"(\d+\.\d\d) or more before", text),
        min(exact(other, other.given) for other in sharing.values()),
    )
    assert ("had higher scores" in text) == (before is not None) == (lowest > own)
    if before:
        assert 0 <= lowest - Fraction(before[1]) < Fraction(1, 100)
    if "drops must be whole" in text:
        assert with_share >= own
        assert_least(text, with_share)
        return
    assert with_share < own
    coming = worth_of_next(one, one.given, 0, tie_of(given_problem.seed, one.target_id))
    for wish, j in plan.fair.given:
        cost, there = cost_of(given_problem, wish, one), cost_of(given_problem, wish, given_problem.demands[j])
        if wish in wishes:
            other = given_problem.demands[j]
            last = worth_of_last(other, other.given, totals[j], tie_of(given_problem.seed, other.target_id))
            assert None not in (coming, last, cost, there)
            assert (coming or 0) - (cost or 0) <= (last or 0) - (there or 0)
    away = any(
        line.leaves_preference(one) for line in given_problem.offers if not line.expired(TODAY) and line.may_serve(one)
    )
    assert ("the areas that givers prefer" in text) == (away and given_problem.off_area > 0)
