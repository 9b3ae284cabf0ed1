"""`ksbb serve`: the API, its documentation and the flows, in one process."""

import logging
import signal
import socket
import sys
from pathlib import Path

import click
import uvicorn

from ksbb.app import web
from ksbb.cli.running import data_option, log_to_stderr, run, settings_for
from ksbb.domain.errors import Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.settings import Settings
from ksbb.storage import migrate
from ksbb.storage.database import Database

_DRAIN_SECONDS = 30
"""How long a stop waits for running requests."""
KEEP_ALIVE_SECONDS = 130
"""How long an idle connection stays open: longer than proxies keep theirs (nginx 60 s, Caddy 120 s), because a server that closes
first cuts the request that the proxy is just sending.
"""


@click.command()
@data_option
@click.option("--host", default=None, help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", type=int, default=None, help="Port to listen on (default: 8000).")
@click.option(
    "--safe-mode", is_flag=True, help="Load no program: records stay readable, acts that need a program wait."
)
def serve(data: Path | None, host: str | None, port: int | None, *, safe_mode: bool) -> None:
    """Serve the API and, unless workers do it, run the flows, until stopped. Running requests are finished first."""
    start(settings_for(data, host=host, port=port, programs={"safe_mode": True} if safe_mode else None))


def start(settings: Settings) -> None:
    """Serve until interrupted.

    Raises Unavailable when the port or the data folder is in use, Conflict when the schema isn't the present one.
    """
    log_to_stderr(logging.INFO)
    # uvicorn drains at SIGTERM and then raises the signal once more: by that a clean end would look like a failed one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _require_free_port(settings)
    run(lambda: _require_schema(settings))
    application = web(settings)
    where = f"http://{settings.host}:{settings.port}"
    click.echo(f"API            {where}/api/v1", err=True)
    click.echo(f"Documentation  {where}/api/v1/docs", err=True)
    if settings.engine.is_server:
        click.echo(f"Flows          on workers of {settings.engine.prefect_api_url}", err=True)
    if settings.programs.safe_mode:
        click.echo("Programs       none: safe mode", err=True)
    click.echo("Stop with Ctrl-C.", err=True)
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )


async def _require_schema(settings: Settings) -> None:
    database = Database(settings.database_url, pool_size=1)
    try:
        await migrate.check(database)
    finally:
        await database.close()


def _require_free_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Unavailable(
                Problem(
                    code="port_taken",
                    message=Text(
                        f"port {settings.port} pada {settings.host} tidak dapat dipakai ({error.strerror}); "
                        "pilih yang lain dengan --port",
                        f"port {settings.port} on {settings.host} can't be used ({error.strerror}); "
                        "choose another one with --port",
                    ),
                    given=settings.port,
                )
            ) from error
