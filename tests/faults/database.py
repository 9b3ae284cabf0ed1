"""The database away, read-only or full: said in words, survived by every process; a half-applied migration is refused."""

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from . import audit
from .case import Case
from .client import Client
from .postgres import Postgres, postgres
from .processes import Running, Stage, free_port, stage, unforeseen, until
from .report import Result
from .world import HOST, Seeded, seed

_BURST = 40
_SMALL_BYTES = 8 * 2**20
_MOUNTS = os.geteuid() == 0
"""Whether a small file system can be mounted, which the tests with a full disk need."""


async def away(outages: int = 3) -> Result:
    """PostgreSQL is killed under `ksbb serve` and comes back: 503 with Retry-After meanwhile, and nobody is started anew."""
    failures: list[str] = []
    recovered = []
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "away")
        async with _serving(on, seeded) as (serve, url, client):
            await Case(client).live()
            for number in range(outages):
                await asyncio.to_thread((server.kill, server.kill_postmaster)[number % 2])
                burst = await _burst(client, f"away-{number}")
                failures += [wrong for answer in burst if (wrong := _not_503(answer, "database_away"))]
                failures += _health(url, live=200, ready=503)
                await asyncio.to_thread(server.start)
                began = time.monotonic()
                again = await _burst(client, f"back-{number}")
                # Connections that died in the pool may cost an answer each; then it has to be well
                failures += [wrong for answer in again if answer.status_code != 201 and (wrong := _not_503(answer))]
                await asyncio.to_thread(until, "it serves again", lambda: _drafts(client, url), 20)
                recovered.append(time.monotonic() - began)
                failures += _health(url, live=200, ready=200)
            await Case(client).live()
            failures += unforeseen(serve.log)
            if not serve.runs:
                failures.append(f"ksbb serve ended: {serve.said()[-1500:]}")
        found = await audit.read(seeded.url)
    failures += audit.examine(found, HOST)
    figures = {"outages": outages, "requests in each": _BURST, "well again after seconds": round(max(recovered), 2)}
    return Result("database away: 503 with Retry-After, the pool recovers, nobody dies", figures, failures)


async def read_only() -> Result:
    """PostgreSQL refuses to write, as a standby does: acts are refused in words, reading goes on."""
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "read_only")
        async with _serving(on, seeded) as (_, url, client):
            await asyncio.to_thread(_set, server, "default_transaction_read_only = on")
            burst = await _burst(client, "read-only")
            failures = [wrong for answer in burst if (wrong := _not_503(answer, "database_read_only", "read-only"))]
            reading = await client.once("auditor", "GET", "/commitments")
            failures += [] if reading.status_code == 200 else [f"reading: {reading.status_code} {reading.text}"]
            await asyncio.to_thread(_set, server, "default_transaction_read_only = off")
            await asyncio.to_thread(until, "it serves again", lambda: _drafts(client, url), 10)
    return Result("a read-only database is said in words", {"acts refused": _BURST}, failures)


async def full_postgres() -> Result:
    """PostgreSQL's disk is full: acts are refused in words until there is room again."""
    with stage() as on, postgres() as server, _small_disk() as disk:
        if disk is None:
            return _not_shown("PostgreSQL")
        seeded = await seed(server.url(), "full")
        server.give(disk)
        for statement in (
            f"CREATE TABLESPACE small LOCATION '{disk}'",
            "ALTER TABLE commitments SET TABLESPACE small",
        ):
            server.run(statement, name="full")
        async with _serving(on, seeded) as (_, url, client):
            refused, failures = await _until_full(client, disk, "PostgreSQL")
            await asyncio.to_thread(until, "it serves again", lambda: _drafts(client, url), 10)
        failures += audit.examine(await audit.read(seeded.url), HOST)
    return Result("PostgreSQL's full disk is said in words", {"acts refused": refused}, failures)


async def full_sqlite() -> Result:
    """The disk of an embedded database is full: acts are refused in words until there is room again."""
    with stage() as on, _small_disk() as disk:
        if disk is None:
            return _not_shown("SQLite")
        seeded = await seed(f"sqlite+aiosqlite:///{disk / 'ksbb.sqlite3'}", "")
        async with _serving(on, seeded) as (_, url, client):
            refused, failures = await _until_full(client, disk, "SQLite")
            await asyncio.to_thread(until, "it serves again", lambda: _drafts(client, url), 10)
        failures += audit.examine(await audit.read(seeded.url), HOST)
    return Result("SQLite's full disk is said in words", {"acts refused": refused}, failures)


async def half_migrated(kills: int = 4) -> Result:
    """A migration that is killed leaves nothing half-done; a schema that isn't whole is refused at start."""
    failures: list[str] = []
    with stage() as on, postgres() as server:
        await seed(server.url(), "whole")
        for name, statement in (
            ("column", "ALTER TABLE outbox DROP COLUMN claimed_until"),
            ("index", "DROP INDEX ix_outbox_due"),
            ("table", "DROP TABLE reached"),
        ):
            server.run(f'CREATE DATABASE "{name}" TEMPLATE whole')
            server.run(statement, name=name)
            refused = await asyncio.to_thread(on.ksbb, name, server.url(name), "serve", "--port", str(free_port()))
            if refused.returncode == 0 or "isn't whole" not in refused.stderr:
                failures.append(f"without a {name}: {refused.returncode} {refused.stderr[-600:]}")
        server.run('CREATE DATABASE "cut"')
        for number in range(kills):
            failures += await asyncio.to_thread(_cut_migration, on, server, 0.9 + 0.3 * number)
        done = await asyncio.to_thread(on.ksbb, "cut", server.url("cut"), "db", "upgrade")
        if done.returncode != 0:
            failures.append(f"after killed migrations: {done.returncode} {done.stderr[-600:]}")
        tables = "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"
        if server.run(tables, name="cut") != server.run(tables, name="whole"):
            failures.append("the schema after killed migrations is another one")
    return Result("a half-applied migration is refused at start", {"shapes": 3, "migrations killed": kills}, failures)


@contextmanager
def _small_disk() -> Iterator[Path | None]:
    """A folder on a file system of a few MiB, None where none may be mounted."""
    if not _MOUNTS:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="ksbb-faults-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def _not_shown(database: str) -> Result:
    return Result(f"{database}'s full disk is said in words", {"not shown here": "a small disk can't be mounted"})


async def _until_full(client: Client, disk: Path, database: str) -> tuple[int, list[str]]:
    """Fill the disk, act until it is noticed, then make room; how many acts were refused, and what was said wrongly."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    refused: list[httpx.Response] = []
    for number in range(400):
        answer = await client.once("collaborator", "POST", "/commitments", Case(client).body(), key=f"full-{number:04}")
        if not answer.is_success:
            refused.append(answer)
        if len(refused) == 5:
            break
    reading = await client.once("auditor", "GET", "/commitments")
    ballast.unlink()
    failures = [wrong for answer in refused if (wrong := _not_503(answer, "database_full", "disk is full"))]
    if not refused:
        failures.append(f"{database} stored 400 commitments on a full disk")
    if reading.status_code != 200:
        failures.append(f"reading on a full disk: {reading.status_code} {reading.text}")
    return len(refused), failures


def _cut_migration(on: Stage, server: Postgres, seconds: float) -> list[str]:
    """Kill a migration after so many seconds: nothing of it may stand there, unless it was done."""
    upgrading = on.command("cut", server.url("cut"), "db", "upgrade")
    time.sleep(seconds)
    upgrading.kill()
    until(
        "PostgreSQL notices",
        lambda: (
            server.run("SELECT count(*) FROM pg_stat_activity WHERE datname = 'cut' AND pid <> pg_backend_pid()") == "0"
        ),
        30,
    )
    ours = "schemaname = 'public' AND tablename <> 'alembic_version'"
    tables = int(server.run(f"SELECT count(*) FROM pg_tables WHERE {ours}", name="cut"))  # noqa: S608 - our own words
    if tables == 0:
        return []
    revision = server.run("SELECT version_num FROM alembic_version", name="cut")
    return [] if revision else [f"{tables} tables without a revision after a kill at {seconds} s"]


@asynccontextmanager
async def _serving(on: Stage, seeded: Seeded) -> AsyncIterator[tuple[Running, str, Client]]:
    """`ksbb serve` on a world, its address, and a client of it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = on.serve("serve", seeded.url, port)
    await asyncio.to_thread(serve.wait_until_it_serves, url)
    async with Client(seeded, [url]) as client:
        yield serve, url, client


async def _burst(client: Client, name: str) -> list[httpx.Response]:
    """Many drafts at once."""
    body = Case(client).body()
    return list(
        await asyncio.gather(
            *(
                client.once("collaborator", "POST", "/commitments", body, key=f"{name}-{number:04}")
                for number in range(_BURST)
            )
        )
    )


def _drafts(client: Client, url: str) -> bool:
    """Whether a draft is stored just now."""
    headers = {
        "Authorization": f"Bearer {client.seeded.token(client.seeded.world.collaborator)}",
        "Idempotency-Key": f"again-{time.monotonic_ns()}",
    }
    return httpx.post(f"{url}/api/v1/commitments", json=Case(client).body(), headers=headers, timeout=30).is_success


def _not_503(answer: httpx.Response, code: str | None = None, words: str = "") -> str:
    """What isn't right about an answer that should say 503 with Retry-After and this code; empty when all is."""
    body: dict[str, Any] = answer.json() if "json" in answer.headers.get("Content-Type", "") else {}
    codes = [error["code"] for error in body.get("errors", [])]
    right = (
        answer.status_code == 503
        and int(answer.headers.get("Retry-After", "0")) > 0
        and (code is None or codes == [code])
        and words in body.get("detail", "")
    )
    return "" if right else f"expected 503 {code or ''}, given {answer.status_code} {answer.headers} {answer.text}"


def _health(url: str, *, live: int, ready: int) -> list[str]:
    found = {name: httpx.get(f"{url}/api/v1/health/{name}", timeout=30).status_code for name in ("live", "ready")}
    return [] if found == {"live": live, "ready": ready} else [f"health {found}, expected live {live}, ready {ready}"]


def _set(server: Postgres, setting: str) -> None:
    server.run(f"ALTER SYSTEM SET {setting}")
    server.run("SELECT pg_reload_conf()")
    name, _, value = setting.partition(" = ")
    until(f"PostgreSQL knows {setting}", lambda: server.run(f"SHOW {name}") == value)
