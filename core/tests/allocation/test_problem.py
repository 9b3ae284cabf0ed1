"""What is wrong with a problem is named, with the target or the line, all at once."""

from dataclasses import replace

import pytest

from ksbb.allocation.problem import Demand, Fault, Offer, Problem, faults
from ksbb.domain.text import Text

from .problems import demand, offer, problem


@pytest.mark.parametrize(
    ("wrong", "id_", "en"),
    [
        ({"need": 0}, "kebutuhan antara 1 dan 100000000, diberikan 0", "a need is between 1 and 100000000, given 0"),
        ({"need": -5}, "kebutuhan antara 1 dan 100000000, diberikan -5", "a need is between 1 and 100000000, given -5"),
        (
            {"given": 11},
            "yang sudah dijanjikan antara 0 dan 10, diberikan 11",
            "what is promised is between 0 and 10, given 11",
        ),
        (
            {"weight": 0},
            "bobot kerentanan lebih dari 0 dan paling banyak 100, diberikan 0",
            "a vulnerability weight is above 0 and at most 100, given 0",
        ),
        (
            {"weight": 10_050},
            "bobot kerentanan lebih dari 0 dan paling banyak 100, diberikan 100.5",
            "a vulnerability weight is above 0 and at most 100, given 100.5",
        ),
        ({"area_code": "Gambir"}, "'Gambir' bukan kode wilayah", "'Gambir' is no area code"),
    ],
)
def test_a_wrong_need(wrong: dict[str, object], id_: str, en: str) -> None:
    assert faults(problem([demand(1, **wrong)], [])) == [Fault("target-1", Text(id_, en))]


@pytest.mark.parametrize(
    ("wrong", "id_", "en"),
    [
        ({"quantity": 0}, "jumlah paling sedikit 1, diberikan 0", "a quantity is at least 1, given 0"),
        ({"quantity": -1}, "jumlah paling sedikit 1, diberikan -1", "a quantity is at least 1, given -1"),
        ({"lot": 0}, "lot paling sedikit 1, diberikan 0", "a lot is at least 1, given 0"),
        ({"areas": ()}, "tidak mempunyai wilayah", "has no area"),
        ({"areas": ("Jakarta",)}, "'Jakarta' bukan kode wilayah", "'Jakarta' is no area code"),
        (
            {"areas": ("31.71", "31.72"), "prefers": "31.73"},
            "wilayah keinginan 31.73 di luar wilayahnya 31.71, 31.72",
            "the preferred area 31.73 lies outside its areas 31.71, 31.72",
        ),
    ],
)
def test_a_wrong_line(wrong: dict[str, object], id_: str, en: str) -> None:
    assert faults(problem([], [offer(1, **wrong)])) == [Fault("line-1", Text(id_, en))]


def test_everything_is_named_at_once() -> None:
    twice = problem([demand(1), demand(1), demand(2, need=0)], [offer(1), offer(1, lot=0)])
    assert [(fault.where, fault.message.en) for fault in faults(twice)] == [
        ("target-1", "stands more than once"),
        ("line-1", "stands more than once"),
        ("target-2", "a need is between 1 and 100000000, given 0"),
        ("line-1", "a lot is at least 1, given 0"),
    ]


def test_a_sound_problem_has_no_faults() -> None:
    assert faults(problem([demand(1), demand(2, given=10)], [offer(1), offer(2, prefers="31.71", lot=None)])) == []


def test_a_problem_is_kept_in_the_order_of_ids() -> None:
    one = Problem(
        aid_type="rice", today=problem([], []).today, demands=(demand(2), demand(1)), offers=(offer(2), offer(1))
    )
    assert [each.target_id for each in one.demands] == ["target-1", "target-2"]
    assert [each.line_id for each in one.offers] == ["line-1", "line-2"]


def test_an_offer_serves_an_area_and_a_kind_once() -> None:
    one: Demand = demand(1, area_code="31.71.01.1001")
    line: Offer = offer(1, areas=("31.72", "31.71.01"), kinds=frozenset({"rw"}))
    assert line.may_serve(one)
    assert not line.may_serve(replace(one, area_code="31.71.02.1001"))
    assert not line.may_serve(replace(one, area_code="31.73"))
    assert not line.may_serve(replace(one, kind="orphanage"))
    assert not replace(line, served=frozenset({"target-1"})).may_serve(one)


@pytest.mark.parametrize(
    ("need", "given", "quantity", "lot", "least"),
    [
        (100, 0, 500, None, 25),
        (20, 0, 500, None, 10),
        (100, 0, 500, 40, 40),
        (100, 0, 15, 40, 15),
        (100, 95, 500, 40, 5),
    ],
    ids=["a quarter", "ten at least", "the lot", "all that it has", "all that is needed"],
)
def test_the_smallest_drop(need: int, given: int, quantity: int, lot: int | None, least: int) -> None:
    assert offer(1, quantity=quantity, lot=lot).least(demand(1, need=need, given=given)) == least
