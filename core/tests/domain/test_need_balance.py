"""A need is never over-served: promises count, and what was rejected or lost is open again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.quantities import HandoverOutcome, NeedBalance
from ksbb.domain.text import Text

SMALL = st.integers(min_value=0, max_value=30)
ANY = st.integers(min_value=0, max_value=120)


@st.composite
def needs(draw: st.DrawFn) -> NeedBalance:
    """Every need that the law allows."""
    promised, accepted, still_open = (draw(SMALL) for _ in range(3))
    return NeedBalance(quantity=promised + accepted + still_open, promised=promised, accepted=accepted)


@given(need=needs(), quantity=ANY)
def test_promise(need: NeedBalance, quantity: int) -> None:
    left = need.quantity - need.promised - need.accepted
    assert need.open == left
    if quantity <= left:
        assert need.promise(quantity) == NeedBalance(
            quantity=need.quantity, promised=need.promised + quantity, accepted=need.accepted
        )
        return
    with pytest.raises(InvalidInput) as caught:
        need.promise(quantity, "/lines/1/quantity")
    assert caught.value.problems == (
        Problem(
            code="over_quantity",
            message=Text(
                f"paling banyak {left} sisa kebutuhan sasaran (janji yang ada ikut dihitung), diberikan {quantity}",
                f"at most {left} of the target's need is open (promises count), given {quantity}",
            ),
            pointer="/lines/1/quantity",
            expected={"maximum": left},
            given=quantity,
        ),
    )


@given(need=needs(), quantity=ANY)
def test_what_is_released_is_open_again(need: NeedBalance, quantity: int) -> None:
    if quantity <= need.promised:
        released = need.release(quantity)
        assert (released.open, released.accepted) == (need.open + quantity, need.accepted)
    else:
        with pytest.raises(ValueError, match=r"^need over-served"):
            need.release(quantity)


@given(need=needs(), accepted=SMALL, rejected=SMALL, lost=SMALL)
def test_serve(need: NeedBalance, accepted: int, rejected: int, lost: int) -> None:
    delivered = accepted + rejected + lost
    if delivered == 0:
        return
    outcome = HandoverOutcome(delivered=delivered, accepted=accepted, rejected=rejected, lost=lost, reason="basah")
    if delivered <= need.promised:
        served = need.serve(outcome)
        assert served == NeedBalance(
            quantity=need.quantity, promised=need.promised - delivered, accepted=need.accepted + accepted
        )
        assert served.open == need.open + rejected + lost
    else:
        with pytest.raises(ValueError, match=r"^need over-served"):
            need.serve(outcome)


@given(need=needs(), quantity=ANY)
def test_change(need: NeedBalance, quantity: int) -> None:
    floor = need.promised + need.accepted
    if quantity >= floor:
        assert need.change(quantity) == NeedBalance(quantity=quantity, promised=need.promised, accepted=need.accepted)
        return
    with pytest.raises(InvalidInput) as caught:
        need.change(quantity)
    assert caught.value.problems == (
        Problem(
            code="need_below_promises",
            message=Text(
                f"kebutuhan paling sedikit {floor}: sebanyak itu sudah dijanjikan atau diterima",
                f"the need is at least {floor}: that much is promised or accepted already",
            ),
            pointer="/quantity",
            expected={"minimum": floor},
            given=quantity,
        ),
    )


@pytest.mark.parametrize("quantities", [(10, 6, 5), (-1, 0, 0), (10, -1, 0), (10, 0, -1), (0, 0, 1)])
def test_an_over_served_need_cannot_be_made(quantities: tuple[int, int, int]) -> None:
    quantity, promised, accepted = quantities
    expected = re.escape(
        f"need over-served: NeedBalance(quantity={quantity}, promised={promised}, accepted={accepted})"
    )
    with pytest.raises(ValueError, match=f"^{expected}$"):
        NeedBalance(quantity=quantity, promised=promised, accepted=accepted)
