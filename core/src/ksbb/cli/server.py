"""`ksbb deploy`, `ksbb dispatch`, `ksbb worker`: the processes of the server mode, beside `ksbb serve`."""

import asyncio
import json
import logging
import os
import signal
import socket
from pathlib import Path

import click

from ksbb.cli.running import (
    data_option,
    json_option,
    log_to_stderr,
    metrics_option,
    quiet_logs,
    run,
    serve_metrics,
    settings_for,
)
from ksbb.domain.errors import Problem, Unavailable, invalid
from ksbb.domain.text import Text
from ksbb.flows.prefect_home import configure_client
from ksbb.settings import Settings

_RETRIES = 3
"""How often a worker repeats a request to Prefect: with growing waits, for some 14 s. The outcome of a run is worth that."""


@click.command()
@data_option
@json_option
def deploy(data: Path | None, *, as_json: bool) -> None:
    """Register all flows and schedules at Prefect's server.

    Makes the work pool and the deployments of core and of every active program as they should be, and removes those that are gone.
    Run it after each change of programs or versions; again, it changes nothing. Ends with 1 when one failed.
    """
    settings = server_settings(data)
    quiet_logs()
    configure_client(settings)
    from ksbb.flows.deploy import Change, deploy  # noqa: PLC0415 - after Prefect was configured
    from ksbb.flows.work import is_prefect_away  # noqa: PLC0415
    from ksbb.programs.host import load_programs  # noqa: PLC0415

    try:
        changes = run(lambda: deploy(load_programs(settings), settings.engine))
    except Exception as error:
        if not is_prefect_away(error):
            raise
        raise prefect_unreachable(settings, error) from error
    if as_json:
        click.echo(
            json.dumps([{name: getattr(change, name) for name in Change.__slots__} for change in changes], indent=2)
        )
    else:
        for change in changes:
            if change.did != "unchanged":
                reason = f": {change.reason}" if change.reason else ""
                click.echo(f"{change.did:<9} {change.kind} {change.name}{reason}")
        counts = {
            did: sum(change.did == did for change in changes) for did in dict.fromkeys(one.did for one in changes)
        }
        click.echo(", ".join(f"{count} {did}" for did, count in counts.items()))
    if any(change.did == "failed" for change in changes):
        raise SystemExit(1)


@click.command()
@data_option
def dispatch(data: Path | None) -> None:
    """Hand the outbox's work to Prefect's server, until stopped. Any number may run at once."""
    settings = server_settings(data)
    log_to_stderr(logging.INFO)
    configure_client(settings)

    async def work() -> None:
        from ksbb.flows.context import opened_context  # noqa: PLC0415 - after Prefect was configured
        from ksbb.flows.dispatcher import Dispatcher  # noqa: PLC0415

        stopping = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stopping.set)
        async with opened_context(settings) as context:
            await Dispatcher(context).run(stopping)

    click.echo(f"Dispatching to {settings.engine.prefect_api_url}. Stop with Ctrl-C.", err=True)
    run(work)


@click.command()
@data_option
@click.option("--name", default=None, help="The worker's name at Prefect (default: host and process).")
@click.option("--limit", type=click.IntRange(1, 100), default=None, help="Runs at the same time (default: 2).")
@metrics_option
def worker(data: Path | None, name: str | None, limit: int | None, metrics: str | None) -> None:
    """Run flows for Prefect's server, until stopped; running batches are finished first. Any number may run at once."""
    settings = server_settings(data)
    log_to_stderr(logging.INFO)
    serve_metrics(metrics)
    configure_client(settings, retries=_RETRIES)
    named = name or f"{socket.gethostname()}-{os.getpid()}"

    async def work() -> None:
        from ksbb.flows.worker import KsbbWorker  # noqa: PLC0415 - after Prefect was configured

        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("no task")
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, task.cancel)
        started = KsbbWorker(work_pool_name=settings.engine.work_pool, name=named, limit=limit, settings=settings)
        try:
            await started.start(printer=lambda text: click.echo(text, err=True))
        except asyncio.CancelledError:
            click.echo(f"Worker {named} stopped.", err=True)

    run(work)


def server_settings(data: Path | None) -> Settings:
    """The settings. Raises InvalidInput unless they are for the server mode."""
    settings = settings_for(data)
    if not settings.engine.is_server:
        raise invalid(
            "embedded_mode",
            Text(
                "perintah ini untuk mode server, tetapi engine.mode adalah embedded; di sana `ksbb serve` mengerjakan semuanya",
                "this command is for the server mode, but engine.mode is embedded, where `ksbb serve` does everything; "
                "set KSBB_ENGINE__MODE=server",
            ),
            "/engine/mode",
            "server",
            "embedded",
        )
    return settings


def prefect_unreachable(settings: Settings, error: Exception) -> Unavailable:
    """That Prefect's API doesn't answer, or refuses, and what to look at."""
    url, reason = settings.engine.prefect_api_url, f"{type(error).__name__}: {error}".splitlines()[0]
    return Unavailable(
        Problem(
            code="prefect_away",
            message=Text(
                f"server Prefect di {url} tidak menjawab ({reason}); periksa apakah ia berjalan, "
                "serta engine.prefect_api_url dan engine.prefect_auth",
                f"the Prefect server at {url} doesn't answer ({reason}); see that it runs, "
                "and engine.prefect_api_url and engine.prefect_auth",
            ),
            given=url,
        )
    )
