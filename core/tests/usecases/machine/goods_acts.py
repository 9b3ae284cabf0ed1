"""Acts with goods: receive, write off, dispatch, record, attach evidence, confirm, refuse."""

from collections import Counter
from datetime import timedelta

from ksbb.domain.handovers import OutcomeInput
from ksbb.testing.driven import tiny_png
from ksbb.usecases import dispatch, evidence, hand_over, receive

from .bench import Bench
from .desk_acts import Amounts, amounts_given, before, wrong_lines
from .model import Delivery, Outcome, Pledge, Promise, Sent, SentLine, first


def take_in(bench: Bench, pledge: Pledge, amounts: Amounts, twist: str = "") -> None:
    """Receive."""
    stale, stranger, status = before(pledge, twist, {"approved"})
    empty, twice, wrong = wrong_lines(amounts, {line.id: pledge.outstanding(line) for line in pledge.lines})
    suspended = (bench.model.aggregator_status != "active", "aggregator_not_active")
    done = bench.attempt(
        "receive",
        first(stale, status, empty, twice, stranger, suspended, wrong),
        bench.world.aggregator,
        receive.receive,
        pledge.id,
        lines=amounts_given(amounts),
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        for line, quantity in amounts:
            line.received += quantity
        bench.settle(pledge)


def write_off(bench: Bench, pledge: Pledge, amounts: Amounts, reason: str, twist: str = "") -> None:
    """Write off; a suspended aggregator may, the goods are spoilt all the same."""
    stale, stranger, status = before(pledge, twist, {"approved"})
    limits = {line.id: min(pledge.in_custody(line), pledge.unallocated(line)) for line in pledge.lines}
    empty, twice, wrong = wrong_lines(amounts, limits)
    done = bench.attempt(
        "write_off",
        first(stale, status, empty, twice, stranger, (not reason, "reason_missing"), wrong),
        bench.world.aggregator,
        receive.write_off,
        pledge.id,
        lines=amounts_given(amounts),
        reason=reason,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        for line, quantity in amounts:
            line.written_off += quantity
        bench.settle(pledge)


def send(bench: Bench, pledge: Pledge, target_id: str, amounts: list[tuple[Promise, int]], twist: str = "") -> None:
    """Dispatch."""
    ids = [made.id for made, _ in amounts]
    refusal = first(
        *before(pledge, twist, {"approved"}),
        (bench.model.aggregator_status != "active", "aggregator_not_active"),
        (not amounts, "lines"),
        (len(set(ids)) < len(ids), "named_twice"),
    ) or wrong_load(pledge, target_id, amounts)
    done = bench.attempt(
        "dispatch",
        refusal,
        bench.world.aggregator,
        dispatch.dispatch,
        pledge.id,
        target_id=target_id,
        executor_id=bench.world.executor_party.id,
        lines=[dispatch.AllocationQuantity(allocation_id=made.id, quantity=quantity) for made, quantity in amounts],
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        by_allocation = {line.allocation_id: line.id for line in done[1].lines}
        lines = []
        for made, quantity in amounts:
            made.sent += quantity
            lines.append(SentLine(id=by_allocation[made.id], promise=made, quantity=quantity))
        pledge.dispatches.append(Sent(id=done[1].id, target_id=target_id, lines=lines))
        bench.settle(pledge)


def wrong_load(pledge: Pledge, target_id: str, amounts: list[tuple[Promise, int]]) -> str | None:
    """Loads of one line come out of the same custody."""
    loaded = Counter[str]()
    for made, quantity in amounts:
        custody = pledge.in_custody(made.line) - loaded[made.line.id]
        promised = pledge.allocated(made.line) - pledge.dispatched(made.line) - loaded[made.line.id]
        code = first(
            (made.target_id != target_id, "other_target"),
            (quantity > made.open, "over_quantity"),
            (quantity < 1, "not_positive"),
            (quantity > min(custody, promised), "over_quantity"),
        )
        if code:
            return code
        loaded[made.line.id] += quantity
    return None


def record(
    bench: Bench, pledge: Pledge, sent: Sent, outcomes: list[Outcome], *, early: bool = False, twist: str = ""
) -> None:
    """Record a handover; `early` before the goods left."""
    ids = [one.line.id for one in outcomes]
    refusal = first(
        *before(pledge, twist, {"approved"}),
        (bench.model.aggregator_status != "active", "aggregator_not_active"),
        (early, "time"),
        (any(one.sent is sent for one in pledge.waiting()), "handover_pending"),
        (not outcomes, "lines"),
        (len(set(ids)) < len(ids), "named_twice"),
    ) or wrong_outcome(sent, outcomes)
    done = bench.attempt(
        "record",
        refusal,
        bench.world.executor,
        hand_over.record,
        sent.id,
        lines=[
            OutcomeInput(
                dispatch_line_id=one.line.id,
                delivered=one.delivered,
                accepted=one.accepted,
                rejected=one.rejected,
                lost=one.lost,
                reason=one.reason,
            )
            for one in outcomes
        ],
        recipient_name="Siti Contoh",
        recipient_office="Ketua RW",
        witness_account_id=bench.world.witness.account_id,
        place="Balai RW",
        handed_over_at=bench.world.clock.now() - timedelta(days=1000 * early),
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        pledge.deliveries.append(Delivery(id=done[1].id, sent=sent, outcomes=outcomes))
        bench.settle(pledge)


def wrong_outcome(sent: Sent, outcomes: list[Outcome]) -> str | None:
    for one in outcomes:
        code = first(
            (one.line not in sent.lines, "unknown_line"),
            (one.delivered < 1, "not_positive"),
            (min(one.accepted, one.rejected, one.lost) < 0, "negative"),
            (not one.adds_up, "outcome_sum"),
            (one.rejected + one.lost > 0 and not one.reason, "reason_missing"),
            (one.delivered > one.line.in_transit, "over_quantity"),
        )
        if code:
            return code
    return None


def attach(
    bench: Bench, pledge: Pledge, delivery: Delivery, shade: int, *, content: bytes | None = None, twist: str = ""
) -> None:
    """Attach a photo in a shade of grey, or other content."""
    refusal = first(
        (twist == "stranger", "right_missing"),
        (delivery.status != "recorded", "wrong_status"),
        (content == b"", "size"),
        (content is not None, "media_type"),
        (shade in delivery.files, "same_file"),
    )
    done = bench.attempt(
        "attach",
        refusal,
        bench.world.executor,
        evidence.attach,
        delivery.id,
        file_name="foto.png",
        content=tiny_png(shade) if content is None else content,
        twist=twist,
    )
    if done is not None:
        delivery.files.add(shade)
        bench.settle(pledge)


def confirm(bench: Bench, pledge: Pledge, delivery: Delivery, twist: str = "") -> None:
    refusal = first(
        (twist == "stale", "stale_version"),
        (twist == "stranger", "right_missing"),
        (delivery.status != "recorded", "wrong_status"),
        (not delivery.files, "evidence_missing"),
    )
    version = bench.version(pledge, twist)
    who = bench.world.witness
    done = bench.attempt("confirm", refusal, who, hand_over.confirm, delivery.id, expected_version=version, twist=twist)
    if done is None:
        return
    delivery.status = "confirmed"
    for one in delivery.outcomes:
        made = one.line.promise
        one.line.settled += one.delivered
        made.accepted, made.rejected, made.lost = (
            made.accepted + one.accepted,
            made.rejected + one.rejected,
            made.lost + one.lost,
        )
        want = bench.model.wants[made.target_id, made.line.aid_type]
        want.promised -= one.delivered
        want.accepted += one.accepted
    bench.settle(pledge)


def refuse(bench: Bench, pledge: Pledge, delivery: Delivery, reason: str, twist: str = "") -> None:
    refusal = first(
        (twist == "stale", "stale_version"),
        (twist == "stranger", "right_missing"),
        (delivery.status != "recorded", "wrong_status"),
        (not reason, "reason_missing"),
    )
    done = bench.attempt(
        "refuse",
        refusal,
        bench.world.witness,
        hand_over.refuse,
        delivery.id,
        reason=reason,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        delivery.status = "refused"
        bench.settle(pledge)
