"""Several at the same time: nothing is allocated twice, and nobody overrides another's decision unseen."""

import asyncio
from typing import Any

import pytest

from ksbb.domain.errors import StaleVersion
from ksbb.domain.proposals import ProposalStatus
from ksbb.usecases.propose import compute, decide, runs

from .conftest import Office


async def test_a_proposal_that_two_carry_out_is_carried_out_once(office: Office) -> None:
    await office.aid(*[10] * 12)
    proposal = await office.proposed()
    await office.approve(proposal)
    platform = office.world.platform
    await asyncio.gather(*(decide.carry_out_all(platform, proposal.id) for _ in range(3)))
    allocations = await office.rows("allocations")
    assert len(allocations) == proposal.drops
    assert sum(row.quantity for row in allocations) == 120
    kinds = [row.kind for row in await office.rows("events") if row.stream == f"proposal:{proposal.id}"]
    assert kinds.count("proposal_carried_out") == 1


async def test_of_two_who_decide_at_once_one_is_told(office: Office) -> None:
    await office.aid(60)
    proposal = await office.proposed()
    drop = (await office.rows("proposal_drops"))[0]
    decided = await asyncio.gather(office.approve(proposal), office.edit(proposal, drop, 1), return_exceptions=True)
    assert sum(isinstance(one, StaleVersion) for one in decided) == 1
    standing = (await office.rows("proposals"))[0]
    assert (standing.version, standing.status) in ((2, ProposalStatus.APPROVED), (2, ProposalStatus.OPEN))


async def test_a_run_that_two_compute_proposes_once(office: Office) -> None:
    await office.aid(60)
    world = office.world
    run = await world.act(world.assessor, runs.ask, "pangan", at_once=True)
    await asyncio.gather(*(compute.compute(world.platform, run.id) for _ in range(3)))
    assert [row.status for row in await office.rows("proposals")] == ["open"]


async def test_two_runs_at_once_leave_one_open_proposal(office: Office) -> None:
    await office.aid(60)
    await asyncio.gather(*(office.propose() for _ in range(3)))
    assert sorted(row.status for row in await office.rows("proposals")) == ["open", "superseded", "superseded"]


async def test_what_was_approved_while_a_plan_was_computed_is_computed_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.aid(60)
    older = await office.proposed()
    planned = compute._planned
    computed: list[int] = []

    def approved_meanwhile(*given: Any) -> Any:
        if not computed:
            asyncio.run_coroutine_threadsafe(office.approve(older), loop).result()
        computed.append(1)
        return planned(*given)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(compute, "_planned", approved_meanwhile)
    await office.aid(20)
    newer = await office.proposed()
    assert (len(computed), newer.supply) == (2, 20)
    assert {row.id: row.status for row in await office.rows("proposals")} == {older.id: "approved", newer.id: "open"}
