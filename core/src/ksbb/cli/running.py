"""What commands share: settings, a platform for the length of a command, quiet logs."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import structlog

from ksbb.domain.rights import Actor, Grant, Role
from ksbb.settings import Settings, load_settings
from ksbb.storage import migrate
from ksbb.storage.database import Database
from ksbb.usecases.platform import Platform, SystemClock

Result = TypeVar("Result")

OPERATOR = Actor(account_id="operator", name="Operator", grants=(Grant(role=Role.ADMIN), Grant(role=Role.SECRETARIAT)))
"""Who runs the command line on the machine itself: may set the platform up."""

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="The data folder (default: ksbb-data).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines.")


def settings_for(data: Path | None, **overrides: Any) -> Settings:
    """The settings, with the data folder and what else the command line gives (not None) over them."""
    given: dict[str, Any] = {"data_dir": data, **overrides}
    return load_settings(**{name: value for name, value in given.items() if value is not None})


def quiet_logs() -> None:
    """Warnings and worse only: a command speaks for itself."""
    log_to_stderr(logging.WARNING)


def log_to_stderr(level: int) -> None:
    """Logs go to stderr, from `level` on: as lines for people on a terminal, else as JSON, one object per line.

    Tracebacks come without the values of variables, which may be personal or secret.
    """
    human = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *(
                [human]
                if sys.stderr.isatty()
                else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@asynccontextmanager
async def platform_of(settings: Settings) -> AsyncIterator[Platform]:
    """The platform on the configured database, without an engine. Raises Conflict when the schema isn't the present one."""
    from ksbb.programs.host import load_programs  # noqa: PLC0415 - commands that need no programs don't load them

    quiet_logs()
    database = Database(settings.database_url, pool_size=1)
    try:
        await migrate.check(database)
        yield Platform(database=database, programs=load_programs(settings), clock=SystemClock())
    finally:
        await database.close()


def run(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run asynchronous work of a command to its end."""

    async def main() -> Result:
        return await work()

    return asyncio.run(main())


def shown(value: Any) -> Any:
    """A record as JSON values."""
    import msgspec  # noqa: PLC0415 - only answers for machines need it

    return msgspec.to_builtins(value)
