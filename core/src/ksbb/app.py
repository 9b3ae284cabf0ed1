"""The composition root: puts the parts together from settings. Nothing is created at import time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksbb.flows.context import EngineContext
from ksbb.flows.engine import Engine
from ksbb.programs.host import ProgramHost, load_programs
from ksbb.settings import Settings
from ksbb.storage import migrate
from ksbb.storage.database import Database
from ksbb.usecases.platform import Clock, Platform, SystemClock

if TYPE_CHECKING:
    from litestar import Litestar


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that one process works with."""

    settings: Settings
    host: ProgramHost
    platform: Platform
    engine: Engine


def compose(settings: Settings, clock: Clock | None = None) -> Runtime:
    """The parts of a process, not yet started. Raises Unavailable for a program at fault where `programs.strict` is set."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    host = load_programs(settings)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)
    platform = Platform(database=database, programs=host, clock=clock or SystemClock())
    engine = Engine(EngineContext(platform=platform, host=host, public_url=settings.public_url), settings.data_dir)
    return Runtime(settings=settings, host=host, platform=platform, engine=engine)


@asynccontextmanager
async def opened(settings: Settings, clock: Clock | None = None, *, with_engine: bool = True) -> AsyncIterator[Runtime]:
    """A runtime on a database of the present schema, with its engine running, until the block ends.

    Raises Conflict when the schema isn't the present one, Unavailable when the data folder is in use.
    """
    runtime = compose(settings, clock)
    try:
        await migrate.check(runtime.platform.database)
        if with_engine:
            runtime.engine.start()
        yield runtime
    finally:
        if with_engine:
            runtime.engine.stop()
        await runtime.platform.database.close()


def web(settings: Settings) -> "Litestar":
    """The web application of `ksbb serve`; its engine runs already, and stops with it.

    Raises Unavailable when the data folder is in use.
    """
    from ksbb.api.app import create_app  # noqa: PLC0415 - the command line doesn't pay for the web framework

    runtime = compose(settings)
    application = create_app(runtime.platform, settings, runtime.host)

    async def stop() -> None:
        runtime.engine.stop()
        await runtime.platform.database.close()

    application.on_shutdown.append(stop)
    runtime.engine.start()
    return application
