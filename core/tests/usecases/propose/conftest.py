"""What tests of proposals share: aid to place, and people who propose, edit and approve."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.proposals import Proposal, Run
from ksbb.domain.rights import Actor, Role
from ksbb.storage import tables
from ksbb.testing import Driven, Step, World
from ksbb.usecases.propose import compute, decide, runs
from ksbb.usecases.propose.verify import verify
from ksbb.usecases.read.proposals import show_run

STAPLE = "staple_food"


@dataclass(slots=True)
class Office:
    """An assessor's office in a world: `second` is the other assessor."""

    world: World
    second: Actor
    commitments: list[Driven] = field(default_factory=list)

    def rules(self, **changes: Any) -> None:
        """Change the city's rules of the allocation."""
        platform = self.world.platform
        self.world.platform = replace(platform, rules=replace(platform.rules, **changes))

    async def aid(self, *quantities: int) -> list[Driven]:
        """Approved commitments of staple food, of which nothing is allocated."""
        made = [
            await self.world.drive(Step.APPROVED, lines=self.world.lines("pangan", quantity=quantity))
            for quantity in quantities
        ]
        self.commitments += made
        return made

    async def propose(self) -> Run:
        """A run for staple food, computed."""
        run = await self.world.act(self.world.assessor, runs.ask, "pangan", [STAPLE], at_once=True)
        return await compute.compute(self.world.platform, run.id)

    async def proposal(self, run: Run) -> Proposal:
        """The proposal of a run, as it stands."""
        async with self.world.platform.reading_desk(self.world.auditor) as desk:
            (found,) = (await show_run(desk, run.id)).proposals
        return found

    async def proposed(self) -> Proposal:
        """A proposal for staple food, just computed."""
        return await self.proposal(await self.propose())

    async def approve(self, proposal: Proposal, actor: Actor | None = None) -> Proposal:
        """Approve as an assessor, without carrying it out."""
        return await self.world.act(
            actor or self.world.assessor, decide.approve, proposal.id, expected_version=proposal.version
        )

    async def edit(self, proposal: Proposal, drop: "Any", quantity: int, **given: Any) -> Proposal:
        """Edit a drop."""
        changes = {
            "line_id": drop.line_id,
            "target_id": drop.target_id,
            "quantity": quantity,
            "reason": "RW ini kebanjiran semalam",
            "expected_version": proposal.version,
        }
        return await self.world.act(self.world.assessor, decide.edit, proposal.id, **{**changes, **given})

    async def objections(self, proposal: Proposal) -> list[str]:
        """What speaks against a proposal, computed again as well."""
        async with self.world.platform.reading_desk(self.world.auditor) as desk:
            checks = await verify(desk, proposal, replay=True)
        return [objection for check in checks for objection in check.objections]

    async def rows(self, name: str, *order: str) -> Sequence[Any]:
        """The rows of a table."""
        table = tables.metadata.tables[name]
        async with self.world.platform.reading_desk(self.world.auditor) as desk:
            return (await desk.unit.connection.execute(select(table).order_by(*(table.c[one] for one in order)))).all()

    async def drops(self) -> list[tuple[str, int]]:
        """Target code and quantity of every drop."""
        codes = {row.id: row.code for row in await self.rows("targets")}
        found = await self.rows("proposal_drops", "commitment_id", "target_id")
        return [(codes[row.target_id], row.quantity) for row in found]


@pytest.fixture
async def office(world: World) -> Office:
    """An office with two assessors."""
    return Office(world, await world.account(Role.ASSESSOR))
