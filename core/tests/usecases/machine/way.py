"""The natural way of a pledge: the act that it waits for."""

from . import desk_acts, goods_acts
from .bench import Bench
from .model import Outcome, Pledge, Sent


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
