"""The database: reachable, of the present schema, with the right time, and what waits in its outbox."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from ksbb.cli.checks.line import Line, fault, ok, told, warning
from ksbb.cli.checks.records import records
from ksbb.cli.engine import spoken
from ksbb.domain.errors import Conflict
from ksbb.programs import ProgramHost
from ksbb.settings import Settings
from ksbb.storage import migrate, tables
from ksbb.storage.database import Database
from ksbb.storage.trouble import trouble_of
from ksbb.usecases.engine import waits_for_program
from ksbb.usecases.read.backlog import read_backlog

_LATE_SECONDS = 600
_CLOCK_WARNING, _CLOCK_FAULT = 2.0, 30.0


async def database(settings: Settings, host: ProgramHost) -> AsyncIterator[Line]:
    """All lines about the database and the records in it; those that need its tables only where it has them."""
    opened = Database(settings.database_url, pool_size=1)
    where = make_url(settings.database_url).render_as_string(hide_password=True)
    try:
        schema = await migrate.check(opened)
    except Conflict as error:
        yield ok("database", where)
        yield told("schema", error.problems[0].message.en)
        return
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        yield fault("database", f"{where}: {trouble.message.en}", trouble.remedy.en)
        return
    else:
        yield ok("database", where)
        yield ok("schema", str(schema))
        yield await _clock(opened)
        async for line in _outbox(opened, host, server=settings.engine.is_server):
            yield line
        async for line in records(opened, host):
            yield line
    finally:
        await opened.close()


async def _clock(opened: Database) -> Line:
    """This machine's clock against the database's, and against the newest event, which can't be of the future."""
    remedy = "set the clock of this machine and of the database's by NTP"
    events = tables.events
    async with opened.read() as connection:
        newest = (
            await connection.execute(select(events.c.at).order_by(events.c.id.desc()).limit(1))
        ).scalar_one_or_none()
        away = 0.0
        if not opened.is_sqlite:
            before = datetime.now(UTC)
            there = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
            away = (there - before - (datetime.now(UTC) - before) / 2).total_seconds()
    if abs(away) > _CLOCK_WARNING:
        message = f"the database's clock is {abs(away):.1f} s {'ahead of' if away > 0 else 'behind'} this machine's"
        return (fault if abs(away) > _CLOCK_FAULT else warning)("clock", message, remedy)
    ahead = (newest - datetime.now(UTC)).total_seconds() if newest else 0.0
    if ahead > _CLOCK_WARNING:
        return warning("clock", f"the newest event is {spoken(ahead)} in the future: a clock went back", remedy)
    return ok("clock", "not behind the newest event" if opened.is_sqlite else f"{abs(away):.1f} s from the database's")


async def _outbox(opened: Database, host: ProgramHost, *, server: bool) -> AsyncIterator[Line]:
    async with opened.read() as connection:
        backlog = await read_backlog(connection)
    now = datetime.now(UTC)
    parked = sum(one.items for one in backlog if one.status == "parked")
    waiting = [
        one for one in backlog if one.status == "pending" and not waits_for_program(host, one.program_id, one.consumer)
    ]
    items, oldest = sum(one.items for one in waiting), max((one.age(now) for one in waiting), default=0.0)
    if oldest > _LATE_SECONDS:
        runs = "`ksbb dispatch` and `ksbb worker` run" if server else "`ksbb serve` runs"
        message = f"{items} items wait, the oldest is due since {spoken(oldest)}"
        yield warning("outbox", message, f"see that {runs}, then `ksbb engine status`")
    else:
        yield ok("outbox", f"{items} items wait" if items else "nothing waits")
    if parked:
        message = f"{parked} items failed too often and are parked"
        yield warning("parked", message, "run `ksbb engine parked`, then retry or drop them")
    else:
        yield ok("parked", "nothing is parked")
