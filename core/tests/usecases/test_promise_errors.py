"""What drafting, assessing and allocating refuse, with whole messages."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from ksbb.domain.errors import Conflict, Forbidden, InvalidInput, KsbbError, Problem, StaleVersion
from ksbb.domain.parties import FundSource
from ksbb.domain.rights import Role
from ksbb.testing import Driven, Step, World
from ksbb.testing.world import NEED
from ksbb.usecases import assess, commit, receive


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


async def test_draft_names_every_problem(world: World) -> None:
    line = world.lines("pangan")[0]
    del line.attributes["halal"]
    given = commit.CommitmentInput(
        program_id="pangan",
        lines=[line, commit.LineInput(aid_type="rice", quantity=0, attributes={})],
        planned_handover_on=world.clock.now().date(),
        area_code="31.99",
    )
    with pytest.raises(InvalidInput) as caught:
        await world.act(world.collaborator, commit.draft, given)
    assert [said(problem) for problem in caught.value.problems] == [
        ("required", "/lines/0/attributes/halal", "is required"),
        (
            "aid_type_unknown",
            "/lines/1/aid_type",
            "program pangan has no aid type rice; it has: staple_food, ready_meal, eid_package, holiday_allowance",
        ),
        ("quantity", "/lines/1/quantity", "a quantity is between 1 and 1000000000000, given 0"),
        ("area_unknown", "/area_code", "area code 31.99 is not known"),
    ]


async def test_draft_in_another_name(world: World) -> None:
    given = commit.CommitmentInput(
        program_id="pangan", lines=world.lines("pangan"), planned_handover_on=world.clock.now().date()
    )
    other = world.executor_party.id
    problem = await refused(Forbidden, world.act(world.collaborator, commit.draft, given, collaborator_id=other))
    assert said(problem) == ("not_own", "", "only the party concerned can commit in its name")


async def test_every_act_refuses_a_stale_version(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    problem = await refused(
        StaleVersion, world.act(world.collaborator, commit.submit, driven.commitment.id, expected_version=7)
    )
    assert said(problem) == (
        "stale_version",
        "",
        "the record has changed: you hold version 7, it is at 1 now; read it again and retry",
    )
    assert (problem.expected, problem.given) == (1, 7)


@pytest.mark.parametrize(
    ("step", "act", "message"),
    [
        (Step.SUBMITTED, "submit", "submit needs the status draft / revision_requested"),
        (Step.DRAFTED, "approve", "approve needs the status submitted"),
        (Step.ASSESSED, "allocate", "allocate needs the status approved"),
        (Step.ASSESSED, "receive", "receive needs the status approved"),
        (Step.DRAFTED, "close", "close needs the status approved"),
    ],
)
async def test_wrong_status(world: World, step: Step, act: str, message: str) -> None:
    driven = await world.drive(step)
    steps: dict[str, Callable[[Driven], Awaitable[Driven]]] = {
        "submit": world.submit,
        "approve": world.approve,
        "allocate": world.allocate,
        "receive": world.receive,
        "close": world.close,
    }
    problem = await refused(Conflict, steps[act](driven))
    status = driven.commitment.status
    assert said(problem) == ("wrong_status", "/status", f"commitment PANGAN-2026-000001 is {status}; {message}")


async def test_closed_is_never_edited(world: World) -> None:
    driven = await world.drive(Step.CLOSED)
    for act in (world.allocate, world.receive, world.close):
        problem = await refused(Conflict, act(driven))
        assert problem.code == "wrong_status"
    assert (await world.reload(driven)).commitment == driven.commitment


async def test_approval_waits_for_the_rules(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    problem = await refused(Conflict, world.approve(driven))
    assert said(problem) == (
        "assessment_pending",
        "",
        "the program's rules haven't run on this commitment yet; wait a moment, then retry",
    )


async def test_blocked_by_the_rules(world: World) -> None:
    line = world.lines("pangan")[0]
    line.attributes["halal"] = False
    driven = await world.drive(Step.ASSESSED, lines=[line])
    problem = await refused(Conflict, world.approve(driven))
    assert said(problem) == (
        "not_halal",
        "/lines/0/attributes/halal",
        "the food is declared not halal; only halal food is distributed",
    )


async def test_own_commitment(world: World) -> None:
    driven = await world.drive(Step.ASSESSED)
    version = driven.commitment.version
    for party in (world.collaborator_party, world.aggregator_party):
        judge = await world.account(Role.ASSESSOR, party_id=party.id)
        act = world.act(judge, assess.approve, driven.commitment.id, expected_version=version)
        problem = await refused(Forbidden, act)
        assert said(problem) == (
            "own_commitment",
            "",
            "commitment PANGAN-2026-000001 is your own organisation's; another assessor must handle it",
        )


async def test_assessor_may_not_name_the_own_aggregator(world: World) -> None:
    given = commit.CommitmentInput(
        program_id="pangan",
        lines=world.lines("pangan"),
        planned_handover_on=world.clock.now().date() + timedelta(days=14),
    )
    drafted = await world.act(world.collaborator, commit.draft, given)
    start = Driven(step=Step.DRAFTED, commitment=drafted, target=world.targets["pangan"][0])
    driven = await world.advance(start, Step.ASSESSED)
    problem = await refused(InvalidInput, world.approve(driven))
    assert said(problem) == ("aggregator_missing", "/aggregator_id", "name the aggregator that will collect the aid")
    judge = await world.account(Role.ASSESSOR, party_id=world.aggregator_party.id)
    act = world.act(
        judge,
        assess.approve,
        drafted.id,
        expected_version=driven.commitment.version,
        aggregator_id=world.aggregator_party.id,
    )
    assert (await refused(Forbidden, act)).code == "own_commitment"


async def test_rights_are_bound_to_program_and_area(world: World) -> None:
    driven = await world.drive(Step.ASSESSED)
    version = driven.commitment.version
    elsewhere = await world.account(Role.ASSESSOR, program_id="umkm")
    problem = await refused(
        Forbidden, world.act(elsewhere, assess.approve, driven.commitment.id, expected_version=version)
    )
    assert said(problem) == ("right_missing", "", "assess at pangan, 31 needs the role assessor")
    act = world.act(world.auditor, assess.approve, driven.commitment.id, expected_version=version)
    assert (await refused(Forbidden, act)).code == "right_missing"


async def test_over_allocation(world: World) -> None:
    driven = await world.drive(Step.APPROVED)
    problem = await refused(InvalidInput, world.allocate(driven, quantity=11))
    assert said(problem) == ("over_quantity", "/quantity", "at most 10 not yet allocated, given 11")
    assert problem.expected == {"maximum": 10}
    problem = await refused(InvalidInput, world.allocate(driven, quantity=0))
    assert said(problem) == ("not_positive", "/quantity", "a quantity is at least 1, given 0")


async def test_need_is_never_over_served(world: World) -> None:
    """Promises of another commitment count."""
    await world.drive(Step.ALLOCATED, lines=world.lines("pangan", quantity=NEED - 5))
    driven = await world.drive(Step.APPROVED)
    problem = await refused(InvalidInput, world.allocate(driven, quantity=6))
    assert said(problem) == (
        "over_quantity",
        "/quantity",
        "at most 5 of the target's need is open (promises count), given 6",
    )
    assert (await world.allocate(driven, quantity=5)).commitment.lines[0].allocated == 5


async def test_zakat_goes_to_entitled_targets_only(world: World) -> None:
    problem = await refused(Conflict, world.drive(Step.APPROVED, fund_source=FundSource.ZISWAF))
    assert problem.code == "licence_missing"
    assert problem.expected == {"kind": ["zakat"], "on": "2026-08-03", "area": "31"}
