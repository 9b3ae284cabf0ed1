"""A walk through every act, each done at least once and refused at least once, in every way that the bench knows."""

from . import desk_acts, goods_acts
from .bench import Bench
from .model import Delivery, Outcome, Pledge, Sent


def walk(bench: Bench) -> None:
    """Walk. The bench proves each step."""
    ended_early(bench)
    judged(bench)
    to_the_end(bench)


def drafted(bench: Bench, quantities: list[int], *, halal: bool = True) -> Pledge:
    pledge = desk_acts.draft(bench, "pangan", quantities, halal=halal)
    assert pledge is not None
    return pledge


def approved(bench: Bench, quantities: list[int]) -> Pledge:
    pledge = drafted(bench, quantities)
    desk_acts.submit(bench, pledge)
    desk_acts.machine(bench, pledge)
    desk_acts.approve(bench, pledge)
    return pledge


def ended_early(bench: Bench) -> None:
    """Drafts that are wrong, and one that is withdrawn: nothing can be done with it any more."""
    desk_acts.draft(bench, "pangan", [])
    desk_acts.draft(bench, "pangan", [5, 0])
    desk_acts.draft(bench, "pangan", [5], twist="stranger")
    pledge = drafted(bench, [10])
    for twist in ("stale", "stranger"):
        desk_acts.revise(bench, pledge, [4], twist=twist)
        desk_acts.submit(bench, pledge, twist)
        desk_acts.withdraw(bench, pledge, twist)
    desk_acts.revise(bench, pledge, [4, 0])
    desk_acts.revise(bench, pledge, [4, 2])
    desk_acts.withdraw(bench, pledge)
    line, target = pledge.lines[0], bench.targets("pangan")[0]
    desk_acts.revise(bench, pledge, [4])
    desk_acts.submit(bench, pledge)
    desk_acts.withdraw(bench, pledge)
    desk_acts.machine(bench, pledge)
    desk_acts.approve(bench, pledge)
    for act in ("request_revision", "reject"):
        desk_acts.judge(bench, pledge, act, "salah")
    desk_acts.promise(bench, pledge, line, target, 1)
    desk_acts.cancel(bench, pledge, [(line, 1)], "batal")
    desk_acts.shut(bench, pledge)
    goods_acts.take_in(bench, pledge, [(line, 1)])
    goods_acts.write_off(bench, pledge, [(line, 1)], "rusak")


def judged(bench: Bench) -> None:
    """The rules block one pledge and fail on another; both are sent back, then one is rejected. On a third they fail only once."""
    blocked, failed = drafted(bench, [10], halal=False), drafted(bench, [10])
    for pledge in (blocked, failed):
        desk_acts.submit(bench, pledge)
        desk_acts.approve(bench, pledge)
        fails = pledge is failed
        desk_acts.machine(bench, pledge, fails=fails, twist="stranger")
        desk_acts.machine(bench, pledge, fails=fails)
        desk_acts.machine(bench, pledge, fails=fails)
        desk_acts.approve(bench, pledge)
        for act in ("request_revision", "reject"):
            desk_acts.judge(bench, pledge, act, "")
            desk_acts.judge(bench, pledge, act, "salah", "stale")
            desk_acts.judge(bench, pledge, act, "salah", "stranger")
        desk_acts.judge(bench, pledge, "request_revision", "perbaiki")
        desk_acts.revise(bench, pledge, [6])
        desk_acts.submit(bench, pledge)
        desk_acts.machine(bench, pledge, twist="stranger")
        desk_acts.machine(bench, pledge)
    desk_acts.judge(bench, failed, "reject", "tidak sesuai")
    cured = drafted(bench, [10])
    desk_acts.submit(bench, cured)
    desk_acts.machine(bench, cured, fails=True)
    desk_acts.machine(bench, cured)
    bench.license("suspended", "")
    bench.license("suspended", "izin diperiksa", "stale")
    bench.license("suspended", "izin diperiksa", "stranger")
    bench.license("suspended", "izin diperiksa")
    desk_acts.approve(bench, blocked)
    bench.license("suspended", "izin diperiksa")
    bench.license("active", "")
    bench.license("active", "izin sah")
    bench.license("active", "izin sah")
    for twist in ("stale", "stranger", ""):
        desk_acts.approve(bench, blocked, twist)


def to_the_end(bench: Bench) -> None:
    """Two lines for two targets; goods are cancelled, spoilt, rejected, lost and accepted, until all is settled."""
    pledge = approved(bench, [10, 6])
    first, second = pledge.lines
    one, other = bench.targets("pangan")
    for quantity in (-1, 5, 0, 100):
        bench.want("pangan", one, first.aid_type, quantity)
    bench.want("pangan", one, first.aid_type, 5, "stale")
    bench.want("pangan", one, first.aid_type, 5, "stranger")
    bench.want("pangan", one, first.aid_type, 5)
    for twist in ("stale", "stranger"):
        desk_acts.promise(bench, pledge, first, one, 4, twist)
    for quantity in (0, 11, 6, 4):
        desk_acts.promise(bench, pledge, first, one, quantity)
    desk_acts.promise(bench, pledge, first, other, 5)
    desk_acts.promise(bench, pledge, second, one, 6)
    bench.want("pangan", one, first.aid_type, 3)
    made = pledge.promises[0]
    for quantity, reason, twist in (
        (1, "", ""),
        (5, "salah", ""),
        (0, "salah", ""),
        (1, "salah", "stale"),
        (1, "salah", ""),
    ):
        desk_acts.release(bench, pledge, made, quantity, reason, twist)
    desk_acts.promise(bench, pledge, first, one, 1)
    offered = pledge.promises[-1]
    for quantity, reason, twist in (
        (1, "", ""),
        (2, "gudang penuh", ""),
        (0, "gudang penuh", ""),
        (1, "gudang penuh", "stale"),
        (1, "gudang penuh", "stranger"),
        (1, "gudang penuh", ""),
    ):
        desk_acts.refuse_offer(bench, pledge, offered, quantity, reason, twist)
    desk_acts.cancel(bench, pledge, [(first, 1)], "")
    desk_acts.cancel(bench, pledge, [], "stok habis")
    desk_acts.cancel(bench, pledge, [(first, 1), (first, 1)], "stok habis")
    desk_acts.cancel(bench, pledge, [(first, 3)], "stok habis")
    desk_acts.cancel(bench, pledge, [(first, 1)], "stok habis")
    took_in(bench, pledge)
    delivered(bench, pledge, one, other)
    for twist in ("stale", "stranger", ""):
        desk_acts.shut(bench, pledge, twist)
    desk_acts.shut(bench, pledge)


def took_in(bench: Bench, pledge: Pledge) -> None:
    first, second = pledge.lines
    for twist in ("stale", "stranger"):
        goods_acts.take_in(bench, pledge, [(first, 1)], twist)
    goods_acts.take_in(bench, pledge, [])
    goods_acts.take_in(bench, pledge, [(first, 2), (first, 2)])
    goods_acts.take_in(bench, pledge, [(first, 2), (second, 7)])
    bench.license("suspended", "izin diperiksa")
    goods_acts.take_in(bench, pledge, [(first, 9), (second, 4)])
    bench.license("active", "izin sah")
    goods_acts.take_in(bench, pledge, [(first, 9), (second, 4)])
    goods_acts.take_in(bench, pledge, [(second, 2)])
    desk_acts.shut(bench, pledge)
    goods_acts.write_off(bench, pledge, [(first, 1)], "rusak", "stranger")
    for quantity, reason in ((1, ""), (2, "rusak"), (0, "rusak"), (1, "rusak")):
        goods_acts.write_off(bench, pledge, [(first, quantity)], reason)


def delivered(bench: Bench, pledge: Pledge, one: str, other: str) -> None:
    to_one, to_other, also_to_one, _ = pledge.promises
    for twist in ("stale", "stranger"):
        goods_acts.send(bench, pledge, one, [(to_one, 1)], twist)
    goods_acts.send(bench, pledge, one, [])
    goods_acts.send(bench, pledge, one, [(to_one, 1), (to_other, 1)])
    goods_acts.send(bench, pledge, one, [(to_one, 1), (to_one, 1)])
    goods_acts.send(bench, pledge, one, [(to_one, 4)])
    goods_acts.send(bench, pledge, one, [(to_one, 3), (also_to_one, 6)])
    goods_acts.send(bench, pledge, other, [(to_other, 5)])
    sent, last = pledge.dispatches
    for outcome in (
        result(sent, accepted=2, delivered=3),
        result(sent, accepted=3, rejected=-1, lost=1),
        result(sent, accepted=2, lost=1, reason=""),
        result(sent, accepted=4),
        result(sent, accepted=0),
    ):
        goods_acts.record(bench, pledge, sent, [outcome])
    good = result(sent, accepted=1, rejected=1, lost=1)
    goods_acts.record(bench, pledge, sent, [])
    goods_acts.record(bench, pledge, sent, [good, good])
    goods_acts.record(bench, pledge, last, [good])
    goods_acts.record(bench, pledge, sent, [good], early=True)
    for twist in ("stale", "stranger", "", ""):
        goods_acts.record(bench, pledge, sent, [good], twist=twist)
    decided(bench, pledge, pledge.deliveries[0], "refused")
    goods_acts.record(bench, pledge, sent, [good, result(sent, 1, accepted=6)])
    decided(bench, pledge, pledge.deliveries[1], "confirmed")
    goods_acts.record(bench, pledge, last, [result(last, accepted=2)])
    decided(bench, pledge, pledge.deliveries[2], "confirmed")
    bench.forward(150)
    goods_acts.record(bench, pledge, last, [result(last, accepted=3)])
    decided(bench, pledge, pledge.deliveries[3], "confirmed")


def decided(bench: Bench, pledge: Pledge, delivery: Delivery, decision: str) -> None:
    for twist in ("stale", "stranger", ""):
        goods_acts.confirm(bench, pledge, delivery, twist)
    goods_acts.attach(bench, pledge, delivery, 1, twist="stranger")
    goods_acts.attach(bench, pledge, delivery, 1, content=b"")
    goods_acts.attach(bench, pledge, delivery, 1, content=b"MZ")
    goods_acts.attach(bench, pledge, delivery, 1)
    goods_acts.attach(bench, pledge, delivery, 1)
    if decision == "refused":
        for reason, twist in (("", ""), ("jumlah salah", "stale"), ("jumlah salah", "stranger"), ("jumlah salah", "")):
            goods_acts.refuse(bench, pledge, delivery, reason, twist)
    else:
        goods_acts.confirm(bench, pledge, delivery)
    goods_acts.confirm(bench, pledge, delivery)
    goods_acts.refuse(bench, pledge, delivery, "terlambat")
    goods_acts.attach(bench, pledge, delivery, 2)


def result(
    sent: Sent,
    position: int = 0,
    *,
    accepted: int,
    rejected: int = 0,
    lost: int = 0,
    delivered: int | None = None,
    reason: str = "kemasan basah",
) -> Outcome:
    total = accepted + rejected + lost if delivered is None else delivered
    return Outcome(
        line=sent.lines[position], delivered=total, accepted=accepted, rejected=rejected, lost=lost, reason=reason
    )
