"""The composition root: puts the parts together from settings. Nothing is created at import time."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ksbb.flows.context import context_of
from ksbb.flows.elsewhere import EngineElsewhere
from ksbb.flows.engine import Engine
from ksbb.programs.host import ProgramHost
from ksbb.settings import Settings
from ksbb.storage import migrate
from ksbb.usecases.platform import Clock, Platform

if TYPE_CHECKING:
    from litestar import Litestar


_ROUNDS = (10_000, 20, 100)
"""After so many new objects the collector looks at these, after so many rounds at those that were left, and then at all."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything that one process works with."""

    settings: Settings
    host: ProgramHost
    platform: Platform
    engine: Engine | EngineElsewhere


def compose(settings: Settings, clock: Clock | None = None) -> Runtime:
    """The parts of a process, not yet started. Raises Unavailable for a program at fault where `programs.strict` is set."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    context = context_of(settings, clock)
    engine = EngineElsewhere(context) if settings.engine.is_server else Engine(context, settings.data_dir)
    return Runtime(settings=settings, host=context.host, platform=context.platform, engine=engine)


@asynccontextmanager
async def opened(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Runtime]:
    """A runtime on a database of the present schema, with its embedded engine running, until the block ends.

    Raises Conflict when the schema isn't the present one, Unavailable when the data folder is in use.
    """
    runtime = compose(settings, clock)
    try:
        await migrate.check(runtime.platform.database)
        runtime.engine.start()
        yield runtime
    finally:
        runtime.engine.stop()
        await runtime.platform.database.close()


def web(settings: Settings) -> "Litestar":
    """The web application of `ksbb serve`. An embedded engine runs already, and stops with it.

    Raises Unavailable when the data folder is in use.
    """
    from ksbb.api.app import create_app  # noqa: PLC0415 - the command line doesn't pay for the web framework

    runtime = compose(settings)
    engine = runtime.engine
    application = create_app(runtime.platform, settings, runtime.host, lambda: engine.standing)

    async def stop() -> None:
        engine.stop()
        await runtime.platform.database.close()

    application.on_shutdown.append(stop)
    engine.start()
    keep_for_good()
    return application


def keep_for_good() -> None:
    """Take what there is now out of the collector's rounds: modules, tables, routes; and let the rounds be fewer. Each through all
    of that halts every request of the process for a tenth of a second and longer, and finds nothing.
    """
    gc.freeze()
    gc.set_threshold(*_ROUNDS)
