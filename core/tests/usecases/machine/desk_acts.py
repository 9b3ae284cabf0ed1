"""Acts at the desks: draft, revise, submit, withdraw, assess, approve, send back, reject, allocate, release, cancel, close."""

from datetime import date
from typing import Any

from ksbb.domain.commitments import Commitment
from ksbb.domain.rights import SYSTEM
from ksbb.domain.targets import TargetKind
from ksbb.program import parse_day
from ksbb.testing import World
from ksbb.usecases import allocate, assess, close, commit
from ksbb.usecases.allocate import Allocation
from ksbb.usecases.chain import donor_class, load_commitment
from ksbb.usecases.desk import Desk, jakarta_day
from ksbb.usecases.receive import LineQuantity

from .bench import AIDS, Bench
from .model import Line, Pledge, Promise, first, wrong_quantity

Amounts = list[tuple[Line, int]]


def contents(world: World, program_id: str, quantities: list[int], *, halal: bool) -> commit.CommitmentInput:
    """A commitment of one line per quantity, with the attributes of the aid types' first examples; how many lines it has says
    which area it wishes for.
    """
    program = world.platform.programs.require(program_id).program
    lines = []
    for position, quantity in enumerate(quantities):
        aid_type = program.aid_type(AIDS[program_id][position % 2])
        assert aid_type is not None
        attributes = dict(aid_type.examples[0])
        if program_id == "pangan":
            attributes["halal"] = halal
        lines.append(commit.LineInput(aid_type=aid_type.id, quantity=quantity, attributes=attributes))
    return commit.CommitmentInput(
        program_id=program_id,
        lines=lines,
        planned_handover_on=date(2026, 8, 1),
        aggregator_id=world.aggregator_party.id,
        area_code=("31", "31.71", "31.71.06.1002")[len(quantities) % 3],
        area_only=len(quantities) > 1,
        target_kind=TargetKind.RW,
    )


def lines_of(stored: Commitment) -> list[Line]:
    return [
        Line(
            id=line.id,
            aid_type=line.aid_type,
            committed=line.committed,
            expires_on=parse_day(line.attributes.get("expires_on")),
        )
        for line in stored.lines
    ]


def draft(
    bench: Bench, program_id: str, quantities: list[int], *, halal: bool = True, twist: str = ""
) -> Pledge | None:
    refusal = first(
        (twist == "stranger", "right_missing"), (not quantities, "lines"), (min(quantities, default=1) < 1, "quantity")
    )
    given = contents(bench.world, program_id, quantities, halal=halal)
    made = bench.attempt("draft", refusal, bench.world.collaborator, commit.draft, given, twist=twist)
    if made is None:
        return None
    pledge = Pledge(id=made.id, program_id=program_id, lines=lines_of(made), halal=halal, version=0)
    bench.model.pledges.append(pledge)
    bench.settle(pledge)
    return pledge


def revise(bench: Bench, pledge: Pledge, quantities: list[int], *, halal: bool = True, twist: str = "") -> None:
    refusal = first(
        *before(pledge, twist, {"draft", "revision_requested"}),
        (not quantities, "lines"),
        (min(quantities, default=1) < 1, "quantity"),
    )
    given = contents(bench.world, pledge.program_id, quantities, halal=halal)
    version = bench.version(pledge, twist)
    done = bench.attempt(
        "revise",
        refusal,
        bench.world.collaborator,
        commit.revise,
        pledge.id,
        given,
        expected_version=version,
        twist=twist,
    )
    if done is not None:
        bench.settle(pledge, lines=lines_of(done), halal=halal, assessment="pending")


def before(pledge: Pledge, twist: str, statuses: set[str]) -> tuple[tuple[bool, str], ...]:
    """What most acts check first."""
    return (
        (twist == "stale", "stale_version"),
        (twist == "stranger", "right_missing"),
        (pledge.status not in statuses, "wrong_status"),
    )


def submit(bench: Bench, pledge: Pledge, twist: str = "") -> None:
    refusal = first(*before(pledge, twist, {"draft", "revision_requested"}))
    version = bench.version(pledge, twist)
    who = bench.world.collaborator
    if bench.attempt("submit", refusal, who, commit.submit, pledge.id, expected_version=version, twist=twist):
        bench.settle(pledge, status="submitted", assessment="pending")


def withdraw(bench: Bench, pledge: Pledge, twist: str = "") -> None:
    refusal = first(*before(pledge, twist, {"draft", "submitted", "revision_requested"}))
    done = bench.attempt(
        "withdraw",
        refusal,
        bench.world.collaborator,
        commit.withdraw,
        pledge.id,
        reason="batal",
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done:
        bench.settle(pledge, status="withdrawn")


def machine(bench: Bench, pledge: Pledge, *, fails: bool = False, twist: str = "") -> None:
    """The machine runs the program's rules; with `fails` one of them raises. Repeating it changes nothing, but for
    one that failed and doesn't any more.
    """

    async def run(desk: Desk) -> str:
        found = await load_commitment(desk, pledge.id)
        if fails:
            await assess.record_failure(desk, found, "ZeroDivisionError")
            return "failed"
        view = assess.view_of(found, donor_class(desk, found), desk.today)
        return await assess.record(desk, found, assess.run_rules(desk.programs.require(found.program_id), view))

    waits = pledge.status == "submitted" and pledge.assessment in ({"pending"} if fails else {"pending", "failed"})
    allowed = pledge.halal or pledge.program_id != "pangan"
    outcome = "failed" if fails else "passed" if allowed else "blocked"
    act = f"assess_{outcome}"
    state = bench.attempt(act, "right_missing" if twist == "stranger" else None, SYSTEM, run, twist=twist)
    if state is None:
        return
    if waits:
        assert state == outcome
        bench.settle(pledge, assessment=outcome)
    else:
        rows = bench.rows
        bench.settle()
        assert bench.rows == rows


def approve(bench: Bench, pledge: Pledge, twist: str = "") -> None:
    refusal = first(
        *before(pledge, twist, {"submitted"}),
        (pledge.assessment == "pending", "assessment_pending"),
        (pledge.assessment == "blocked", "not_halal"),
        (pledge.assessment == "failed", "rule_failed"),
        (bench.model.aggregator_status != "active", "aggregator_not_active"),
    )
    version = bench.version(pledge, twist)
    who = bench.world.assessor
    if bench.attempt("approve", refusal, who, assess.approve, pledge.id, expected_version=version, twist=twist):
        bench.settle(pledge, status="approved")


def judge(bench: Bench, pledge: Pledge, act: str, reason: str, twist: str = "") -> None:
    """Send back (`request_revision`) or `reject`."""
    refusal = first(*before(pledge, twist, {"submitted"}), (not reason, "reason_missing"))
    done = bench.attempt(
        act,
        refusal,
        bench.world.assessor,
        getattr(assess, act),
        pledge.id,
        reason=reason,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done:
        bench.settle(pledge, status="revision_requested" if act == "request_revision" else "rejected")


def promise(bench: Bench, pledge: Pledge, line: Line, target_id: str, quantity: int, twist: str = "") -> None:
    """Allocate."""
    want = bench.model.wants.get((target_id, line.aid_type))
    over_line = wrong_quantity([(quantity, pledge.unallocated(line))])
    refusal = first(
        *before(pledge, twist, {"approved"}),
        (line.expires_on is not None and jakarta_day(bench.world.clock.now()) > line.expires_on, "expired"),
        (over_line is not None, over_line or ""),
        (want is None, "need_missing"),
        (want is not None and quantity > want.open, "over_quantity"),
    )
    done = bench.attempt(
        "allocate",
        refusal,
        bench.world.assessor,
        allocate.allocate,
        pledge.id,
        line_id=line.id,
        target_id=target_id,
        quantity=quantity,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None and want is not None:
        made: Allocation = done[1]
        pledge.promises.append(Promise(id=made.id, line=line, target_id=target_id, quantity=quantity))
        want.promised += quantity
        bench.settle(pledge)


def release(bench: Bench, pledge: Pledge, made: Promise, quantity: int, reason: str, twist: str = "") -> None:
    wrong = "over_quantity" if quantity > made.open else "not_positive" if quantity < 1 else None
    refusal = first(
        *before(pledge, twist, {"approved"}), (not reason, "reason_missing"), (wrong is not None, wrong or "")
    )
    done = bench.attempt(
        "release",
        refusal,
        bench.world.assessor,
        allocate.release,
        pledge.id,
        made.id,
        quantity=quantity,
        reason=reason,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        made.released += quantity
        bench.model.wants[made.target_id, made.line.aid_type].promised -= quantity
        bench.settle(pledge)


def refuse_offer(bench: Bench, pledge: Pledge, made: Promise, quantity: int, reason: str, twist: str = "") -> None:
    """The first target has a representative; for the others the assessor speaks. Of the need, nothing but its promises changes."""
    wrong = "over_quantity" if quantity > made.open else "not_positive" if quantity < 1 else None
    refusal = first(
        *before(pledge, twist, {"approved"}), (not reason, "reason_missing"), (wrong is not None, wrong or "")
    )
    own = made.target_id == bench.world.recipient.target_id
    done = bench.attempt(
        "refuse_offer",
        refusal,
        bench.world.recipient if own else bench.world.assessor,
        allocate.refuse,
        pledge.id,
        made.id,
        quantity=quantity,
        reason=reason,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done is not None:
        made.released += quantity
        bench.model.wants[made.target_id, made.line.aid_type].promised -= quantity
        bench.settle(pledge)


def amounts_given(amounts: Amounts) -> list[LineQuantity]:
    return [LineQuantity(line_id=line.id, quantity=quantity) for line, quantity in amounts]


def wrong_lines(amounts: Amounts, limits: dict[str, int]) -> tuple[tuple[bool, str], ...]:
    """What a list of lines can be refused for: empty, one line twice, a quantity out of its limits."""
    ids = [line.id for line, _ in amounts]
    wrong = wrong_quantity([(quantity, limits[line.id]) for line, quantity in amounts])
    return (not amounts, "lines"), (len(set(ids)) < len(ids), "named_twice"), (wrong is not None, wrong or "")


def cancel(bench: Bench, pledge: Pledge, amounts: Amounts, reason: str, twist: str = "") -> None:
    limits = {line.id: min(pledge.outstanding(line), pledge.unallocated(line)) for line in pledge.lines}
    refusal = first(*before(pledge, twist, {"approved"}), (not reason, "reason_missing"), *wrong_lines(amounts, limits))
    done = bench.attempt(
        "cancel",
        refusal,
        bench.world.collaborator,
        close.cancel,
        pledge.id,
        lines=amounts_given(amounts),
        reason=reason,
        expected_version=bench.version(pledge, twist),
        twist=twist,
    )
    if done:
        for line, quantity in amounts:
            line.cancelled += quantity
        bench.settle(pledge)


def shut(bench: Bench, pledge: Pledge, twist: str = "") -> None:
    """Close."""
    refusal = first(*before(pledge, twist, {"approved"}), (not pledge.settled(), "not_settled"))
    given: dict[str, Any] = {"expected_version": bench.version(pledge, twist), "twist": twist}
    if bench.attempt("close", refusal, bench.world.assessor, close.close, pledge.id, **given):
        bench.settle(pledge, status="closed")
