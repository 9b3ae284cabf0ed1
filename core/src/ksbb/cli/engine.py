"""`ksbb engine`: the work in the outbox, and what was set aside."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from ksbb.cli.running import OPERATOR, data_option, json_option, platform_of, run, settings_for, shown
from ksbb.settings import Settings
from ksbb.usecases import engine as work_of
from ksbb.usecases.desk import Desk
from ksbb.usecases.engine import Work, waits_for_program
from ksbb.usecases.platform import Platform
from ksbb.usecases.read.backlog import Backlog, read_backlog
from ksbb.usecases.read.paging import MAX_LIMIT, Asked

program_option = click.option("--program", default=None, help="Only the work of this program, by its id.")
AWAY = "away"
"""How pending work is told whose program doesn't run."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@click.group()
def engine() -> None:
    """See, retry or drop the engine's work."""


@engine.command()
@data_option
@program_option
@json_option
def status(data: Path | None, program: str | None, *, as_json: bool) -> None:
    """What waits, for the engine or for a program that is away, and what is parked, by program and flow, and since when."""
    settings = settings_for(data)
    waiting, ages = run(lambda: _backlog(settings, program))
    if as_json:
        rows = [{**shown(one), "seconds": round(age)} for one, age in zip(waiting, ages, strict=True)]
        click.echo(json.dumps(rows, indent=2))
        return
    if not waiting:
        click.echo("Nothing waits, nothing is parked.")
        return
    table = Table()
    for heading in ("Program", "Flow", "Status", "Items", "Oldest due since"):
        table.add_column(heading, justify="right" if heading == "Items" else "left")
    for one, age in zip(waiting, ages, strict=True):
        due = age or one.status == work_of.PARKED
        table.add_row(one.program_id, one.consumer, one.status, str(one.items), spoken(age) if due else "not yet due")
    Console().print(table)
    if any(one.status == work_of.PARKED for one in waiting):
        click.echo("next: ksbb engine parked")
    if any(one.status == AWAY for one in waiting):
        click.echo("What is away waits for its program; see why: ksbb programs list")


@engine.command()
@data_option
@program_option
@json_option
def parked(data: Path | None, program: str | None, *, as_json: bool) -> None:
    """Work that failed too often, the oldest first, with the reason of its last failure."""
    settings = settings_for(data)
    found = run(lambda: _parked(settings, program))
    if as_json:
        click.echo(json.dumps([shown(work) for work in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo("Nothing is parked.")
        return
    for work in found:
        click.echo(f"{work.id}  {work.program_id} {work.consumer}, stage {work.stage}, subject {work.subject_id}")
        click.echo(f"    {work.attempts} attempts since {work.created_at:%Y-%m-%d %H:%M} UTC: {work.reason}")
    click.echo("next: ksbb engine retry ID…, or ksbb engine drop ID… --reason …")


@engine.command()
@data_option
@program_option
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All parked work, or all of --program.")
def retry(data: Path | None, program: str | None, ids: tuple[str, ...], *, every: bool) -> None:
    """Give parked work back to the engine, with its attempts counted anew."""
    _require_choice(ids, program, every=every)

    async def act(desk: Desk, work_id: str) -> Work:
        return await work_of.retry(desk, work_id)

    settings = settings_for(data)
    run(lambda: _each(settings, program, ids, act, "will be tried again"))


@engine.command()
@data_option
@program_option
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All parked work, or all of --program.")
@click.option("--reason", required=True, help="Why it is given up; kept in the record.")
def drop(data: Path | None, program: str | None, ids: tuple[str, ...], reason: str, *, every: bool) -> None:
    """Give parked work up for good."""
    _require_choice(ids, program, every=every)

    async def act(desk: Desk, work_id: str) -> Work:
        return await work_of.drop(desk, work_id, reason=reason)

    settings = settings_for(data)
    run(lambda: _each(settings, program, ids, act, "is given up"))


def spoken(seconds: float) -> str:
    """A time span in its largest fitting unit."""
    for unit, name in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"


def _require_choice(ids: Sequence[str], program: str | None, *, every: bool) -> None:
    if bool(ids) == every or (ids and program):
        raise click.UsageError(
            "name the work by id (see `ksbb engine parked`), or --all, with --program for one program's."
        )


async def _backlog(settings: Settings, program: str | None) -> tuple[list[Backlog], list[float]]:
    async with platform_of(settings) as platform:
        async with platform.database.read() as connection:
            waiting = await read_backlog(connection, program)
        now = platform.clock.now()
        told = [replace(one, status=AWAY) if _is_away(platform, one) else one for one in waiting]
        return told, [one.age(now) for one in waiting]


def _is_away(platform: Platform, one: Backlog) -> bool:
    return one.status == work_of.PENDING and waits_for_program(platform.programs, one.program_id, one.consumer)


async def _parked(settings: Settings, program: str | None) -> list[Work]:
    async with platform_of(settings) as platform:
        return await _all_parked(platform, program)


async def _all_parked(platform: Platform, program: str | None) -> list[Work]:
    found: list[Work] = []
    cursor: str | None = None
    while True:
        async with platform.reading_desk(OPERATOR) as desk:
            page = await work_of.find_parked(desk, Asked(limit=MAX_LIMIT, cursor=cursor), program_id=program)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


async def _each(
    settings: Settings,
    program: str | None,
    ids: Sequence[str],
    act: Callable[[Desk, str], Awaitable[Work]],
    outcome: str,
) -> None:
    """Do the act on each, each in a transaction of its own, and say so at once."""
    async with platform_of(settings) as platform:
        chosen = ids or [work.id for work in await _all_parked(platform, program)]
        for work_id in chosen:
            async with platform.desk(OPERATOR) as desk:
                work = await act(desk, work_id)
            click.echo(f"{work.id}  {work.program_id} {work.consumer} {outcome}")
        if not chosen:
            click.echo("Nothing is parked.")
