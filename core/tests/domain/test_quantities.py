"""Conservation along a line: every act keeps the laws, or is refused with the limit; nothing in between."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.quantities import Degree, Fulfilment, HandoverOutcome, LineBalance, require_positive
from ksbb.domain.text import Text

SMALL = st.integers(min_value=0, max_value=30)
ANY = st.integers(min_value=-5, max_value=200)
HALFWAY = LineBalance(committed=20, received=10, allocated=8, dispatched=4, accepted=2)
"""Every act can still be done."""


@st.composite
def balances(draw: st.DrawFn) -> LineBalance:
    """Every balance that the laws allow, put together from where its goods are."""
    accepted, rejected, lost, in_transit = (draw(SMALL) for _ in range(4))
    in_custody, written_off, outstanding, cancelled = (draw(SMALL) for _ in range(4))
    dispatched = accepted + rejected + lost + in_transit
    received = dispatched + in_custody + written_off
    return LineBalance(
        committed=received + outstanding + cancelled,
        cancelled=cancelled,
        received=received,
        written_off=written_off,
        allocated=draw(st.integers(min_value=dispatched, max_value=dispatched + in_custody + outstanding)),
        dispatched=dispatched,
        accepted=accepted,
        rejected=rejected,
        lost=lost,
    )


def problem_of(act: Callable[[], object]) -> Problem:
    """The one problem that an act is refused with."""
    with pytest.raises(InvalidInput) as caught:
        act()
    (problem,) = caught.value.problems
    return problem


def over(what_id: str, what_en: str, limit: int, given: int, pointer: str) -> Problem:
    return Problem(
        code="over_quantity",
        message=Text(
            f"paling banyak {limit} {what_id}, diberikan {given}", f"at most {limit} {what_en}, given {given}"
        ),
        pointer=pointer,
        expected={"maximum": limit},
        given=given,
    )


def not_positive(given: int, pointer: str) -> Problem:
    return Problem(
        code="not_positive",
        message=Text(f"jumlah paling sedikit 1, diberikan {given}", f"a quantity is at least 1, given {given}"),
        pointer=pointer,
        expected={"minimum": 1},
        given=given,
    )


ACTS: dict[str, tuple[str, Callable[[LineBalance], int], str, str]] = {
    "receive": ("received", lambda b: b.committed - b.cancelled - b.received, "yang masih ditunggu", "outstanding"),
    "cancel": (
        "cancelled",
        lambda b: min(
            b.committed - b.cancelled - b.received,
            b.committed - b.cancelled - b.written_off - b.allocated,
        ),
        "yang masih ditunggu dan belum dialokasikan (lepaskan alokasi dahulu)",
        "outstanding and not allocated (release allocations first)",
    ),
    "write_off": (
        "written_off",
        lambda b: min(
            b.received - b.dispatched - b.written_off,
            b.committed - b.cancelled - b.written_off - b.allocated,
        ),
        "di gudang dan belum dialokasikan (lepaskan alokasi dahulu)",
        "in custody and not allocated (release allocations first)",
    ),
    "allocate": (
        "allocated",
        lambda b: b.committed - b.cancelled - b.written_off - b.allocated,
        "yang belum dialokasikan",
        "not yet allocated",
    ),
    "release": ("allocated", lambda b: b.allocated - b.dispatched, "yang belum dikirim", "not yet dispatched"),
    "dispatch": (
        "dispatched",
        lambda b: min(b.allocated - b.dispatched, b.received - b.dispatched - b.written_off),
        "yang tersedia di gudang untuk alokasi",
        "in custody for allocations",
    ),
}
"""Act → the column that it changes, how much it may at most, and what the limit is called."""


@pytest.mark.parametrize("act", ACTS)
@example(balance=HALFWAY, quantity=1)
@example(balance=HALFWAY, quantity=0)
@example(balance=HALFWAY, quantity=100)
@given(balance=balances(), quantity=ANY)
def test_an_act_moves_one_quantity_or_is_refused(act: str, balance: LineBalance, quantity: int) -> None:
    column, limit_of, what_id, what_en = ACTS[act]
    limit = limit_of(balance)
    move = getattr(balance, act)
    if quantity < 1:
        assert problem_of(lambda: move(quantity, "/lines/3/quantity")) == not_positive(quantity, "/lines/3/quantity")
    elif quantity > limit:
        expected = over(what_id, what_en, limit, quantity, "/lines/3/quantity")
        assert problem_of(lambda: move(quantity, "/lines/3/quantity")) == expected
    else:
        sign = -1 if act == "release" else 1
        assert move(quantity) == replace(balance, **{column: getattr(balance, column) + sign * quantity})


@pytest.mark.parametrize("act", ACTS)
def test_the_pointer_defaults_to_the_quantity(act: str) -> None:
    empty = LineBalance(committed=5)
    assert problem_of(lambda: getattr(empty, act)(6)).pointer == "/quantity"


@example(balance=LineBalance(committed=5, received=5, allocated=5, dispatched=5), accepted=4, rejected=1, lost=1)
@example(balance=LineBalance(committed=5, received=5, allocated=5, dispatched=5), accepted=3, rejected=1, lost=1)
@given(balance=balances(), accepted=SMALL, rejected=st.integers(0, 9), lost=st.integers(0, 9))
def test_a_handover_accounts_for_what_is_in_transit(
    balance: LineBalance, accepted: int, rejected: int, lost: int
) -> None:
    if accepted + rejected + lost == 0:
        return
    outcome = HandoverOutcome(
        delivered=accepted + rejected + lost, accepted=accepted, rejected=rejected, lost=lost, reason="basah"
    )
    in_transit = balance.dispatched - balance.accepted - balance.rejected - balance.lost
    if outcome.delivered > in_transit:
        expected = over("dalam perjalanan", "in transit", in_transit, outcome.delivered, "/delivered")
        assert problem_of(lambda: balance.hand_over(outcome)) == expected
    else:
        assert balance.hand_over(outcome) == replace(
            balance,
            accepted=balance.accepted + accepted,
            rejected=balance.rejected + rejected,
            lost=balance.lost + lost,
        )


@given(balances())
def test_the_four_laws(balance: LineBalance) -> None:
    assert balance.committed == balance.cancelled + balance.received + balance.outstanding
    assert balance.received == balance.free + balance.reserved + balance.dispatched + balance.written_off
    assert balance.dispatched == balance.in_transit + balance.accepted + balance.rejected + balance.lost
    assert balance.allocated + balance.unallocated == balance.committed - balance.cancelled - balance.written_off
    assert balance.promised == balance.allocated - balance.dispatched >= balance.reserved
    parts = (balance.outstanding, balance.free, balance.reserved, balance.in_transit, balance.unallocated)
    assert min(parts) >= 0
    nowhere = balance.outstanding == balance.free == balance.reserved == balance.in_transit == 0
    assert balance.settled is nowhere


@given(balances())
def test_settled_lines_move_no_more(balance: LineBalance) -> None:
    """What closed lines leave open is only what nobody could deliver any more."""
    if balance.settled:
        for move in (balance.receive, balance.cancel, balance.write_off, balance.dispatch):
            assert problem_of(partial(move, 1)).expected == {"maximum": 0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cancelled": 6, "received": 5}, "conservation broken (cancelled + received <= committed)"),
        ({"received": 5, "written_off": 6}, "conservation broken (dispatched + written_off <= received)"),
        (
            {"received": 5, "allocated": 5, "dispatched": 5, "accepted": 3, "rejected": 2, "lost": 1},
            "conservation broken (accepted + rejected + lost <= dispatched)",
        ),
        (
            {"allocated": 8, "cancelled": 2, "received": 1, "written_off": 1},
            "conservation broken (allocated <= committed - cancelled - written_off)",
        ),
        ({"received": 5, "allocated": 4, "dispatched": 5}, "conservation broken (dispatched <= allocated)"),
        *(
            ({name: -1}, f"{name} is negative")
            for name in (
                "cancelled",
                "received",
                "written_off",
                "allocated",
                "dispatched",
                "accepted",
                "rejected",
                "lost",
            )
        ),
    ],
)
def test_a_broken_balance_cannot_be_made(changes: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}: LineBalance"):
        LineBalance(committed=10, **changes)


def test_every_broken_law_is_named() -> None:
    with pytest.raises(ValueError, match=re.escape("cancelled + received <= committed, dispatched + written_off")):
        LineBalance(committed=1, received=2, written_off=3)


@given(balances())
def test_fulfilment_is_derived(balance: LineBalance) -> None:
    due = balance.committed - balance.cancelled

    def degree(done: int) -> str:
        return "complete" if done >= due else "partial" if done > 0 else "none"

    assert balance.fulfilment() == Fulfilment(
        allocated=Degree(degree(balance.allocated)),
        received=Degree(degree(balance.received)),
        handed_over=Degree(degree(balance.accepted)),
    )


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("none", "none"), "none"),
        (("complete", "complete"), "complete"),
        (("partial", "partial"), "partial"),
        (("none", "complete"), "partial"),
        (("partial", "complete"), "partial"),
        (("none", "partial"), "partial"),
        (("complete",), "complete"),
    ],
)
def test_a_whole_is_as_far_as_its_parts(parts: tuple[str, ...], whole: str) -> None:
    def same(degree: str) -> Fulfilment:
        return Fulfilment(allocated=Degree(degree), received=Degree(degree), handed_over=Degree(degree))

    assert Fulfilment.combined(tuple(map(same, parts))) == same(whole)


@given(
    delivered=ANY,
    accepted=ANY,
    rejected=ANY,
    lost=ANY,
    reason=st.sampled_from(["", "  ", "kemasan basah"]),
    sums=st.booleans(),
)
def test_an_outcome_adds_up_or_is_refused(
    delivered: int, accepted: int, rejected: int, lost: int, reason: str, *, sums: bool
) -> None:
    delivered = accepted + rejected + lost if sums else delivered

    def make() -> HandoverOutcome:
        return HandoverOutcome(
            delivered=delivered, accepted=accepted, rejected=rejected, lost=lost, reason=reason, pointer="/lines/0"
        )

    negative = [
        (name, value) for name, value in (("accepted", accepted), ("rejected", rejected), ("lost", lost)) if value < 0
    ]
    total = accepted + rejected + lost
    if delivered < 1:
        assert problem_of(make) == not_positive(delivered, "/lines/0/delivered")
    elif negative:
        name, value = negative[0]
        assert problem_of(make) == Problem(
            code="negative",
            message=Text("jumlah tidak boleh negatif", "a quantity can't be negative"),
            pointer=f"/lines/0/{name}",
            expected={"minimum": 0},
            given=value,
        )
    elif total != delivered:
        assert problem_of(make) == Problem(
            code="outcome_sum",
            message=Text(
                f"diterima + ditolak + hilang harus {delivered}, hasilnya {total}",
                f"accepted + rejected + lost must be {delivered}, they make {total}",
            ),
            pointer="/lines/0/delivered",
            expected=delivered,
            given=total,
        )
    elif (rejected or lost) and not reason.strip():
        assert problem_of(make) == Problem(
            code="reason_missing",
            message=Text("sebutkan alasan barang ditolak atau hilang", "give the reason for what was rejected or lost"),
            pointer="/lines/0/reason",
            expected={"minLength": 1},
            given=reason,
        )
    else:
        assert make().delivered == accepted + rejected + lost


@given(st.integers())
def test_require_positive(quantity: int) -> None:
    if quantity >= 1:
        require_positive(quantity, "/q")
    else:
        assert problem_of(lambda: require_positive(quantity, "/q")) == not_positive(quantity, "/q")
