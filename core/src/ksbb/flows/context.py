"""What core's flows need of the process that runs them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta

from ksbb.programs.host import ProgramHost, load_programs
from ksbb.settings import Settings
from ksbb.storage import migrate
from ksbb.storage.database import Database
from ksbb.usecases.platform import Clock, Platform, SystemClock


@dataclass(frozen=True, slots=True)
class EngineContext:
    """The platform that flows work on; `public_url` is where the QR codes of documents lead, the rest is as in the settings."""

    platform: Platform
    host: ProgramHost
    public_url: str
    batch_size: int = 100
    lease: timedelta = timedelta(seconds=60)
    flow_seconds: float = 900


_current: ContextVar[EngineContext] = ContextVar("ksbb_engine")


def engine_context() -> EngineContext:
    """The context of the running engine. Raises LookupError outside of one."""
    return _current.get()


def enter(context: EngineContext) -> None:
    """Set the engine's context for all flows that start from here."""
    _current.set(context)


def context_of(settings: Settings, clock: Clock | None = None) -> EngineContext:
    """The context that settings describe, not yet connected.

    Raises Unavailable for a program at fault where `programs.strict` is set.
    """
    host = load_programs(settings)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    return EngineContext(
        platform=Platform(
            database=database, programs=host, clock=clock or SystemClock(), rules=settings.allocation.rules
        ),
        host=host,
        public_url=settings.public_url,
        batch_size=settings.engine.batch_size,
        lease=timedelta(seconds=settings.engine.lease_seconds),
        flow_seconds=settings.engine.flow_seconds,
    )


@asynccontextmanager
async def opened_context(settings: Settings) -> AsyncIterator[EngineContext]:
    """The context of a dispatcher or a worker, on a database of the present schema. Raises Conflict when it isn't."""
    context = context_of(settings)
    try:
        await migrate.check(context.platform.database)
        yield context
    finally:
        await context.platform.database.close()
