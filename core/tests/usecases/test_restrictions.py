"""Walls around a commitment: as they are given, as they are stored, and what an allocation by hand refuses."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from ksbb.domain.errors import Conflict, InvalidInput
from ksbb.domain.parties import LicenceKind
from ksbb.domain.targets import TargetKind
from ksbb.testing import Driven, Step, World
from ksbb.usecases import commit, parties
from ksbb.usecases.read.acts import Act, next_acts
from ksbb.usecases.read.detail import commitment_detail


def given(world: World, program_id: str = "pangan", **changes: Any) -> commit.CommitmentInput:
    return commit.CommitmentInput(
        program_id=program_id,
        lines=world.lines(program_id),
        planned_handover_on=date(2026, 8, 17),
        aggregator_id=world.aggregator_party.id,
        **changes,
    )


async def approved(world: World, program_id: str = "pangan", **changes: Any) -> Driven:
    target = (await world.serve(program_id))[0]
    drafted = await world.act(world.collaborator, commit.draft, given(world, program_id, **changes))
    return await world.advance(Driven(step=Step.DRAFTED, commitment=drafted, target=target), Step.APPROVED)


async def offered(world: World, driven: Driven) -> bool:
    """Whether the assessor is offered to allocate it."""
    async with world.platform.reading_desk(world.assessor) as desk:
        acts = await next_acts(desk, await commitment_detail(desk, driven.commitment.id))
    return Act.ALLOCATE in {one.act for one in acts}


async def license_for(world: World, area_code: str) -> None:
    """Another licence of the aggregator, which outlasts the year."""
    await world.act(
        world.secretariat,
        parties.add_licence,
        world.aggregator_party.id,
        kind=LicenceKind.FUNDRAISING_PERMIT,
        number="PUB-2",
        issuer="Kementerian Sosial",
        area_code=area_code,
        valid_from=date(2026, 1, 1),
        valid_to=date(2027, 12, 31),
    )


async def test_walls_and_lots_are_kept(world: World) -> None:
    (line,) = world.lines("pangan")
    first = replace(
        given(world),
        area_code="31.71",
        area_only=True,
        target_kind=TargetKind.RW,
        target_kind_only=True,
        lines=[replace(line, lot=10)],
    )
    drafted = await world.act(world.collaborator, commit.draft, first)
    driven = Driven(step=Step.DRAFTED, commitment=drafted, target=(await world.serve("pangan"))[0])
    stored = (await world.reload(driven)).commitment
    assert stored == drafted
    assert (stored.area_only, stored.target_kind_only, stored.lines[0].lot) == (True, True, 10)
    revised = await world.act(world.collaborator, commit.revise, drafted.id, given(world), expected_version=1)
    stored = (await world.reload(driven)).commitment
    assert stored == revised
    assert (stored.area_only, stored.target_kind_only, stored.lines[0].lot) == (False, False, None)


async def test_walls_that_make_no_sense(world: World) -> None:
    (line,) = world.lines("pangan")
    wrong = replace(
        given(world), target_kind_only=True, lines=[replace(line, lot=11), replace(line, lot=0), replace(line, lot=10)]
    )
    with pytest.raises(InvalidInput) as caught:
        await world.act(world.collaborator, commit.draft, wrong)
    assert [(one.code, one.pointer, one.message.en, one.given) for one in caught.value.problems] == [
        ("lot", "/lines/0/lot", "the smallest drop is between 1 and the quantity of its line (10), given 11", 11),
        ("lot", "/lines/1/lot", "the smallest drop is between 1 and the quantity of its line (10), given 0", 0),
        (
            "target_kind_missing",
            "/target_kind",
            "name the only kind of target that may have it, or leave target_kind_only out",
            None,
        ),
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"area_code": "31.72", "area_only": True}, "outside_area"),
        ({"target_kind": TargetKind.ORPHANAGE, "target_kind_only": True}, "other_target_kind"),
    ],
)
async def test_a_wall_holds_and_a_wish_does_not(world: World, changes: dict[str, Any], code: str) -> None:
    driven = await approved(world, **changes)
    with pytest.raises(Conflict) as caught:
        await world.allocate(driven)
    assert [one.code for one in caught.value.problems] == [code]
    wished = await approved(world, **{name: value for name, value in changes.items() if not name.endswith("_only")})
    assert (await world.allocate(wished)).commitment.lines[0].allocated == 10


async def test_a_person_may_go_below_the_lot(world: World) -> None:
    (line,) = world.lines("pangan")
    target = (await world.serve("pangan"))[0]
    drafted = await world.act(
        world.collaborator, commit.draft, replace(given(world), lines=[replace(line, lot=10)], area_only=True)
    )
    driven = await world.advance(Driven(step=Step.DRAFTED, commitment=drafted, target=target), Step.APPROVED)
    assert (await world.allocate(driven, quantity=1)).commitment.lines[0].allocated == 1


async def test_expired_goods_are_promised_to_nobody(world: World) -> None:
    expires_on = date(2027, 6, 30)
    await license_for(world, "31")
    (line,) = world.lines("pangan")
    line = replace(line, attributes={**line.attributes, "expires_on": str(expires_on)})
    driven = await world.drive(Step.APPROVED, lines=[line])
    world.clock.forward(timedelta(days=(expires_on - world.clock.now().date()).days))
    driven = await world.allocate(driven, quantity=4)
    assert await offered(world, driven)
    world.clock.forward(timedelta(days=1))
    assert not await offered(world, driven)
    with pytest.raises(Conflict) as caught:
        await world.allocate(driven, quantity=4)
    (problem,) = caught.value.problems
    after = expires_on + timedelta(days=1)
    assert (problem.code, problem.pointer, problem.message.en) == (
        "expired",
        "/line_id",
        f"line 1 of commitment PANGAN-2026-000001 expired on {expires_on}; today is {after}",
    )


async def test_no_licence_where_the_target_lies(world: World) -> None:
    """The first licence ends with the year; the other serves another city."""
    driven = await approved(world, "persampahan")
    await license_for(world, "31.72")
    assert await offered(world, driven)
    driven = await world.allocate(driven, quantity=4)
    world.clock.forward(timedelta(days=(date(2027, 1, 1) - world.clock.now().date()).days))
    assert await offered(world, driven), "it may still go to the other city"
    with pytest.raises(Conflict) as caught:
        await world.allocate(driven, quantity=4)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message.en) == (
        "licence_missing",
        "aggregator Lembaga Contoh Peduli holds no licence (fundraising_permit / zakat) in force on 2027-01-01 for area "
        "31.71.06.1002; register the renewed licence, then retry",
    )
    assert (problem.expected, problem.given) == (
        {"kind": ["fundraising_permit", "zakat"], "on": "2027-01-01", "area": "31.71.06.1002"},
        [
            f"fundraising_permit {world.licence.number} ({world.licence.valid_from} – 2026-12-31)",
            "fundraising_permit PUB-2 (2026-01-01 – 2027-12-31)",
        ],
    )
    world.clock.forward(timedelta(days=400))
    assert not await offered(world, driven)
