"""What finds no place is told why, and what is told holds."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from ksbb.allocation.plan import Plan
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.allocation.refusals import Cause, Unplaced, unplaced
from ksbb.allocation.solve import allocate
from ksbb.domain.text import Text

from .problems import TODAY, demand, offer, problem
from .test_refusals import THERE, with_promises


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
                    "10 tidak mempunyai tujuan lagi: komitmen ini sudah pernah dijanjikan kepada semua yang masih kekurangan, dan "
                    "hanya dijanjikan sekali.",
                    "10 have nowhere left to go: this commitment was promised before to all that are still short, and it is "
                    "promised only once.",
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
                "1 tersisa, lebih sedikit daripada satu kiriman, yang paling sedikit 2 bagi yang masih kekurangan. Rencana "
                "berikutnya boleh mengirimnya, sebab satu kiriman tidak perlu lebih dari sisa komitmennya.",
                "1 is left, less than one drop, which is 2 at least for those still short. The next plan may send it, for a drop "
                "need not be more than what is left of its commitment.",
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
                "lebih banyak daripada sisa ini. Rencana berikutnya boleh mengirimnya, sebab satu kiriman tidak perlu lebih "
                "dari sisa komitmennya atau dari kekurangan yang ada.",
                "10 are left: whoever is still short lacks less than one drop, or one drop there is more than what is left. The "
                "next plan may send it, for a drop need not be more than what is left of its commitment or what is lacking.",
            ),
        )
    ]


@given(with_promises())
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
                assert_may_be_sent(given_problem, plan, line, left)
            case Cause.GAPS_TOO_SMALL:
                assert short
                assert all(line.least(one) > min(left, one.open - got[one.target_id]) for one in short)
                assert_may_be_sent(given_problem, plan, line, left)


def assert_may_be_sent(given_problem: Problem, plan: Plan, line: Offer, left: int) -> None:
    """Whether what is left of a line has a drop that the next plan may make, when this one stands."""
    served = frozenset(d.target_id for d in plan.drops if d.line_id == line.line_id)
    rest = replace(line, quantity=left, served=line.served | served)
    demands = [
        replace(one, given=one.given + sum(d.quantity for d in plan.drops if d.target_id == one.target_id))
        for one in given_problem.demands
    ]
    assert any(one.open > 0 and rest.may_serve(one) and rest.least(one) <= left for one in demands)
