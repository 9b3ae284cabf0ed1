"""What commands share: settings, a platform for the length of a command, quiet logs."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from ksbb.domain.rights import Actor, Grant, Role
from ksbb.settings import Settings, load_settings
from ksbb.storage import migrate
from ksbb.storage.database import Database
from ksbb.telemetry import logs
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
metrics_option = click.option(
    "--metrics", default=None, metavar="[HOST:]PORT", help="Serve figures for Prometheus there (host: 127.0.0.1)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON, for machines.")


def settings_for(data: Path | None, **overrides: Any) -> Settings:
    """The settings, with the data folder and what else the command line gives (not None) over them."""
    given: dict[str, Any] = {"data_dir": data, **overrides}
    return load_settings(**{name: value for name, value in given.items() if value is not None})


def quiet_logs() -> None:
    """Warnings and worse only: a command speaks for itself."""
    log_to_stderr(logging.WARNING)


def no_logs() -> None:
    """None: what would be logged, stands in the command's answer."""
    log_to_stderr(logging.CRITICAL)


def log_to_stderr(level: int) -> None:
    """Logs go to stderr, from `level` on: as lines for people on a terminal, else as JSON, one object per line.

    Secrets, personal data and the values of variables are hidden.
    """
    logs.configure(level, for_people=sys.stderr.isatty())


def serve_metrics(address: str | None) -> None:
    """Serve this process's figures at `[host:]port`, for a process that has no API. Raises UsageError when that can't be."""
    if address is None:
        return
    from prometheus_client import start_http_server  # noqa: PLC0415 - only long-running commands need it

    from ksbb.telemetry.metrics import REGISTRY  # noqa: PLC0415

    host, _, port = address.rpartition(":")
    try:
        start_http_server(int(port), host.strip("[]") or "127.0.0.1", registry=REGISTRY)
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--metrics takes [host:]port, such as 9464 or 0.0.0.0:9464, not {address}") from error
    except OSError as error:
        raise click.UsageError(
            f"figures can't be served at {address}: {error.strerror}; choose another port"
        ) from error


@asynccontextmanager
async def platform_of(settings: Settings) -> AsyncIterator[Platform]:
    """The platform on the configured database, without an engine. Raises Conflict when the schema isn't the present one."""
    from ksbb.programs.host import load_programs  # noqa: PLC0415 - commands that need no programs don't load them

    quiet_logs()
    database = Database(settings.database_url, pool_size=1)
    try:
        await migrate.check(database)
        yield Platform(
            database=database,
            programs=load_programs(settings),
            clock=SystemClock(),
            rules=settings.allocation.rules,
        )
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
