"""The acts of people in the replay, apart from how they are done: here at a desk of this process.

Another way of doing them, such as over HTTP, is another `Acts`. Each act answers with the commitment as it stands after it, and
raises what the use case of its name raises.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from ksbb.domain.commitments import Commitment
from ksbb.domain.handovers import Handover, OutcomeInput
from ksbb.domain.proposals import ProposalStatus
from ksbb.domain.rights import Actor
from ksbb.usecases import allocate, assess, close, commit, dispatch, evidence, hand_over, receive
from ksbb.usecases.allocate import Allocation
from ksbb.usecases.chain import load_commitment
from ksbb.usecases.desk import Desk
from ksbb.usecases.dispatch import Dispatch
from ksbb.usecases.platform import Platform
from ksbb.usecases.propose import compute, decide, runs
from ksbb.usecases.read.proposals import show_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an executor records of a handover; it is recorded for the moment at which the act is done."""

    line: OutcomeInput
    recipient_name: str
    recipient_office: str
    witness_account_id: str
    place: str


class Acts(Protocol):
    """What people do; quantities in whole units. `done` counts the acts so far."""

    @property
    def done(self) -> int:
        """How many acts were done."""

    async def draft(self, actor: Actor, given: commit.CommitmentInput) -> Commitment:
        """Draft a synthetic commitment."""

    async def revise(self, actor: Actor, commitment: Commitment, given: commit.CommitmentInput) -> Commitment:
        """Replace what is promised."""

    async def submit(self, actor: Actor, commitment: Commitment) -> Commitment:
        """Hand the draft in."""

    async def request_revision(self, actor: Actor, commitment: Commitment, reason: str) -> Commitment:
        """Send it back."""

    async def approve(self, actor: Actor, commitment: Commitment) -> Commitment:
        """Approve it."""

    async def place(self, assessors: tuple[Actor, Actor], program_id: str) -> None:
        """Ask for proposals for a program's aid, approve them by both assessors where one isn't enough, and see them carried out."""

    async def allocate(
        self, actor: Actor, commitment: Commitment, *, line_id: str, target_id: str, quantity: int
    ) -> tuple[Commitment, Allocation]:
        """Promise a part of a line to a target."""

    async def receive(self, actor: Actor, commitment: Commitment, *, line_id: str, quantity: int) -> Commitment:
        """Take goods of a line into custody."""

    async def dispatch(
        self, actor: Actor, commitment: Commitment, allocation: Allocation, *, executor_id: str, vehicle: str
    ) -> tuple[Commitment, Dispatch]:
        """Send a whole allocation on its way."""

    async def record(
        self, actor: Actor, commitment: Commitment, dispatch_id: str, outcome: Outcome
    ) -> tuple[Commitment, Handover]:
        """Record a handover."""

    async def attach(self, actor: Actor, handover: Handover, *, file_name: str, content: bytes) -> Commitment:
        """Attach evidence to a handover."""

    async def confirm(self, actor: Actor, commitment: Commitment, handover: Handover) -> tuple[Commitment, Handover]:
        """Confirm a handover as its witness."""

    async def cancel(
        self, actor: Actor, commitment: Commitment, *, line_id: str, quantity: int, reason: str
    ) -> Commitment:
        """Cancel what is outstanding of a line."""

    async def close(self, actor: Actor, commitment: Commitment) -> Commitment:
        """Close it."""


@dataclass(slots=True)
class ActsAtDesk:
    """The acts as use cases, in this process."""

    platform: Platform
    done: int = 0

    @asynccontextmanager
    async def _desk(self, actor: Actor) -> AsyncIterator[Desk]:
        async with self.platform.desk(actor) as desk:
            yield desk
        self.done += 1

    async def draft(self, actor: Actor, given: commit.CommitmentInput) -> Commitment:
        """As `Acts.draft`."""
        async with self._desk(actor) as desk:
            return await commit.draft(desk, given, synthetic=True)

    async def revise(self, actor: Actor, commitment: Commitment, given: commit.CommitmentInput) -> Commitment:
        """As `Acts.revise`."""
        async with self._desk(actor) as desk:
            return await commit.revise(desk, commitment.id, given, expected_version=commitment.version)

    async def submit(self, actor: Actor, commitment: Commitment) -> Commitment:
        """As `Acts.submit`."""
        async with self._desk(actor) as desk:
            return await commit.submit(desk, commitment.id, expected_version=commitment.version)

    async def request_revision(self, actor: Actor, commitment: Commitment, reason: str) -> Commitment:
        """As `Acts.request_revision`."""
        async with self._desk(actor) as desk:
            return await assess.request_revision(
                desk, commitment.id, reason=reason, expected_version=commitment.version
            )

    async def approve(self, actor: Actor, commitment: Commitment) -> Commitment:
        """As `Acts.approve`."""
        async with self._desk(actor) as desk:
            return await assess.approve(desk, commitment.id, expected_version=commitment.version)

    async def place(self, assessors: tuple[Actor, Actor], program_id: str) -> None:
        """As `Acts.place`."""
        async with self._desk(assessors[0]) as desk:
            run = await runs.ask(desk, program_id, at_once=True)
        await compute.compute(self.platform, run.id)
        async with self.platform.reading_desk(assessors[0]) as desk:
            found = await show_run(desk, run.id)
        for proposal in found.proposals:
            decided = proposal
            for assessor in assessors:
                if decided.status is ProposalStatus.OPEN and decided.drops:
                    async with self._desk(assessor) as desk:
                        decided = await decide.approve(desk, decided.id, expected_version=decided.version)
            if decided.status is ProposalStatus.APPROVED:
                await decide.carry_out_all(self.platform, proposal.id)

    async def allocate(
        self, actor: Actor, commitment: Commitment, *, line_id: str, target_id: str, quantity: int
    ) -> tuple[Commitment, Allocation]:
        """As `Acts.allocate`."""
        async with self._desk(actor) as desk:
            return await allocate.allocate(
                desk,
                commitment.id,
                line_id=line_id,
                target_id=target_id,
                quantity=quantity,
                expected_version=commitment.version,
            )

    async def receive(self, actor: Actor, commitment: Commitment, *, line_id: str, quantity: int) -> Commitment:
        """As `Acts.receive`."""
        lines = [receive.LineQuantity(line_id=line_id, quantity=quantity)]
        async with self._desk(actor) as desk:
            changed, _ = await receive.receive(desk, commitment.id, lines=lines, expected_version=commitment.version)
            return changed

    async def dispatch(
        self, actor: Actor, commitment: Commitment, allocation: Allocation, *, executor_id: str, vehicle: str
    ) -> tuple[Commitment, Dispatch]:
        """As `Acts.dispatch`."""
        async with self._desk(actor) as desk:
            return await dispatch.dispatch(
                desk,
                commitment.id,
                target_id=allocation.target_id,
                executor_id=executor_id,
                lines=[dispatch.AllocationQuantity(allocation_id=allocation.id, quantity=allocation.quantity)],
                expected_version=commitment.version,
                vehicle=vehicle,
            )

    async def record(
        self, actor: Actor, commitment: Commitment, dispatch_id: str, outcome: Outcome
    ) -> tuple[Commitment, Handover]:
        """As `Acts.record`."""
        async with self._desk(actor) as desk:
            return await hand_over.record(
                desk,
                dispatch_id,
                lines=[outcome.line],
                recipient_name=outcome.recipient_name,
                recipient_office=outcome.recipient_office,
                witness_account_id=outcome.witness_account_id,
                place=outcome.place,
                handed_over_at=desk.now,
                expected_version=commitment.version,
            )

    async def attach(self, actor: Actor, handover: Handover, *, file_name: str, content: bytes) -> Commitment:
        """As `Acts.attach`."""
        async with self._desk(actor) as desk:
            await evidence.attach(desk, handover.id, file_name=file_name, content=content)
            return await load_commitment(desk, handover.commitment_id)

    async def confirm(self, actor: Actor, commitment: Commitment, handover: Handover) -> tuple[Commitment, Handover]:
        """As `Acts.confirm`."""
        async with self._desk(actor) as desk:
            changed, confirmed, _ = await hand_over.confirm(desk, handover.id, expected_version=commitment.version)
            return changed, confirmed

    async def cancel(
        self, actor: Actor, commitment: Commitment, *, line_id: str, quantity: int, reason: str
    ) -> Commitment:
        """As `Acts.cancel`."""
        lines = [receive.LineQuantity(line_id=line_id, quantity=quantity)]
        async with self._desk(actor) as desk:
            return await close.cancel(
                desk, commitment.id, lines=lines, reason=reason, expected_version=commitment.version
            )

    async def close(self, actor: Actor, commitment: Commitment) -> Commitment:
        """As `Acts.close`."""
        async with self._desk(actor) as desk:
            return await close.close(desk, commitment.id, expected_version=commitment.version)
