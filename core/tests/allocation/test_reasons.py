"""Every drop says why, in sentences that hold."""

import re

from hypothesis import given, settings

from ksbb.allocation.plan import Drop
from ksbb.allocation.problem import Problem
from ksbb.allocation.reasons import Why, reasons, score, told
from ksbb.allocation.solve import allocate
from ksbb.domain.text import Text

from .problems import demand, offer, problem, small_problems

TWO = problem([demand(1, need=100), demand(2, need=100, weight=300)], [offer(1, quantity=100, lot=10)])


def test_the_record_of_each_drop() -> None:
    assert reasons(TWO, allocate(TWO)) == [
        Why(
            drop=Drop("target-1", "line-1", 25),
            need=100,
            given=0,
            total=25,
            weight=100,
            before=1000,
            after=750,
            next_target_id="target-2",
            next_score=750,
            off_area=False,
            at_home=None,
            tie=True,
            least=10,
            least_gap=200,
        )
        if number == 1
        else Why(
            drop=Drop("target-2", "line-1", 75),
            need=100,
            given=0,
            total=75,
            weight=300,
            before=3000,
            after=750,
            next_target_id="target-1",
            next_score=750,
            off_area=False,
            at_home=None,
            tie=True,
            least=10,
            least_gap=200,
        )
        for number in (1, 2)
    ]


def test_equals_are_drawn() -> None:
    why = reasons(TWO, allocate(TWO))[1]
    assert told(why, "RW 03 Duri Pulo", "RW 05 Cideng") == Text(
        "RW 03 Duri Pulo mendapat 75 dari komitmen ini. Kebutuhannya 100; yang sudah dijanjikan atau diterima 0, dan menjadi 75 "
        "dengan rencana ini. Skor kekurangannya turun dari 3,00 menjadi 0,75, yaitu bagian yang belum terpenuhi dikali bobot 3. "
        "RW 05 Cideng sama skornya; di antara yang sama, urutan diundi dengan kode yang diumumkan sebelumnya.",
        "RW 03 Duri Pulo gets 75 of this commitment. It needs 100; 0 are promised or delivered, and 75 with this plan. Its "
        "shortfall score falls from 3.00 to 0.75: the part of its need that is not covered, times its weight of 3. "
        "RW 05 Cideng has the same score; among equals the order is drawn with the seed published beforehand.",
    )


def test_the_next_in_line_is_named() -> None:
    two = problem([demand(1, need=100, given=20, weight=150), demand(2, need=100, given=60)], [offer(1, quantity=20)])
    (why,) = reasons(two, allocate(two))
    assert told(why, "RW 03", "RW 05") == Text(
        "RW 03 mendapat 20 dari komitmen ini. Kebutuhannya 100; yang sudah dijanjikan atau diterima 20, dan menjadi 40 dengan "
        "rencana ini. Skor kekurangannya turun dari 1,20 menjadi 0,90, yaitu bagian yang belum terpenuhi dikali bobot 1,5. "
        "Giliran berikutnya RW 05, dengan skor 0,40.",
        "RW 03 gets 20 of this commitment. It needs 100; 20 are promised or delivered, and 40 with this plan. Its shortfall "
        "score falls from 1.20 to 0.90: the part of its need that is not covered, times its weight of 1.5. "
        "Next in line is RW 05, with a score of 0.40.",
    )


def test_nobody_is_next_where_all_is_met() -> None:
    (why,) = reasons(one := problem([demand(1)], [offer(1)]), allocate(one))
    assert (why.next_target_id, why.next_score, why.tie) == (None, 0, False)
    assert told(why, "RW 03").en == (
        "RW 03 gets 10 of this commitment. It needs 10; 0 are promised or delivered, and 10 with this plan. Its shortfall "
        "score falls from 1.00 to 0.00: the part of its need that is not covered, times its weight of 1."
    )


def test_a_lot_that_keeps_others_waiting_is_named() -> None:
    two = problem([demand(1, need=4_000), demand(2, need=4_000)], [offer(1, quantity=3_500, lot=3_000)])
    (why,) = reasons(two, allocate(two))
    assert (why.after, why.next_score, why.least) == (125, 1_000, 3_000)
    text = told(why, "RW 03", "RW 05", Text("paket", "package"))
    assert text.id.startswith("RW 03 mendapat 3.500 paket dari komitmen ini. Kebutuhannya 4.000; ")
    assert text.id.endswith(
        "Giliran berikutnya RW 05, dengan skor 1,00. Satu kiriman dari komitmen ini ke sini paling sedikit 3.000, dan kiriman "
        "tambahan ke tempat lain hanya dibuat bila cukup berarti di sana."
    )
    assert text.en.startswith("RW 03 gets 3,500 (package) of this commitment. It needs 4,000; ")
    assert text.en.endswith(
        "Next in line is RW 05, with a score of 1.00. A drop of this commitment here is 3,000 at least, and a further drop "
        "elsewhere is made only where it makes enough of a difference there."
    )


def test_leaving_the_preferred_area_names_the_gap() -> None:
    here, there = demand(1, need=100, given=90), demand(2, need=100, area_code="31.72.01.1001")
    off = problem([here, there], [offer(1, quantity=10, prefers="31.71")])
    (why,) = reasons(off, allocate(off))
    assert (why.off_area, why.at_home, why.before) == (True, 100, 1000)
    text = told(why, "RW 03", "RW 05")
    assert (
        "Pemberi mengutamakan wilayah lain, tetapi skor tertinggi di sana 0,10, sedangkan di sini 1,00 sebelum rencana ini: "
        "bedanya paling sedikit 0,20. "
    ) in text.id
    assert (
        "The giver prefers another area, but the highest score there is 0.10, and here it was 1.00 before this plan: "
        "a gap of at least 0.20. "
    ) in text.en


def test_leaving_a_preferred_area_where_nobody_is_short() -> None:
    here, there = demand(1, need=100, given=100), demand(2, need=100, area_code="31.72.01.1001")
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
    why = Why(
        drop=Drop("target-2", "line-1", 10),
        need=100,
        given=0,
        total=10,
        weight=100,
        before=500,
        after=400,
        next_target_id=None,
        next_score=0,
        off_area=True,
        at_home=400,
        tie=False,
        least=10,
        least_gap=200,
    )
    assert told(why, "RW 03").id.endswith(
        "skor tertinggi di sana 0,40, sedangkan di sini 0,50 sebelum rencana ini; sisa komitmen ini dibagi dalam kiriman yang utuh."
    )
    assert told(why, "RW 03").en.endswith(
        "the highest score there is 0.40, and here it was 0.50 before this plan; this commitment is shared out in whole drops."
    )


@given(small_problems())
@settings(max_examples=200, deadline=None)
def test_what_the_sentences_say_holds(given_problem: Problem) -> None:
    plan = allocate(given_problem)
    demands = {one.target_id: one for one in given_problem.demands}
    lines = {one.line_id: one for one in given_problem.offers}
    got = {one: sum(d.quantity for d in plan.drops if d.target_id == one) for one in demands}
    after = {one: score(demands[one], demands[one].given + got[one]) for one in demands}
    short = {one for one in demands if got[one] < demands[one].open}
    told_of = reasons(given_problem, plan)
    assert [why.drop for why in told_of] == list(plan.drops)
    for why in told_of:
        own, line = demands[why.drop.target_id], lines[why.drop.line_id]
        assert (why.total, why.after, why.off_area) == (
            got[own.target_id],
            after[own.target_id],
            line.leaves_preference(own),
        )
        able = {one for one in short - {own.target_id} if line.may_serve(demands[one])}
        assert why.next_target_id == min(able, key=lambda one: (-after[one], one), default=None)
        home = {one for one in able | (short & {own.target_id}) if not line.leaves_preference(demands[one])}
        assert why.at_home == (max((after[one] for one in home), default=None) if why.off_area else None)
        text = told(why, "RW 03", "RW 05")
        gap = re.search(r"a gap of at least (\d+\.\d\d)", text.en)
        if gap and why.at_home is not None:
            assert why.before - why.at_home >= float(gap[1]) * 1000 > 0
        assert text.en.endswith(".")
        assert text.id.endswith(".")
