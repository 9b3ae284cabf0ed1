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
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from ksbb.programs import ProgramHost

from . import desk_acts, goods_acts
from .bench import AIDS, Bench
from .model import Line, Outcome, Pledge, Promise, Sent

T = TypeVar("T")
ACTS = (
    "draft revise submit withdraw assess_passed assess_blocked assess_failed approve request_revision reject allocate "
    "release receive write_off dispatch record attach confirm refuse cancel close set_need suspend reinstate"
).split()
STEADY = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
DEEP = settings(STEADY, max_examples=400, stateful_step_count=80, derandomize=False)
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
            st.just(limit), st.integers(1, max(1, limit)), st.integers(1, max(1, limit)), st.sampled_from([0, -3, limit + 1])
        )
    )


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

    @precondition(lambda self: len(self.pledges) < MOST_PLEDGES)
    @rule(data=st.data(), program=st.sampled_from(sorted(AIDS)), halal=st.booleans(), twist=TWISTS)
    def draft(self, data: st.DataObject, program: str, halal: bool, twist: str) -> None:  # noqa: FBT001 - drawn by name
        quantities = data.draw(st.lists(st.sampled_from([1, 3, 10, 40, 40, 0]), min_size=0, max_size=3))
        desk_acts.draft(self.bench, program, quantities, halal=halal, twist=twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), program=st.sampled_from(sorted(AIDS)), steps=st.integers(1, 12))
    def advance(self, data: st.DataObject, program: str, steps: int) -> None:
        """One pledge goes its natural way for some steps."""
        pledge = data.draw(st.sampled_from(self.pledges))
        for _ in range(steps):
            next_act(self.bench, pledge, target=data.draw(st.sampled_from(self.bench.targets(pledge.program_id))))

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), twist=TWISTS)
    def revise(self, data: st.DataObject, twist: str) -> None:
        pledge = self.choose(data, lambda one: one.status in {"draft", "revision_requested"})
        quantities = data.draw(st.lists(st.sampled_from([2, 20, 20, 0]), min_size=0, max_size=3))
        desk_acts.revise(self.bench, pledge, quantities, halal=data.draw(st.booleans()), twist=twist)

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), act=st.sampled_from(["submit", "withdraw", "approve"]), twist=TWISTS)
    def move(self, data: st.DataObject, act: str, twist: str) -> None:
        starts = {"submit": {"draft", "revision_requested"}, "withdraw": {"draft", "submitted"}, "approve": {"submitted"}}
        pledge = self.choose(data, lambda one: one.status in starts[act])
        getattr(desk_acts, act)(self.bench, pledge, twist)

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

    @precondition(lambda self: self.pledges)
    @rule(data=st.data(), act=st.sampled_from(["receive", "write_off", "cancel"]), reason=REASONS, twist=TWISTS)
    def book(self, data: st.DataObject, act: str, reason: str, twist: str) -> None:
        pledge = self.choose(data, lambda one: one.status == "approved")

        def limit(line: Line) -> int:
            held = pledge.in_custody(line) if act == "write_off" else pledge.outstanding(line)
            return held if act == "receive" else min(held, pledge.unallocated(line))

        lines = data.draw(st.lists(st.sampled_from(pledge.lines), min_size=0, max_size=3))
        amounts = [(line, quantity(data, limit(line))) for line in lines]
        if act == "receive":
            goods_acts.take_in(self.bench, pledge, amounts, twist)
        elif act == "write_off":
            goods_acts.write_off(self.bench, pledge, amounts, reason, twist)
        else:
            desk_acts.cancel(self.bench, pledge, amounts, reason, twist)

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

    @precondition(lambda self: any(one.deliveries for one in self.pledges))
    @rule(
        data=st.data(),
        act=st.sampled_from(["attach", "attach", "confirm", "confirm", "refuse"]),
        reason=REASONS,
        twist=TWISTS,
    )
    def deliver(self, data: st.DataObject, act: str, reason: str, twist: str) -> None:
        pledge = data.draw(st.sampled_from([one for one in self.pledges if one.deliveries]))
        delivery = pick(data, pledge.waiting(), pledge.deliveries)
        assert delivery is not None
        if act == "attach":
            content = data.draw(st.sampled_from([None, None, None, b"", b"MZ"]))
            spoilt = "" if twist == "stale" else twist
            shade = data.draw(st.integers(0, 2))
            goods_acts.attach(self.bench, pledge, delivery, shade, content=content, twist=spoilt)
        elif act == "confirm":
            goods_acts.confirm(self.bench, pledge, delivery, twist)
        else:
            goods_acts.refuse(self.bench, pledge, delivery, reason, twist)

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


def next_act(bench: Bench, pledge: Pledge, target: str) -> None:
    """The act that a pledge waits for."""
    if bench.model.aggregator_status != "active":
        bench.license("active", "izin diperpanjang")
    elif pledge.status in {"draft", "revision_requested"}:
        desk_acts.submit(bench, pledge)
    elif pledge.status == "submitted":
        if pledge.assessment == "pending":
            desk_acts.machine(bench, pledge)
        elif pledge.assessment == "passed":
            desk_acts.approve(bench, pledge)
        else:
            desk_acts.judge(bench, pledge, "request_revision", "perbaiki isian")
            desk_acts.revise(bench, pledge, [30, 12])
    elif pledge.status == "approved":
        next_of_goods(bench, pledge, target)


def next_of_goods(bench: Bench, pledge: Pledge, target: str) -> None:
    for delivery in pledge.waiting():
        if delivery.files:
            goods_acts.confirm(bench, pledge, delivery)
        else:
            goods_acts.attach(bench, pledge, delivery, 0)
        return
    for sent in pledge.dispatches:
        if any(line.in_transit for line in sent.lines):
            goods_acts.record(bench, pledge, sent, all_accepted(sent))
            return
    for made in pledge.promises:
        if min(made.open, pledge.in_custody(made.line)) > 0:
            goods_acts.send(bench, pledge, made.target_id, [(made, min(made.open, pledge.in_custody(made.line)))])
            return
    for line in pledge.lines:
        able = min(pledge.unallocated(line), bench.model.wants[target, line.aid_type].open)
        if able > 0:
            desk_acts.promise(bench, pledge, line, target, able)
            return
        if pledge.outstanding(line):
            goods_acts.take_in(bench, pledge, [(line, pledge.outstanding(line))])
            return
        if pledge.in_custody(line) and pledge.unallocated(line):
            spoilt = min(pledge.in_custody(line), pledge.unallocated(line))
            goods_acts.write_off(bench, pledge, [(line, spoilt)], "kedaluwarsa")
            return
    desk_acts.shut(bench, pledge)


def all_accepted(sent: Sent) -> list[Outcome]:
    return [
        Outcome(line=line, delivered=line.in_transit, accepted=line.in_transit, rejected=0, lost=0, reason="")
        for line in sent.lines
        if line.in_transit
    ]


def missing(bench: Bench) -> dict[str, list[str]]:
    """The acts that were never done, and those never refused."""
    refused = {act for act, outcome in bench.visited if outcome != "done"}
    return {
        "never done": [act for act in ACTS if (act, "done") not in bench.visited],
        "never refused": [act for act in ACTS if act not in refused],
    }


def test_random_acts(bench: Bench) -> None:
    class OnThisDatabase(Machine):
        pass

    OnThisDatabase.bench = bench
    deep = os.environ.get("KSBB_HYPOTHESIS_PROFILE") == "deep"
    run_state_machine_as_test(OnThisDatabase, settings=DEEP if deep else STEADY)  # type: ignore[no-untyped-call]
    assert missing(bench) == {"never done": [], "never refused": []}
