"""The whole machine on a real database: random acts, right and wrong ones, against the model and the laws.

KSBB_HYPOTHESIS_PROFILE=deep lets it run on.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ksbb.programs import ProgramHost

from . import desk_acts, goods_acts
from .bench import AIDS, Bench
from .model import Delivery, Line, Outcome, Pledge
from .walk import walk
from .way import next_act

T = TypeVar("T")
ACTS = [
    "draft",
    "revise",
    "submit",
    "withdraw",
    "assess_passed",
    "assess_blocked",
    "assess_failed",
    "approve",
    "request_revision",
    "reject",
    "allocate",
    "release",
    "refuse_offer",
    "receive",
    "write_off",
    "dispatch",
    "record",
    "attach",
    "confirm",
    "refuse",
    "cancel",
    "close",
    "set_need",
    "suspend",
    "reinstate",
]
STEADY = settings(
    max_examples=24,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DEEP = settings(STEADY, max_examples=400, stateful_step_count=80, derandomize=False, phases=list(Phase))
MOST_PLEDGES = 4
TWISTS = st.sampled_from(["", "", "", "", "", "", "", "stale", "stranger"])
REASONS = st.sampled_from(["salah hitung", "salah hitung", "salah hitung", ""])


@pytest.fixture
def bench(database_url: str, programs: ProgramHost) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        opened = Bench.open(runner, database_url, programs)
        yield opened
        opened.close()


def quantity(data: st.DataObject, limit: int) -> int:
    """Mostly one that is allowed, often all there is; sometimes too much, or nothing."""
    return data.draw(
        st.one_of(
            st.just(limit),
            st.integers(1, max(1, limit)),
            st.integers(1, max(1, limit)),
            st.sampled_from([0, -3, limit + 1]),
        )
    )


def amounts(data: st.DataObject, pledge: Pledge, limit: Callable[[Line], int]) -> desk_acts.Amounts:
    """Mostly one line that has something; sometimes none, or one twice."""
    able = [line for line in pledge.lines if limit(line) > 0] or pledge.lines
    lines = data.draw(st.lists(st.sampled_from(able), min_size=data.draw(st.sampled_from([1, 1, 0])), max_size=2))
    return [(line, quantity(data, limit(line))) for line in lines]


def pick(data: st.DataObject, those: Sequence[T], others: Sequence[T] = ()) -> T | None:
    """One of those that the act is for, now and then one of the others."""
    pool = those if those and (not others or data.draw(st.integers(0, 5))) else others or those
    return data.draw(st.sampled_from(list(pool))) if pool else None


class Machine(RuleBasedStateMachine):
    """Acts in any order. The bench knows what each must do."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.bench.reset()

    @property
    def pledges(self) -> list[Pledge]:
        return self.bench.model.pledges

    def choose(self, data: st.DataObject, fits: Callable[[Pledge], object]) -> Pledge:
        chosen = pick(data, [one for one in self.pledges if fits(one)], self.pledges)
        assert chosen is not None
        return chosen

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Two pledges somewhere on their way: examples that start at nothing never come far."""
        for program in AIDS:
            pledge = desk_acts.draft(self.bench, program, data.draw(st.sampled_from([[10], [40, 3], [5, 20, 8]])))
            assert pledge is not None
            for _ in range(data.draw(st.sampled_from([0, 1, 2, 2, 5, 7, 8, 9]))):
                next_act(self.bench, pledge, data.draw(st.sampled_from(self.bench.targets(program))))

    @precondition(lambda self: len(self.pledges) < MOST_PLEDGES)
    @rule(data=st.data(), program=st.sampled_from(sorted(AIDS)), halal=st.booleans(), twist=TWISTS)
    def draft(self, data: st.DataObject, program: str, halal: bool, twist: str) -> None:  # noqa: FBT001 - drawn by name
        quantities = data.draw(st.lists(st.sampled_from([1, 3, 10, 40, 40, 0]), min_size=0, max_size=3))
        desk_acts.draft(self.bench, program, quantities, halal=halal, twist=twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), steps=st.integers(1, 12))
    def advance(self, data: st.DataObject, steps: int) -> None:
        """One pledge goes its natural way for some steps."""
        pledge = data.draw(st.sampled_from(self.pledges))
        for _ in range(steps):
            next_act(self.bench, pledge, target=data.draw(st.sampled_from(self.bench.targets(pledge.program_id))))

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def revise(self, data: st.DataObject, twist: str) -> None:
        pledge = self.choose(data, lambda one: one.status in {"draft", "revision_requested"})
        quantities = data.draw(
            st.lists(st.sampled_from([2, 20, 20, 20, 0]), min_size=data.draw(st.sampled_from([1, 1, 1, 0])), max_size=3)
        )
        desk_acts.revise(self.bench, pledge, quantities, halal=data.draw(st.booleans()), twist=twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def submit(self, data: st.DataObject, twist: str) -> None:
        desk_acts.submit(
            self.bench, self.choose(data, lambda one: one.status in {"draft", "revision_requested"}), twist
        )

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def withdraw(self, data: st.DataObject, twist: str) -> None:
        desk_acts.withdraw(self.bench, self.choose(data, lambda one: one.status in {"draft", "submitted"}), twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def approve(self, data: st.DataObject, twist: str) -> None:
        desk_acts.approve(self.bench, self.choose(data, lambda one: one.assessment == "passed"), twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), fails=st.booleans(), twist=TWISTS)
    def machine(self, data: st.DataObject, fails: bool, twist: str) -> None:  # noqa: FBT001 - drawn by name
        pledge = self.choose(data, lambda one: (one.status, one.assessment) == ("submitted", "pending"))
        desk_acts.machine(self.bench, pledge, fails=fails, twist="" if twist == "stale" else twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), act=st.sampled_from(["request_revision", "reject"]), reason=REASONS, twist=TWISTS)
    def judge(self, data: st.DataObject, act: str, reason: str, twist: str) -> None:
        pledge = self.choose(data, lambda one: one.status == "submitted")
        desk_acts.judge(self.bench, pledge, act, reason, twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def promise(self, data: st.DataObject, twist: str) -> None:
        pledge = self.choose(data, lambda one: one.status == "approved")
        line = data.draw(st.sampled_from(pledge.lines))
        target = data.draw(st.sampled_from(self.bench.targets(pledge.program_id)))
        limit = min(pledge.unallocated(line), self.bench.model.wants[target, line.aid_type].open)
        desk_acts.promise(self.bench, pledge, line, target, quantity(data, limit), twist)

    @precondition(lambda self: any(one.promises for one in self.pledges))
    @rule(data=st.data(), reason=REASONS, twist=TWISTS)
    def release(self, data: st.DataObject, reason: str, twist: str) -> None:
        pledge = data.draw(st.sampled_from([one for one in self.pledges if one.promises]))
        made = pick(data, [one for one in pledge.promises if one.open], pledge.promises)
        assert made is not None
        desk_acts.release(self.bench, pledge, made, quantity(data, made.open), reason, twist)

    @precondition(lambda self: any(one.promises for one in self.pledges))
    @rule(data=st.data(), reason=REASONS, twist=TWISTS)
    def refuse_offer(self, data: st.DataObject, reason: str, twist: str) -> None:
        pledge = data.draw(st.sampled_from([one for one in self.pledges if one.promises]))
        made = pick(data, [one for one in pledge.promises if one.open], pledge.promises)
        assert made is not None
        desk_acts.refuse_offer(self.bench, pledge, made, quantity(data, made.open), reason, twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def receive(self, data: st.DataObject, twist: str) -> None:
        pledge = self.choose(data, lambda one: any(map(one.outstanding, one.lines)) and one.status == "approved")
        goods_acts.take_in(self.bench, pledge, amounts(data, pledge, pledge.outstanding), twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), reason=REASONS, twist=TWISTS)
    def write_off(self, data: st.DataObject, reason: str, twist: str) -> None:
        pledge = self.choose(data, lambda one: any(map(one.in_custody, one.lines)))

        def limit(line: Line) -> int:
            return min(pledge.in_custody(line), pledge.unallocated(line))

        goods_acts.write_off(self.bench, pledge, amounts(data, pledge, limit), reason, twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), reason=REASONS, twist=TWISTS)
    def cancel(self, data: st.DataObject, reason: str, twist: str) -> None:
        pledge = self.choose(data, lambda one: any(map(one.unallocated, one.lines)) and one.status == "approved")

        def limit(line: Line) -> int:
            return min(pledge.outstanding(line), pledge.unallocated(line))

        desk_acts.cancel(self.bench, pledge, amounts(data, pledge, limit), reason, twist)

    @precondition(lambda self: any(one.promises for one in self.pledges))
    @rule(data=st.data(), twist=TWISTS)
    def send(self, data: st.DataObject, twist: str) -> None:
        pledge = data.draw(st.sampled_from([one for one in self.pledges if one.promises]))
        target = data.draw(st.sampled_from(pledge.promises)).target_id
        chosen = data.draw(st.lists(st.sampled_from(pledge.promises), min_size=0, max_size=3))
        amounts = [(made, quantity(data, min(made.open, pledge.in_custody(made.line)))) for made in chosen]
        goods_acts.send(self.bench, pledge, target, amounts, twist)

    @precondition(lambda self: any(one.dispatches for one in self.pledges))
    @rule(data=st.data(), reason=REASONS, early=st.sampled_from([False, False, False, True]), twist=TWISTS)
    def record(self, data: st.DataObject, reason: str, early: bool, twist: str) -> None:  # noqa: FBT001 - drawn by name
        pledge = data.draw(st.sampled_from([one for one in self.pledges if one.dispatches]))
        sent = data.draw(st.sampled_from(pledge.dispatches))
        outcomes = []
        for line in data.draw(st.lists(st.sampled_from(sent.lines), min_size=0, max_size=2)):
            delivered = quantity(data, line.in_transit)
            rejected, lost = data.draw(st.sampled_from([(0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (-1, 0)]))
            wrong = data.draw(st.sampled_from([0, 0, 0, 1]))
            outcomes.append(
                Outcome(
                    line=line,
                    delivered=delivered + wrong,
                    accepted=delivered - rejected - lost,
                    rejected=rejected,
                    lost=lost,
                    reason=reason,
                )
            )
        goods_acts.record(self.bench, pledge, sent, outcomes, early=early, twist=twist)

    def delivery(self, data: st.DataObject) -> tuple[Pledge, Delivery]:
        pledge = pick(
            data, [one for one in self.pledges if one.waiting()], [one for one in self.pledges if one.deliveries]
        )
        assert pledge is not None
        delivery = pick(data, pledge.waiting(), pledge.deliveries)
        assert delivery is not None
        return pledge, delivery

    @precondition(lambda self: any(one.deliveries for one in self.pledges))
    @rule(
        data=st.data(), content=st.sampled_from([None, None, None, b"", b"MZ"]), shade=st.integers(0, 2), twist=TWISTS
    )
    def attach(self, data: st.DataObject, content: bytes | None, shade: int, twist: str) -> None:
        spoilt = "" if twist == "stale" else twist
        goods_acts.attach(self.bench, *self.delivery(data), shade, content=content, twist=spoilt)

    @precondition(lambda self: any(one.deliveries for one in self.pledges))
    @rule(data=st.data(), twist=TWISTS)
    def confirm(self, data: st.DataObject, twist: str) -> None:
        goods_acts.confirm(self.bench, *self.delivery(data), twist)

    @precondition(lambda self: any(one.deliveries for one in self.pledges))
    @rule(data=st.data(), reason=REASONS, twist=TWISTS)
    def refuse(self, data: st.DataObject, reason: str, twist: str) -> None:
        goods_acts.refuse(self.bench, *self.delivery(data), reason, twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def shut(self, data: st.DataObject, twist: str) -> None:
        pledge = self.choose(data, lambda one: one.status == "approved" and one.settled())
        desk_acts.shut(self.bench, pledge, twist)

    @rule(data=st.data(), program=st.sampled_from(sorted(AIDS)), twist=TWISTS)
    def want(self, data: st.DataObject, program: str, twist: str) -> None:
        target = data.draw(st.sampled_from(self.bench.targets(program)))
        aid_type = data.draw(st.sampled_from(AIDS[program]))
        self.bench.want(program, target, aid_type, data.draw(st.sampled_from([100, 60, 20, 0, -1])), twist)

    @rule(to=st.sampled_from(["suspended", "active", "active"]), reason=REASONS, twist=TWISTS)
    def license(self, to: str, reason: str, twist: str) -> None:
        self.bench.license(to, reason, twist)

    @rule(days=st.sampled_from([1, 100]))
    def wait(self, days: int) -> None:
        self.bench.forward(days)


def missing(bench: Bench) -> dict[str, list[str]]:
    """The acts that were never done, and those never refused."""
    refused = {act for act, outcome in bench.visited if outcome != "done"}
    return {
        "never done": [act for act in ACTS if (act, "done") not in bench.visited],
        "never refused": [act for act in ACTS if act not in refused],
    }


def test_every_act_is_done_and_refused(bench: Bench) -> None:
    walk(bench)
    assert missing(bench) == {"never done": [], "never refused": []}


def test_random_acts(bench: Bench) -> None:
    """Chance decides which acts the examples come to; the walk above comes to all."""

    class OnThisDatabase(Machine):
        pass

    OnThisDatabase.bench = bench
    deep = os.environ.get("KSBB_HYPOTHESIS_PROFILE") == "deep"
    run_state_machine_as_test(OnThisDatabase, settings=DEEP if deep else STEADY)
    done = {act for act, outcome in bench.visited if outcome == "done"}
    assert len(done) > len(ACTS) / 2, missing(bench)
