"""Run the replay: every plan through the real acts and flows, in the order of its campaigns.

Each step looks at what stands in the database, so that a replay that was cut off goes on where it stopped and nothing is done
twice. How acts are done, how time passes and where flows run are given: in one process, or through servers.
"""

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Protocol

from sqlalchemy import select

from ksbb.cli.replay.acts import Acts, Outcome
from ksbb.cli.replay.cast import Cast, aggregator_name, gather
from ksbb.cli.replay.dataset import Dataset
from ksbb.cli.replay.plan import Goods, Mishap, Plan
from ksbb.cli.running import OPERATOR
from ksbb.domain.commitments import AssessmentState, Commitment, CommitmentStatus
from ksbb.domain.handovers import Handover, HandoverStatus, OutcomeInput
from ksbb.domain.parties import FundSource
from ksbb.domain.rights import Actor
from ksbb.domain.targets import Target, TargetKind
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.usecases import allocate, areas, commit, dispatch, evidence, hand_over, needs, targets
from ksbb.usecases.chain import load_commitment
from ksbb.usecases.desk import JAKARTA, Desk
from ksbb.usecases.platform import Platform

NOTE = "Putar ulang data sintetis: "
PROPOSED = ("pangan", "pendidikan")
"""Programs whose goods may go to any target: the allocation proposes to whom. What the others promise names its target."""
_PROPOSALS = 2
END = datetime(2021, 12, 31, 12, tzinfo=JAKARTA)
Report = Callable[[str, int, int], None]
"""Told of progress: what is going on, steps done, steps in all."""


class Calendar(Protocol):
    """Lets the replayed time pass."""

    async def go(self, day: date, hour: int = 9) -> None:
        """Go to an hour of a day in Jakarta."""


class Flows(Protocol):
    """Where flows run."""

    async def ready(self) -> None:
        """Wait until they can run."""

    async def drain(self) -> int:
        """Wait until all work that is due is done."""


class ReplayClock:
    """A clock that the replay sets; each look moves it on by a second."""

    def __init__(self) -> None:
        self._now = datetime(2020, 4, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The replayed instant."""
        self._now += timedelta(seconds=1)
        return self._now

    async def go(self, day: date, hour: int = 9) -> None:
        """Go to an hour of a day in Jakarta, at once."""
        self._now = instant(day, hour)


def instant(day: date, hour: int) -> datetime:
    """An hour of a day in Jakarta, in UTC."""
    return datetime.combine(day, time(hour), JAKARTA).astimezone(UTC)


@dataclass(slots=True)
class Case:
    """One plan, and how far it has come: by target id what was allocated, dispatched and handed over there."""

    plan: Plan
    commitment: Commitment | None = None
    allocations: dict[str, allocate.Allocation] = field(default_factory=dict)
    dispatches: dict[str, dispatch.Dispatch] = field(default_factory=dict)
    handovers: dict[str, Handover] = field(default_factory=dict)

    @property
    def standing(self) -> Commitment:
        """The commitment. Raises LookupError before it is drafted."""
        if self.commitment is None:
            raise LookupError(f"{self.plan.key} isn't drafted yet")
        return self.commitment

    @property
    def approved(self) -> bool:
        """Whether the chain is open: approved and not closed."""
        return self.commitment is not None and self.commitment.status is CommitmentStatus.APPROVED


@dataclass(slots=True)
class Replay:
    """A running replay. `keep_passwords` gets those of accounts made now.

    `at_once`: on how many commitments people act at the same time.
    """

    platform: Platform
    acts: Acts
    flows: Flows
    calendar: Calendar
    report: Report
    keep_passwords: Callable[[dict[str, str]], None]
    at_once: int = 1
    cast: Cast = field(default_factory=Cast)
    targets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    async def run(self, dataset: Dataset) -> None:
        """Everything: areas, targets, needs, parties, then all plans, then what the flows still have to do."""
        await self.calendar.go(date(2020, 4, 1))
        self.report("wilayah, sasaran, kebutuhan / areas, targets, needs", 0, 1)
        await self._register(dataset)
        self.report("pihak dan akun / parties and accounts", 0, 1)
        self.cast = await gather(self.platform, dataset.plans)
        self.keep_passwords(self.cast.passwords)
        cases = await self._cases(dataset.plans)
        self.report("menunggu Prefect siap / waiting for Prefect to be ready", 0, 1)
        await self.flows.ready()
        done = 0
        for wave, group in groupby(cases, key=lambda case: case.plan.wave):
            members = list(group)
            self.report(f"komitmen {wave:%B %Y} / commitments of {wave:%B %Y}", done, len(cases))
            await self._wave(wave, members)
            done += len(members)
        self.report("laporan dan tindak lanjut / reports and follow-ups", done, len(cases))
        await self.calendar.go(END.date(), END.hour)
        await self.flows.drain()

    async def _register(self, dataset: Dataset) -> None:
        async with self.platform.desk(OPERATOR) as desk:
            await areas.import_areas(desk, areas.jakarta())
        async with self.platform.desk(OPERATOR) as desk:
            await targets.import_targets(desk, dataset.sites.targets_csv(), synthetic=True)
        async with self.platform.desk(OPERATOR) as desk:
            await needs.import_needs(desk, dataset.sites.needs_csv())
        async with self.platform.reading_desk(OPERATOR) as desk:
            rows = await fetch_all(desk.unit.connection, select(tables.targets), Target)
        self.targets = {target.code: target.id for target in rows}
        self.names = {target.id: target.name for target in rows}

    async def _cases(self, plans: Iterable[Plan]) -> list[Case]:
        """All plans with what an earlier run has done of them."""
        cases = [Case(plan) for plan in plans]
        by_note = {NOTE + case.plan.key: case for case in cases}
        async with self.platform.reading_desk(self.cast.actors["auditor"]) as desk:
            table = tables.commitments
            known = await desk.unit.connection.execute(
                select(table.c.id, table.c.note).where(table.c.note.in_(by_note))
            )
            for commitment_id, note in known:
                await self._recall(desk, by_note[note], commitment_id)
        return cases

    async def _recall(self, desk: Desk, case: Case, commitment_id: str) -> None:
        case.commitment = await load_commitment(desk, commitment_id)
        await self._recall_allocations(desk, case)
        connection = desk.unit.connection
        sent = await connection.execute(
            select(tables.dispatches.c.id).where(tables.dispatches.c.commitment_id == commitment_id)
        )
        dispatches = [await hand_over.load_dispatch(desk, dispatch_id) for dispatch_id in sent.scalars()]
        held = await connection.execute(
            select(tables.handovers.c.id).where(tables.handovers.c.commitment_id == commitment_id)
        )
        handovers = [await hand_over.load_handover(desk, handover_id) for handover_id in held.scalars()]
        case.dispatches = {found.target_id: found for found in dispatches}
        case.handovers = {found.target_id: found for found in handovers}

    async def _recall_allocations(self, desk: Desk, case: Case) -> None:
        table = tables.allocations
        query = select(table).where(table.c.commitment_id == case.standing.id).order_by(table.c.id)
        made = await fetch_all(desk.unit.connection, query, allocate.Allocation)
        case.allocations = {found.target_id: found for found in made}

    async def _wave(self, wave: date, cases: list[Case]) -> None:
        await self._each(wave, 0, cases, self._submit)
        await self._assessed(wave + timedelta(days=1))
        await self._each(wave, 1, cases, self._judge)
        await self._assessed(wave + timedelta(days=1), hour=18)
        await self._each(wave, 2, cases, self._approve)
        await self._propose(wave, cases)
        await self._each(wave, 3, cases, self._allocate)
        await self._each(wave, 5, cases, self._receive)
        by_day = sorted(cases, key=lambda case: case.plan.planned_handover)
        for day, group in groupby(by_day, key=lambda case: case.plan.planned_handover):
            members = list(group)
            await self._each(day, 0, members, self._dispatch)
            await self._each(day, 0, members, self._record, hour=14)
            await self._each(day, 0, members, self._confirm, hour=17)
            await self._each(day, 2, members, self._close)

    async def _each(
        self, day: date, days: int, cases: list[Case], step: Callable[[Case], Awaitable[None]], *, hour: int = 9
    ) -> None:
        await self.calendar.go(day + timedelta(days=days), hour)
        left = iter(cases)

        async def work() -> None:
            for case in left:
                await step(case)

        await asyncio.gather(*(work() for _ in range(self.at_once)))

    async def _assessed(self, day: date, hour: int = 6) -> None:
        await self.calendar.go(day, hour)
        await self.flows.drain()

    def _input(self, plan: Plan, goods: tuple[Goods, ...]) -> commit.CommitmentInput:
        return commit.CommitmentInput(
            program_id=plan.program,
            lines=[
                commit.LineInput(
                    aid_type=item.aid_type,
                    quantity=item.quantity,
                    attributes=item.attributes,
                    lot=item.lot,
                )
                for item in goods
            ],
            planned_handover_on=plan.planned_handover,
            fund_source=FundSource(plan.fund_source),
            aggregator_id=self.cast.parties[aggregator_name(plan.aggregator)],
            area_code=plan.city,
            area_only=True,
            target_kind=TargetKind(plan.target_kind),
            target_kind_only=True,
            note=NOTE + plan.key,
        )

    async def _submit(self, case: Case) -> None:
        donor = self.cast.donor(case.plan.donor)
        if case.commitment is None:
            given = self._input(case.plan, case.plan.first_attempt or case.plan.goods)
            case.commitment = await self.acts.draft(donor, given)
        if case.standing.status is CommitmentStatus.REVISION_REQUESTED:
            given = self._input(case.plan, case.plan.goods)
            case.commitment = await self.acts.revise(donor, case.standing, given)
        if case.standing.status in (CommitmentStatus.DRAFT, CommitmentStatus.REVISION_REQUESTED):
            case.commitment = await self.acts.submit(donor, case.standing)

    async def _reload(self, case: Case, actor: Actor) -> Commitment:
        """Read a commitment again, after flows may have worked on it."""
        async with self.platform.reading_desk(actor) as desk:
            case.commitment = await load_commitment(desk, case.standing.id)
            await self._recall_allocations(desk, case)
        return case.commitment

    async def _judge(self, case: Case) -> None:
        """Read what the rules said; send back what they block, and let the donor revise it."""
        assessor = self.cast.actors["penilai"]
        found = await self._reload(case, assessor)
        if found.assessment is AssessmentState.BLOCKED and found.status is CommitmentStatus.SUBMITTED:
            case.commitment = await self.acts.request_revision(assessor, found, "Sesuaikan dengan temuan aturan")
            await self._submit(case)

    async def _approve(self, case: Case) -> None:
        assessor = self.cast.actors["penilai"]
        if case.standing.assessment is not AssessmentState.PASSED:
            await self._reload(case, assessor)
        if case.standing.status is CommitmentStatus.SUBMITTED:
            case.commitment = await self.acts.approve(assessor, case.standing)

    async def _propose(self, wave: date, cases: list[Case]) -> None:
        """Let the allocation propose who gets the goods, and two assessors approve it. What one proposal leaves, because a rest is
        smaller than a drop, the next one places.
        """
        assessors = (self.cast.actors["penilai"], self.cast.actors["penilai2"])
        for number in range(_PROPOSALS):
            await self.calendar.go(wave + timedelta(days=2), 12 + number)
            waiting = [case for case in cases if case.plan.program in PROPOSED and case.approved and not _placed(case)]
            for program in sorted({case.plan.program for case in waiting}):
                await self.acts.place(assessors, program)
            for case in waiting:
                await self._reload(case, assessors[0])

    async def _allocate(self, case: Case) -> None:
        """By hand: what names its target, such as an enterprise by its number, and what no proposal could place."""
        if not case.approved:
            return
        for drop in case.plan.drops:
            line = case.standing.lines[drop.line]
            quantity = min(drop.quantity, line.balance.unallocated)
            target = self.targets[drop.target]
            if quantity and target not in case.allocations:
                case.commitment, case.allocations[target] = await self.acts.allocate(
                    self.cast.actors["penilai"], case.standing, line_id=line.id, target_id=target, quantity=quantity
                )

    async def _receive(self, case: Case) -> None:
        if not case.approved:
            return
        line = case.standing.lines[0]
        due = line.committed - case.plan.cancelled - line.received
        parts = [due // 2, due - due // 2] if case.plan.receipts > 1 and not line.received else [due]
        for part in filter(None, parts):
            aggregator = self.cast.aggregator(case.plan.aggregator)
            case.commitment = await self.acts.receive(aggregator, case.standing, line_id=line.id, quantity=part)

    async def _dispatch(self, case: Case) -> None:
        if not case.approved:
            return
        executor = self.cast.actors[f"pelaksana{case.plan.city.replace('.', '')}"]
        for target, allocation in case.allocations.items():
            if target not in case.dispatches:
                case.commitment, case.dispatches[target] = await self.acts.dispatch(
                    self.cast.aggregator(case.plan.aggregator),
                    case.standing,
                    allocation,
                    executor_id=executor.party_id or "",
                    vehicle="B 1234 KSB",
                )

    async def _record(self, case: Case) -> None:
        if not case.approved:
            return
        city = case.plan.city.replace(".", "")
        executor, witness = self.cast.actors[f"pelaksana{city}"], self.cast.actors[f"saksi{city}"]
        unlucky = max(case.allocations.values(), key=lambda made: made.quantity).target_id
        for target, allocation in case.allocations.items():
            sent = case.dispatches[target]
            if target not in case.handovers:
                mishap = case.plan.mishap if target == unlucky else Mishap()
                line = OutcomeInput(
                    dispatch_line_id=sent.lines[0].id,
                    delivered=allocation.quantity,
                    accepted=allocation.quantity - mishap.rejected - mishap.lost,
                    rejected=mishap.rejected,
                    lost=mishap.lost,
                    reason=mishap.reason,
                    condition="baik",
                )
                outcome = Outcome(
                    line=line,
                    recipient_name="Wakil penerima (sintetis)",
                    recipient_office="Ketua RW" if case.plan.target_kind == "rw" else "Pimpinan",
                    witness_account_id=witness.account_id,
                    place=self.names[target],
                )
                case.commitment, case.handovers[target] = await self.acts.record(
                    executor, case.standing, sent.id, outcome
                )
            await self._attach(case, case.handovers[target], executor)

    async def _attach(self, case: Case, handover: Handover, executor: Actor) -> None:
        async with self.platform.reading_desk(executor) as desk:
            attached = await evidence.evidence_of(desk, handover.id)
        if not attached:
            case.commitment = await self.acts.attach(executor, handover, file_name="bukti-sintetis.png", content=PHOTO)

    async def _confirm(self, case: Case) -> None:
        if not case.approved:
            return
        witness = self.cast.actors[f"saksi{case.plan.city.replace('.', '')}"]
        for target, handover in case.handovers.items():
            if handover.status is HandoverStatus.RECORDED:
                case.commitment, case.handovers[target] = await self.acts.confirm(witness, case.standing, handover)

    async def _close(self, case: Case) -> None:
        if not case.approved:
            return
        donor = self.cast.donor(case.plan.donor)
        line = case.standing.lines[0]
        if case.plan.cancelled > line.cancelled:
            case.commitment = await self.acts.cancel(
                donor,
                case.standing,
                line_id=line.id,
                quantity=case.plan.cancelled,
                reason="Sisa tidak jadi dibeli",
            )
        case.commitment = await self.acts.close(donor, case.standing)


def _placed(case: Case) -> bool:
    """Whether every line is allocated whole."""
    return all(line.balance.unallocated == 0 for line in case.standing.lines)


def _photo(width: int = 240, height: int = 160) -> bytes:
    """A made-up picture as PNG: a plain, striped area, clearly no photograph."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(
        b"\x00" + b"".join(b"\xd8\xe2\xdc" if (x + y) // 20 % 2 else b"\xb4\xc8\xbc" for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


PHOTO = _photo()
