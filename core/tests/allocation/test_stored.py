"""What is stored is the same content in the same bytes, and replays to the same plan."""

import json

import msgspec
import pytest
from hypothesis import given, settings

from ksbb.allocation.problem import Problem
from ksbb.allocation.solve import allocate
from ksbb.allocation.stored import digest, plan_from, plan_to_json, problem_from, problem_to_json

from .problems import demand, offer, problem, small_problems


@given(small_problems())
@settings(max_examples=100, deadline=None)
def test_stored_inputs_replay_to_the_stored_plan(given_problem: Problem) -> None:
    plan, stored = allocate(given_problem), problem_to_json(given_problem)
    again = problem_from(stored)
    assert again == given_problem
    assert problem_to_json(again) == stored
    assert plan_from(plan_to_json(plan)) == plan
    assert plan_to_json(allocate(again)) == plan_to_json(plan)


@given(small_problems())
@settings(max_examples=50, deadline=None)
def test_what_is_stored_is_canonical(given_problem: Problem) -> None:
    for stored in (problem_to_json(given_problem), plan_to_json(allocate(given_problem))):
        assert json.dumps(json.loads(stored), sort_keys=True, separators=(",", ":")).encode() == stored


def test_a_problem_as_stored() -> None:
    lines = [
        offer(1, kinds=frozenset({"rw", "orphanage"}), served=frozenset({"target-9", "target-1"}), prefers="31.71")
    ]
    one = problem([demand(2), demand(1, weight=150)], lines, seed="2026-04")
    assert problem_to_json(one).decode() == (
        '{"aid_type":"rice","demands":['
        '{"area_code":"31.71.01.1001","given":0,"kind":"rw","lot":null,"need":10,"target_id":"target-1","weight":150},'
        '{"area_code":"31.71.01.1001","given":0,"kind":"rw","lot":null,"need":10,"target_id":"target-2","weight":100}],'
        '"off_area":20,"offers":[{"areas":["31"],"expires_on":null,"favours":[],"kinds":["orphanage","rw"],"line_id":"line-1","lot":1,'
        '"prefers":"31.71","quantity":10,"served":["target-1","target-9"]}],"refine":false,"seed":"2026-04","today":"2026-04-01"}'
    )
    assert digest(one) == digest(problem_from(problem_to_json(one)))
    assert digest(one) != digest(problem([demand(2), demand(1, weight=200)], lines, seed="2026-04"))


def test_a_plan_as_stored() -> None:
    plan = allocate(problem([demand(1)], [offer(1)]))
    price = next(iter(plan.fair.prices.values()))
    assert plan_to_json(plan).decode() == (
        '{"drops":[{"line_id":"line-1","quantity":10,"target_id":"target-1"}],"shares":[[0,0,10]],'
        '"wishes":[{"price":'
        + str(price)
        + ',"wish":{"areas":["31"],"favours":[],"kinds":["rw"],"prefers":"","size":0}}]}'
    )


@pytest.mark.parametrize("stored", [b"{}", b"[]", b'{"drops":[]', b'{"aid_type":1}'])
def test_anything_else_is_refused(stored: bytes) -> None:
    for read in (problem_from, plan_from):
        with pytest.raises((msgspec.ValidationError, msgspec.DecodeError)):
            read(stored)
