"""What the acts that touch goods refuse, with whole messages; a refused act changes nothing."""

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, KsbbError, Problem
from ksbb.domain.handovers import OutcomeInput
from ksbb.domain.parties import AggregatorStatus
from ksbb.domain.rights import Role
from ksbb.testing import Driven, Step, World, tiny_png
from ksbb.usecases import allocate, close, dispatch, evidence, hand_over, parties, receive


async def refused(kind: type[KsbbError], act: Awaitable[Any]) -> Problem:
    """The one problem that an act is refused with."""
    with pytest.raises(kind) as caught:
        await act
    assert type(caught.value) is kind
    assert len(caught.value.problems) == 1, caught.value.problems
    return caught.value.problems[0]


def said(problem: Problem) -> tuple[str, str, str]:
    return problem.code, problem.pointer, problem.message.en


def one_line(driven: Driven, quantity: int) -> list[receive.LineQuantity]:
    return [receive.LineQuantity(line_id=driven.commitment.lines[0].id, quantity=quantity)]


async def test_over_receipt(world: World) -> None:
    driven = await world.drive(Step.APPROVED)
    problem = await refused(InvalidInput, world.receive(driven, quantity=11))
    assert said(problem) == ("over_quantity", "/lines/0/quantity", "at most 10 outstanding, given 11")
    twice = one_line(driven, 5) * 2
    act = world.act(
        world.aggregator,
        receive.receive,
        driven.commitment.id,
        lines=twice,
        expected_version=driven.commitment.version,
    )
    assert said(await refused(InvalidInput, act)) == (
        "named_twice",
        "/lines/1",
        "the same line is named twice; add the quantities up",
    )


async def test_licence_is_checked_at_every_act_that_touches_goods(world: World) -> None:
    until = world.licence.valid_to
    message = (
        "aggregator Lembaga Contoh Peduli holds no licence (fundraising_permit / zakat) in force on 2027-01-01 "
        "for area {area}; register the renewed licence, then retry"
    )
    approved = await world.drive(Step.ASSESSED)
    received = await world.drive(Step.RECEIVED)
    sent = await world.drive(Step.DISPATCHED)
    world.clock.set(datetime(until.year + 1, 1, 1, 3, tzinfo=UTC))
    for act, area in (
        (world.approve(approved), "31"),
        (world.dispatch(received), "31.71.06.1002"),
        (world.record(sent), "31.71.06.1002"),
    ):
        assert said(await refused(Conflict, act)) == ("licence_missing", "", message.format(area=area))


async def test_suspended_aggregator_takes_nothing_in(world: World) -> None:
    driven = await world.drive(Step.APPROVED)
    await world.act(
        world.secretariat,
        parties.change_aggregator_status,
        world.aggregator_party.id,
        to=AggregatorStatus.SUSPENDED,
        reason="izin sedang diperiksa",
        expected_version=world.aggregator_party.version,
    )
    assert said(await refused(Conflict, world.receive(driven))) == (
        "aggregator_not_active",
        "",
        "aggregator Lembaga Contoh Peduli is suspended; only an active aggregator may handle aid",
    )


async def test_only_the_own_aggregator_receives(world: World) -> None:
    driven = await world.drive(Step.APPROVED)
    stranger = await world.account(Role.AGGREGATOR, party_id=world.executor_party.id)
    act = world.act(
        stranger,
        receive.receive,
        driven.commitment.id,
        lines=one_line(driven, 1),
        expected_version=driven.commitment.version,
    )
    assert said(await refused(Forbidden, act)) == ("not_own", "", "only the party concerned can receive this aid")


async def test_dispatch_more_than_custody_or_allocation(world: World) -> None:
    driven = await world.drive(Step.ALLOCATED)
    driven = await world.receive(driven, quantity=4)
    problem = await refused(InvalidInput, world.dispatch(driven))
    assert said(problem) == ("over_quantity", "/lines/0/quantity", "at most 4 in custody for allocations, given 10")
    problem = await refused(InvalidInput, world.dispatch(driven, quantity=11))
    assert said(problem) == ("over_quantity", "/lines/0/quantity", "10 of this allocation is open, given 11")


async def test_dispatch_is_for_one_target(world: World) -> None:
    driven = await world.drive(Step.RECEIVED)
    act = world.act(
        world.aggregator,
        dispatch.dispatch,
        driven.commitment.id,
        target_id=world.targets["pangan"][1].id,
        executor_id=world.executor_party.id,
        lines=[dispatch.AllocationQuantity(allocation_id=driven.allocations[0].id, quantity=1)],
        expected_version=driven.commitment.version,
    )
    assert said(await refused(InvalidInput, act)) == (
        "other_target",
        "/lines/0/allocation_id",
        "this allocation is for another target; one travel document, one target",
    )


async def test_outcome_must_add_up_and_shortfalls_need_a_reason(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    assert driven.dispatch is not None
    line = driven.dispatch.lines[0].id
    for outcome, expected in (
        (
            OutcomeInput(dispatch_line_id=line, delivered=10, accepted=9),
            ("outcome_sum", "/lines/0/delivered", "accepted + rejected + lost must be 10, they make 9"),
        ),
        (
            OutcomeInput(dispatch_line_id=line, delivered=10, accepted=9, rejected=1),
            ("reason_missing", "/lines/0/reason", "give the reason for what was rejected or lost"),
        ),
        (
            OutcomeInput(dispatch_line_id=line, delivered=11, accepted=11),
            ("over_quantity", "/lines/0/delivered", "10 are in transit, given 11"),
        ),
    ):
        assert said(await refused(InvalidInput, world.record(driven, lines=[outcome]))) == expected


async def test_witness_must_be_independent(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    message = "the witness may not belong to the donor, the aggregator or the executor of this aid"
    for party in (world.collaborator_party, world.aggregator_party, world.executor_party):
        dependent = await world.account(Role.WITNESS, party_id=party.id)
        act = world.record(driven, witness_account_id=dependent.account_id)
        assert said(await refused(Forbidden, act)) == ("witness_not_independent", "", message)


async def test_witness_must_be_of_the_area(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    for stranger in (await world.account(Role.WITNESS, area_code="31.72"), world.assessor):
        problem = await refused(InvalidInput, world.record(driven, witness_account_id=stranger.account_id))
        assert said(problem) == (
            "witness_unknown",
            "/witness_account_id",
            "the witness must be an officer with the role witness for area 31.71.06.1002",
        )


async def test_handover_lies_between_dispatch_and_now(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    for at in (world.clock.now() - timedelta(minutes=1), world.clock.now() + timedelta(minutes=1)):
        problem = await refused(InvalidInput, world.record(driven, handed_over_at=at))
        assert said(problem) == ("time", "/handed_over_at", "a handover lies between its dispatch and now")


async def test_one_handover_waits_at_a_time(world: World) -> None:
    driven = await world.drive(Step.RECORDED)
    problem = await refused(Conflict, world.record(driven))
    assert said(problem) == ("handover_pending", "", "an earlier handover of this dispatch still waits for its witness")


async def test_confirmation_needs_evidence(world: World) -> None:
    driven = await world.drive(Step.RECORDED)
    problem = await refused(Conflict, world.confirm(driven))
    assert said(problem) == (
        "evidence_missing",
        "",
        "attach at least one piece of evidence (photo or PDF) first",
    )


async def test_only_the_named_witness_decides_and_once(world: World) -> None:
    driven = await world.drive(Step.EVIDENCED)
    assert driven.handover is not None
    other = await world.account(Role.WITNESS)
    act = world.act(other, hand_over.confirm, driven.handover.id, expected_version=driven.commitment.version)
    assert said(await refused(Forbidden, act)) == ("other_witness", "", "another witness is named for this handover")
    confirmed = await world.confirm(driven)
    again = await refused(Conflict, world.confirm(confirmed))
    assert said(again) == ("wrong_status", "/status", "this handover is confirmed already")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("size", "/file", "a file has 1 to 5242880 bytes")),
        (b"MZ not a photo", ("media_type", "/file", "evidence must be image/jpeg, image/png, application/pdf")),
    ],
)
async def test_evidence_of_another_kind(world: World, content: bytes, expected: tuple[str, str, str]) -> None:
    driven = await world.drive(Step.RECORDED)
    assert driven.handover is not None
    act = world.act(world.executor, evidence.attach, driven.handover.id, file_name="a.png", content=content)
    assert said(await refused(InvalidInput, act)) == expected


async def test_evidence_is_attached_once_and_before_the_decision(world: World) -> None:
    driven = await world.drive(Step.EVIDENCED)
    assert driven.handover is not None
    assert said(await refused(Conflict, world.attach(driven))) == (
        "same_file",
        "/file",
        "this file is attached already",
    )
    confirmed = await world.confirm(driven)
    act = world.act(world.executor, evidence.attach, driven.handover.id, file_name="b.png", content=tiny_png(shade=200))
    assert said(await refused(Conflict, act)) == (
        "wrong_status",
        "/status",
        "this handover is confirmed already; evidence can't be added",
    )
    assert (await world.reload(confirmed)).commitment == confirmed.commitment


async def test_close_names_every_line_that_is_not_settled(world: World) -> None:
    driven = await world.drive(Step.ALLOCATED)
    driven = await world.receive(driven, quantity=7)
    driven = await world.dispatch(driven, quantity=3)
    problem = await refused(Conflict, world.close(driven))
    assert said(problem) == (
        "not_settled",
        "/lines/0",
        "line 1 (staple_food): 3 outstanding, 4 in custody, 3 in transit",
    )


async def test_cancel_what_is_promised(world: World) -> None:
    driven = await world.drive(Step.ALLOCATED)
    act = world.act(
        world.collaborator,
        close.cancel,
        driven.commitment.id,
        lines=one_line(driven, 1),
        reason="stok habis",
        expected_version=driven.commitment.version,
    )
    assert said(await refused(InvalidInput, act)) == (
        "over_quantity",
        "/lines/0/quantity",
        "at most 0 outstanding and not allocated (release allocations first), given 1",
    )


async def test_release_more_than_open(world: World) -> None:
    driven = await world.drive(Step.DISPATCHED)
    act = world.act(
        world.assessor,
        allocate.release,
        driven.commitment.id,
        driven.allocations[0].id,
        quantity=1,
        reason="salah sasaran",
        expected_version=driven.commitment.version,
    )
    assert said(await refused(InvalidInput, act)) == (
        "over_quantity",
        "/quantity",
        "0 of this allocation is open, given 1",
    )


async def test_a_refused_act_leaves_nothing(world: World) -> None:
    """The handover's first line is right and its second one wrong: neither counts."""
    driven = await world.drive(Step.RECEIVED)
    before = await world.reload(driven)
    act = world.act(
        world.aggregator,
        dispatch.dispatch,
        driven.commitment.id,
        target_id=driven.target.id,
        executor_id=world.executor_party.id,
        lines=[
            dispatch.AllocationQuantity(allocation_id=driven.allocations[0].id, quantity=5),
            dispatch.AllocationQuantity(allocation_id="unknown", quantity=5),
        ],
        expected_version=driven.commitment.version,
    )
    with pytest.raises(KsbbError) as caught:
        await act
    assert said(caught.value.problems[0]) == (
        "not_found",
        "/lines/1/allocation_id",
        "allocation unknown was not found",
    )
    assert (await world.reload(driven)).commitment == before.commitment
