"""The workbench that programs' flows get: items in transactions of their own, follow-ups, watches."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from structlog.contextvars import bind_contextvars, bound_contextvars

from ksbb.domain.commitments import Commitment, CommitmentStatus
from ksbb.domain.rights import SYSTEM
from ksbb.flows.execution import ExitCalled
from ksbb.flows.handed_over import handed_over
from ksbb.flows.rules import Answer, ask_rules
from ksbb.program import (
    Case,
    Clash,
    CommitmentView,
    Custody,
    Finding,
    FollowUpPlan,
    HandedOver,
    Outcome,
    Stage,
    parse_day,
)
from ksbb.storage import tables
from ksbb.storage.among import among
from ksbb.storage.database import is_passing
from ksbb.storage.prepared import Prepared
from ksbb.telemetry.flows import count_items
from ksbb.usecases import assess, follow_ups
from ksbb.usecases.chain import donor_class, load_ahead, load_commitment
from ksbb.usecases.desk import ActiveProgram, Desk, jakarta_day
from ksbb.usecases.platform import Platform

MAX_ATTEMPTS = 5
SET = 250
"""Items that are done in one transaction: their commitments are locked for about a tenth of a second."""
STEP_SECONDS = 20.0
"""How long the steps of one transaction may take: on SQLite all who write wait meanwhile, and give up after 30 s."""
_ABOUT_COMMITMENTS = (Stage.SUBMITTED, Stage.APPROVED, Stage.ALLOCATED, Stage.REJECTED, Stage.CLOSED)
_FIRST_WAIT = timedelta(seconds=10)
_LIVE = (CommitmentStatus.SUBMITTED, CommitmentStatus.APPROVED, CommitmentStatus.CLOSED)
_SHOWN = 4
_log = structlog.get_logger("ksbb.flows")


class StepOverdue(Exception):
    """What was to be done about an item takes too long for a transaction; says what to do."""

    def __init__(self) -> None:
        super().__init__(
            f"not done within {STEP_SECONDS:g} s; what takes long belongs before `each`: others wait meanwhile"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row of the outbox that is to be done: `subject_id` is what it is about, `event_id` what caused it, `losses` how many
    workers ended in the middle of it.
    """

    id: str
    program_id: str
    consumer: str
    stage: str
    subject_id: str
    event_id: str
    losses: int


Work = Callable[[Desk, Item], Awaitable[None]]
"""What is done about an item, in its unit of work."""
Prepare = Callable[[Desk, Sequence[Item]], Awaitable[None]]
"""What is done about all items of a unit of work before each of them."""
_ITEMS = Prepared(
    select(*(tables.outbox.c[field.name] for field in fields(Item)))
    .where(among(tables.outbox.c.id, "items"), tables.outbox.c.status == "pending")
    .order_by(tables.outbox.c.id)
    .with_for_update()
)
_LOST = Prepared(
    select(tables.outbox.c.id).where(among(tables.outbox.c.id, "items"), tables.outbox.c.losses > 0).limit(1)
)


@dataclass(frozen=True, slots=True)
class CommitmentCase:
    """One commitment on the bench, in the unit of work of its item."""

    desk: Desk
    active: ActiveProgram
    stored: Commitment
    commitment: CommitmentView
    handover: HandedOver | None
    subject_id: str
    executor_id: str | None
    answer: Answer | None = None

    def run_rules(self) -> Sequence[Finding]:
        """The findings of all the program's rules, which were asked beforehand about what was submitted. Raises RuleFailed."""
        if isinstance(self.answer, assess.RuleFailed):
            raise self.answer
        return assess.run_rules(self.active, self.commitment) if self.answer is None else self.answer

    async def clashes(self, kind: str) -> Sequence[Clash]:
        """Identifiers of this commitment that other live commitments carry too."""
        found = await _clashes(self.desk, kind)
        return [clash for clash in found if self.stored.id in clash.commitments]

    async def record_assessment(self, findings: Iterable[Finding]) -> None:
        """Keep the findings."""
        await assess.record(self.desk, self.stored, findings)

    async def open_follow_up(self, plan: FollowUpPlan) -> None:
        """Open an obligation about this item."""
        await follow_ups.open_follow_up(
            self.desk,
            plan,
            program_id=self.stored.program_id,
            subject_id=self.subject_id,
            commitment=self.stored,
            executor_id=self.executor_id,
        )


@dataclass(frozen=True, slots=True)
class Bench:
    """The workbench of one program's run."""

    platform: Platform
    active: ActiveProgram

    @property
    def program_id(self) -> str:
        """The program that the flow belongs to."""
        return self.active.program.id

    @property
    def settings(self) -> Any:
        """The program's settings."""
        return self.active.settings

    @property
    def today(self) -> date:
        """The day in Asia/Jakarta."""
        return jakarta_day(self.platform.clock.now())

    async def each(self, items: Sequence[str], step: Callable[[Case], Awaitable[None]]) -> Outcome:
        """Run `step` on every item, each in a unit of work of its own and exactly once."""
        answers: dict[str, Answer] = {}

        async def prepare(desk: Desk, rows: Sequence[Item]) -> None:
            submitted = [row.subject_id for row in rows if row.stage == Stage.SUBMITTED]
            answers.update(await ask_rules(desk, self.active, submitted))

        async def work(desk: Desk, row: Item) -> None:
            case = await _open_case(desk, self.active, row, answers.get(row.subject_id))
            try:
                await step(case)
            except SystemExit as asked:
                raise ExitCalled(asked) from asked

        return await each_item(self.platform, items, work, prepare)

    async def custody(self) -> Sequence[Custody]:
        """All goods of the program that are in custody now."""
        async with self.platform.reading_desk(SYSTEM) as desk:
            return await _custody(desk, self.active)

    async def clashes(self, kind: str) -> Sequence[Clash]:
        """All identifiers of a kind that more than one live commitment carries."""
        async with self.platform.reading_desk(SYSTEM) as desk:
            return await _clashes(desk, kind)

    async def open_follow_up(self, commitment_id: str, plan: FollowUpPlan) -> bool:
        """Open an obligation about a commitment; False when the same one stood already."""
        async with self.platform.desk(SYSTEM) as desk:
            commitment = await load_commitment(desk, commitment_id)
            return await follow_ups.open_follow_up(
                desk, plan, program_id=self.program_id, subject_id=commitment_id, commitment=commitment
            )


async def each_item(platform: Platform, items: Sequence[str], work: Work, prepare: Prepare | None = None) -> Outcome:
    """Do `work` for every outbox item: effects and the item's `done` are one transaction, so a repeated batch does no harm.

    `prepare` is done before, once for the items of each transaction. Items are done by sets, one transaction for each. Where one
    of a set raises, the set is rolled back and done item by item: the one whose work raises waits for its next attempt, and after
    `MAX_ATTEMPTS` it is parked with the reason. Where a worker was lost over one of them, all are done one by one, so that those
    before the culprit are done for good.
    """
    done = failed = 0
    for start in range(0, len(items), SET):
        part = items[start : start + SET]
        together = await _tried(platform, part, work, prepare) if len(part) > 1 else None
        if together is not None:
            done += together
            continue
        for item in part:
            try:
                done += await _at_once(platform, [item], work, prepare) or 0
            except Exception as error:
                if _is_away(error):
                    raise
                failed += 1
                await set_aside(platform, item, error)
    skipped = len(items) - done - failed
    count_items(done=done, failed=failed)
    return Outcome(done=done, skipped=skipped, failed=failed)


async def lost_a_worker(platform: Platform, items: Sequence[str]) -> bool:
    """Whether a worker was lost over any of these items."""
    async with platform.reading_desk(SYSTEM) as desk:
        return bool(await _LOST.rows(desk.unit.link, items=items))


async def _tried(platform: Platform, items: Sequence[str], work: Work, prepare: Prepare | None) -> int | None:
    """How many of these items there were to do; None when nothing was done, because one of them raised or is suspected."""
    try:
        return await _at_once(platform, items, work, prepare)
    except Exception as error:
        if _is_away(error):
            raise
        _log.info("set_done_one_by_one", items=len(items), reason=f"{type(error).__name__}: {error}"[:500])
        return None


def _is_away(error: Exception) -> bool:
    """Whether the platform's database went away, which is no fault of an item; a program's flow may raise errors of other ones."""
    return isinstance(error, SQLAlchemyError) and is_passing(error)


async def _at_once(platform: Platform, items: Sequence[str], work: Work, prepare: Prepare | None) -> int | None:
    """Do `work` for these items in one transaction; how many there were to do.

    None, and nothing done, for several of which one is suspected: a worker was lost over it.
    """
    with bound_contextvars(item="", commitment_id=""):
        async with platform.desk(SYSTEM) as desk:
            rows = await _ITEMS.records(desk.unit.link, Item, items=items)
            if len(items) > 1:
                if any(row.losses for row in rows):
                    return None
                await load_ahead(desk, {row.subject_id for row in rows if row.stage in _ABOUT_COMMITMENTS})
            if prepare is not None:
                await prepare(desk, rows)
            async with _in_time():
                for row in rows:
                    bind_contextvars(item=row.id, commitment_id=row.subject_id)
                    await work(desk, row)
                    desk.unit.change(tables.outbox, {"id": row.id}, status="done", done_at=desk.now, claimed_until=None)
    return len(rows)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    """Raises StepOverdue when the block takes too long."""
    limit = asyncio.timeout(STEP_SECONDS)
    try:
        async with limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise StepOverdue from error
        raise


async def set_aside(platform: Platform, item: str, error: Exception) -> None:
    """Note a failed attempt: the next one after a growing wait, or none and the item is parked with its reason.

    A failed rule isn't tried again: rules are pure, the next attempt would fail as well.
    """
    table = tables.outbox
    reason = f"{type(error).__name__}: {error}" if not isinstance(error, assess.RuleFailed) else str(error)
    async with platform.desk(SYSTEM) as desk:
        query = select(table).where(table.c.id == item, table.c.status == "pending").with_for_update()
        row = (await desk.unit.connection.execute(query)).first()
        if row is None:
            return
        attempts = row.attempts + 1
        hopeless = isinstance(error, assess.RuleFailed)
        parked = hopeless or attempts >= MAX_ATTEMPTS
        await desk.unit.connection.execute(
            update(table)
            .where(table.c.id == item)
            .values(
                attempts=attempts,
                status="parked" if parked else "pending",
                reason=reason[:2000],
                claimed_until=None,
                available_at=desk.now + _FIRST_WAIT * 2 ** (attempts - 1),
            )
        )
        if parked and row.stage == Stage.SUBMITTED:
            await assess.record_failure(desk, await load_commitment(desk, row.subject_id), reason)
    _log.warning(
        "item_failed",
        item=item,
        consumer=row.consumer,
        program=row.program_id,
        attempts=attempts,
        parked=parked,
        reason=reason,
    )


async def _open_case(desk: Desk, active: ActiveProgram, row: Item, answer: Answer | None) -> CommitmentCase:
    connection = desk.unit.connection
    handover = executor_id = None
    commitment_id = row.subject_id
    if row.stage in (Stage.RECEIVED, Stage.DISPATCHED):
        table = tables.receipts if row.stage == Stage.RECEIVED else tables.dispatches
        commitment_id = (
            await connection.execute(select(table.c.commitment_id).where(table.c.id == row.subject_id))
        ).scalar_one()
    if row.stage == Stage.HANDED_OVER:
        commitment, handover, executor_id = await handed_over(desk, row.subject_id)
    else:
        commitment = await load_commitment(desk, commitment_id)
    return CommitmentCase(
        desk=desk,
        active=active,
        stored=commitment,
        commitment=assess.view_of(commitment, donor_class(desk, commitment), desk.today),
        handover=handover,
        subject_id=row.subject_id,
        executor_id=executor_id,
        answer=answer,
    )


async def _custody(desk: Desk, active: ActiveProgram) -> list[Custody]:
    line, commitment, party = tables.commitment_lines, tables.commitments, tables.parties
    quantity = line.c.received - line.c.dispatched - line.c.written_off
    query = (
        select(commitment.c.id, commitment.c.number, party.c.name, line.c.aid_type, quantity, line.c.attributes)
        .join(commitment, commitment.c.id == line.c.commitment_id)
        .join(party, party.c.id == commitment.c.aggregator_id)
        .where(commitment.c.program_id == active.program.id, line.c.received > line.c.dispatched + line.c.written_off)
        .order_by(line.c.id)
    )
    goods = []
    for commitment_id, number, aggregator, aid_type_id, held, attributes in await desk.unit.connection.execute(query):
        aid_type = active.program.aid_type(aid_type_id)
        expiry = attributes.get(aid_type.expiry_attribute) if aid_type and aid_type.expiry_attribute else None
        goods.append(
            Custody(
                commitment_id=commitment_id,
                commitment_number=number,
                aggregator_name=aggregator,
                aid_type=aid_type_id,
                quantity=held,
                # By whichever version of the schema it was written
                expires_on=parse_day(expiry),
            )
        )
    return goods


async def _clashes(desk: Desk, kind: str) -> list[Clash]:
    identifier, line, commitment = tables.line_identifiers, tables.commitment_lines, tables.commitments
    carried = (
        select(identifier.c.value, commitment.c.id)
        .join(line, line.c.id == identifier.c.line_id)
        .join(commitment, commitment.c.id == line.c.commitment_id)
        .where(identifier.c.kind == kind, commitment.c.status.in_(_LIVE))
        .distinct()
        .subquery()
    )
    twice = select(carried.c.value).group_by(carried.c.value).having(func.count() > 1)
    query = (
        select(carried.c.value, carried.c.id).where(carried.c.value.in_(twice)).order_by(carried.c.value, carried.c.id)
    )
    found: dict[str, list[str]] = {}
    for value, commitment_id in await desk.unit.connection.execute(query):
        found.setdefault(value, []).append(commitment_id)
    return [
        Clash(kind=kind, value="*" * max(len(value) - _SHOWN, 0) + value[-_SHOWN:], commitments=tuple(ids))
        for value, ids in found.items()
    ]
