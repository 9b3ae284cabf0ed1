"""Problems and plans as stored: canonical JSON, so that the same content has the same bytes and the same digest."""

import hashlib
from dataclasses import dataclass

import msgspec

from ksbb.allocation.plan import Drop, Fair, Plan
from ksbb.allocation.problem import Problem
from ksbb.allocation.wishes import Wish


def problem_to_json(problem: Problem) -> bytes:
    """A problem as JSON: names and sets sorted, no spaces."""
    return msgspec.json.encode(problem, order="sorted")


def problem_from(stored: bytes) -> Problem:
    """The problem that was stored. Raises msgspec.ValidationError or msgspec.DecodeError for anything else."""
    return msgspec.json.decode(stored, type=Problem)


def digest(problem: Problem) -> str:
    """SHA-256 of a problem as stored, in hexadecimal digits."""
    return hashlib.sha256(problem_to_json(problem)).hexdigest()


def plan_to_json(plan: Plan) -> bytes:
    """A plan as JSON. Its shares name demands by their place in the problem, in the order of the targets' ids."""
    wishes = sorted(plan.fair.prices)
    number = {wish: n for n, wish in enumerate(wishes)}
    shares = sorted((number[wish], j, quantity) for (wish, j), quantity in plan.fair.given.items())
    priced = [_Priced(wish, plan.fair.prices[wish]) for wish in wishes]
    return msgspec.json.encode(_Stored(plan.drops, priced, shares), order="sorted")


def plan_from(stored: bytes) -> Plan:
    """The plan that was stored. Raises msgspec.ValidationError or msgspec.DecodeError for anything else."""
    found = msgspec.json.decode(stored, type=_Stored)
    given = {(found.wishes[number].wish, j): quantity for number, j, quantity in found.shares}
    return Plan(found.drops, Fair(given, {priced.wish: priced.price for priced in found.wishes}))


@dataclass(frozen=True, slots=True)
class _Priced:
    wish: Wish
    price: int


@dataclass(frozen=True, slots=True)
class _Stored:
    drops: tuple[Drop, ...]
    wishes: list[_Priced]
    shares: list[tuple[int, int, int]]
