"""The natural way of a pledge: the act that it waits for."""

from . import desk_acts, goods_acts
from .bench import Bench
from .model import Line, Outcome, Pledge, Sent


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
    """First what is on its way, then what could be sent, then what could be promised or taken in."""
    ready = [made for made in pledge.promises if min(made.open, pledge.in_custody(made.line)) > 0]
    moving = [sent for sent in pledge.dispatches if any(line.in_transit for line in sent.lines)]
    unsettled = [line for line in pledge.lines if pledge.outstanding(line) or pledge.in_custody(line)]
    if pledge.waiting():
        delivery = pledge.waiting()[0]
        if delivery.files:
            goods_acts.confirm(bench, pledge, delivery)
        else:
            goods_acts.attach(bench, pledge, delivery, 0)
    elif moving:
        goods_acts.record(bench, pledge, moving[0], all_accepted(moving[0]))
    elif ready:
        made = ready[0]
        goods_acts.send(bench, pledge, made.target_id, [(made, min(made.open, pledge.in_custody(made.line)))])
    elif unsettled:
        settle_line(bench, pledge, unsettled[0], target)
    else:
        desk_acts.shut(bench, pledge)


def settle_line(bench: Bench, pledge: Pledge, line: Line, target: str) -> None:
    """Promise what can be promised, take in what is outstanding, write off what nobody needs."""
    able = min(pledge.unallocated(line), bench.model.wants[target, line.aid_type].open)
    if able > 0:
        desk_acts.promise(bench, pledge, line, target, able)
    elif pledge.outstanding(line):
        goods_acts.take_in(bench, pledge, [(line, pledge.outstanding(line))])
    else:
        spoilt = min(pledge.in_custody(line), pledge.unallocated(line))
        goods_acts.write_off(bench, pledge, [(line, spoilt)], "kedaluwarsa")


def all_accepted(sent: Sent) -> list[Outcome]:
    return [
        Outcome(line=line, delivered=line.in_transit, accepted=line.in_transit, rejected=0, lost=0, reason="")
        for line in sent.lines
        if line.in_transit
    ]
