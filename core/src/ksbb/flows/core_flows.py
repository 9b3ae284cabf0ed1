"""Core's own flows: handover reports, life-cycle events, licences that run out, follow-ups that are due, needs whose period is
over, old idempotency keys.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import msgspec
from prefect import flow
from sqlalchemy import delete, func, select, tuple_

from ksbb.documents.render import RenderError, render_report
from ksbb.domain.handover_report import ReportSection
from ksbb.domain.parties import AggregatorStatus, Licence
from ksbb.domain.rights import SYSTEM, Role
from ksbb.domain.text import Text
from ksbb.flows.bench import Item, each_item
from ksbb.flows.context import EngineContext, engine_context
from ksbb.flows.report_sections import AWAY, asked_of_program, sections_of
from ksbb.program import FollowUpPlan
from ksbb.program.hooks import LifecycleEvent
from ksbb.statistics.folding import fold
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.usecases import follow_ups
from ksbb.usecases.desk import Desk
from ksbb.usecases.evidence import keep_file
from ksbb.usecases.read.reports import gather_report, load_report, without_images
from ksbb.usecases.roll_over import roll_over

PRESSES = 2
"""How many reports are printed at the same time."""
LICENCE_WATCH_DAYS = (30, 14, 3)
"""How long before its end a licence is announced."""
KEYS_KEPT = timedelta(days=7)
"""How long a request may be repeated with its idempotency key."""
KEYS_AT_ONCE = 1000
"""Keys removed in one transaction: on SQLite nobody else writes meanwhile."""


@flow(name="ksbb-handover-reports")
async def handover_reports(items: list[str]) -> None:
    """Make the PDF of each confirmed handover's report and keep it with its hash."""
    context = engine_context()
    presses = asyncio.Semaphore(PRESSES)
    # Printed before the items' transactions: whoever writes meanwhile doesn't wait for Typst
    printing = (_print(context, presses, item) for item in items)
    printed = dict(zip(items, await asyncio.gather(*printing, return_exceptions=True), strict=True))

    async def work(desk: Desk, row: Item) -> None:
        made = printed[row.id]
        if isinstance(made, BaseException):
            raise made
        pdf, sections = made
        kept = {"file_sha256": keep_file(desk.unit, pdf, "application/pdf"), "sections": msgspec.to_builtins(sections)}
        desk.unit.change(tables.reports, {"handover_id": row.subject_id}, **kept)

    await each_item(context.platform, items, work)


async def _print(
    context: EngineContext, presses: asyncio.Semaphore, item: str
) -> tuple[bytes, tuple[ReportSection, ...]]:
    """The PDF of an item's report, and what the program adds to it; nothing for an item that is done already."""
    table = tables.outbox
    async with presses:
        async with context.platform.reading_desk(SYSTEM) as desk:
            query = select(table.c.subject_id).where(table.c.id == item, table.c.status == "pending")
            handover_id = (await desk.unit.connection.execute(query)).scalar_one_or_none()
            if handover_id is None:
                return b"", ()
            report = await gather_report(desk, handover_id, context.public_url)
            new = (await load_report(desk, handover_id)).sections is None
            asked = await asked_of_program(desk, handover_id) if new else None
        if new:
            sections = await sections_of(context.host, asked, report.number) if asked else (AWAY,)
            report = replace(report, sections=sections)
        try:
            return await asyncio.to_thread(render_report, report), report.sections
        except RenderError:
            # A photo that can't be printed (CMYK, damaged) is listed: it must not hold up the report
            return await asyncio.to_thread(render_report, without_images(report)), report.sections


@flow(name="ksbb-lifecycle")
async def lifecycle(items: list[str]) -> None:
    """Tell the programs that listen of each life-cycle event."""
    context = engine_context()
    told = set()
    # Before the items' transactions: whoever writes meanwhile doesn't wait for a program that takes its time
    for item, event in await _events(context, items):
        await asyncio.to_thread(context.host.broadcast, event)
        told.add(item)

    async def work(_desk: Desk, row: Item) -> None:
        if row.id not in told:
            raise LookupError(f"there is no event {row.event_id} of a commitment")

    await each_item(context.platform, items, work)


async def _events(context: EngineContext, items: list[str]) -> list[tuple[str, LifecycleEvent]]:
    """What is to be told: the items that aren't done yet, each with its event."""
    outbox, event, commitment = tables.outbox, tables.events, tables.commitments
    query = (
        select(outbox.c.id, outbox.c.program_id, outbox.c.stage, event.c.at, event.c.payload)
        .add_columns(commitment.c.id.label("commitment_id"), commitment.c.number)
        .join(event, event.c.id == outbox.c.event_id)
        .join(commitment, commitment.c.id == func.substr(event.c.stream, len("commitment:") + 1))
        .where(outbox.c.id.in_(items), outbox.c.status == "pending")
        .order_by(outbox.c.id)
    )
    async with context.platform.reading_desk(SYSTEM) as desk:
        rows = (await desk.unit.connection.execute(query)).all()
    return [
        (
            row.id,
            LifecycleEvent(
                program_id=row.program_id,
                stage=row.stage,
                commitment_id=row.commitment_id,
                commitment_number=row.number,
                at=row.at,
                data=row.payload,
            ),
        )
        for row in rows
    ]


@flow(name="ksbb-follow-ups-due")
async def follow_ups_due() -> None:
    """Follow-ups whose day has passed become overdue."""
    context = engine_context()
    async with context.platform.desk(SYSTEM) as desk:
        await follow_ups.mark_overdue(desk, desk.today)


@flow(name="ksbb-needs-roll")
async def needs_roll() -> None:
    """Needs whose period is over pass into the next one."""
    platform = engine_context().platform
    rolled = True
    while rolled:
        async with platform.desk(SYSTEM) as desk:
            rolled = await roll_over(desk) > 0


@flow(name="ksbb-idempotency-purge")
async def idempotency_purge() -> None:
    """Remove the idempotency keys older than 7 days, with the answers that were kept for them."""
    context = engine_context()
    table = tables.idempotency
    key = tuple_(table.c.account_id, table.c.key)
    removed = KEYS_AT_ONCE
    while removed == KEYS_AT_ONCE:
        async with context.platform.desk(SYSTEM) as desk:
            old = (
                select(table.c.account_id, table.c.key)
                .where(table.c.created_at < desk.now - KEYS_KEPT)
                .order_by(table.c.created_at)
                .limit(KEYS_AT_ONCE)
            )
            removed = (await desk.unit.connection.execute(delete(table).where(key.in_(old)))).rowcount


@flow(name="ksbb-statistics-fold")
async def statistics_fold() -> None:
    """Put the sums of days that are over together, so that questions over years read few rows."""
    await fold(engine_context().platform)


@flow(name="ksbb-licence-watch")
async def licence_watch() -> None:
    """Open a follow-up for the holder of each licence that ends within 30, 14 or 3 days."""
    context = engine_context()
    async with context.platform.desk(SYSTEM) as desk:
        licence, party = tables.licences, tables.parties
        query = (
            select(licence)
            .join(party, party.c.id == licence.c.aggregator_id)
            .where(
                party.c.aggregator_status == AggregatorStatus.ACTIVE,
                licence.c.valid_to >= desk.today,
                licence.c.valid_to <= desk.today + timedelta(days=max(LICENCE_WATCH_DAYS)),
            )
        )
        for found in await fetch_all(desk.unit.connection, query, Licence):
            await _announce(desk, found)


async def _announce(desk: Desk, licence: Licence) -> None:
    left = (licence.valid_to - desk.today).days
    notice = min(days for days in LICENCE_WATCH_DAYS if days >= left)
    plan = FollowUpPlan(
        kind=f"licence_ends_{notice}",
        due_on=licence.valid_to,
        owner=Role.AGGREGATOR,
        title=Text(
            f"Izin {licence.number} berakhir pada {licence.valid_to}; perpanjang dan daftarkan izin barunya",
            f"Licence {licence.number} ends on {licence.valid_to}; renew it and register the new one",
        ),
    )
    await follow_ups.open_follow_up(
        desk, plan, program_id="ksbb", subject_id=licence.id, commitment=None, owner_party_id=licence.aggregator_id
    )
