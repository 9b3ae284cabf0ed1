"""Small made-up problems, drawn and by hand."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from ksbb.allocation.measure import steps_of, tie_of, worth
from ksbb.allocation.plan import Fair
from ksbb.allocation.problem import Demand, Offer, Problem
from ksbb.allocation.wishes import cost_of

TODAY = date(2026, 4, 1)
SUBDISTRICTS = ("31.71.01.1001", "31.71.01.1002", "31.71.02.1001", "31.72.01.1001")
AREAS = ("31", "31.71", "31.72", "31.71.01", "31.71.02", *SUBDISTRICTS)
KINDS = ("rw", "orphanage")


def demand(number: int, **given: Any) -> Demand:
    """A target of its own: an RW in the first sub-district that needs 10, where nothing else is given."""
    usual: dict[str, Any] = {"area_code": SUBDISTRICTS[0], "kind": "rw", "need": 10}
    return Demand(target_id=f"target-{number}", **(usual | given))


def offer(number: int, **given: Any) -> Offer:
    """A line of its own: 10 units in lots of 1 for the whole province, where nothing else is given."""
    usual: dict[str, Any] = {"quantity": 10, "areas": ("31",), "lot": 1}
    return Offer(line_id=f"line-{number}", **(usual | given))


def problem(demands: list[Demand], offers: list[Offer], **given: Any) -> Problem:
    """A problem of today."""
    return Problem(aid_type="rice", today=TODAY, demands=tuple(demands), offers=tuple(offers), **given)


@st.composite
def demands(draw: st.DrawFn, number: int, most: int) -> Demand:
    """Any target whose need is at most so many units."""
    need = draw(st.integers(1, most))
    return demand(
        number,
        area_code=draw(st.sampled_from(SUBDISTRICTS)),
        kind=draw(st.sampled_from(KINDS)),
        need=need,
        given=draw(st.integers(0, need)),
        weight=draw(st.sampled_from((100, 150, 200, 300))),
    )


@st.composite
def offers(draw: st.DrawFn, number: int, most: int) -> Offer:
    """Any line that has at most so many units."""
    area = draw(st.sampled_from(AREAS))
    inside = [code for code in AREAS if code == area or code.startswith(area + ".")]
    return offer(
        number,
        quantity=draw(st.integers(1, most)),
        areas=(area,),
        lot=draw(st.none() | st.integers(1, most)),
        favours=draw(st.sampled_from([frozenset[str](), frozenset({"rw"})])),
        kinds=draw(st.sampled_from([frozenset(), frozenset({"rw"}), frozenset({"orphanage"})])),
        prefers=draw(st.none() | st.sampled_from(inside)),
        expires_on=draw(st.none() | st.sampled_from([TODAY - timedelta(1), TODAY, TODAY + timedelta(30)])),
    )


@st.composite
def small_problems(draw: st.DrawFn, targets: int = 6, lines: int = 5, most: int = 60) -> Problem:
    """Any small problem without faults."""
    return problem(
        [draw(demands(number, most)) for number in range(draw(st.integers(0, targets)))],
        [draw(offers(number, most)) for number in range(draw(st.integers(0, lines)))],
        off_area=draw(st.sampled_from((0, 20, 50))),
        seed=draw(st.sampled_from(("", "2026-04"))),
    )


def shares_worth(given_problem: Problem, fair: Fair) -> int:
    """What shares are worth, less the cost of wishes left."""
    total = 0
    for one, units in zip(given_problem.demands, fair.totals(len(given_problem.demands)), strict=True):
        tie, left = tie_of(given_problem.seed, one.target_id), units
        for start, size in steps_of(one, one.given):
            total += min(left, size) * worth(one, start, size, tie)
            left -= min(left, size)
    for (wish, j), quantity in fair.given.items():
        total -= quantity * (cost_of(given_problem, wish, given_problem.demands[j]) or 0)
    return total
