"""The programs, and Prefect: the embedded one's folder, or the server with its pool, deployments and workers."""

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import httpx
from filelock import FileLock, Timeout

from ksbb.cli.checks.line import Line, fault, ok, warning
from ksbb.cli.checks.programs import programs
from ksbb.flows.catalog import catalog
from ksbb.flows.dispatcher import TAG
from ksbb.programs import ProgramHost
from ksbb.settings import Settings

_SECONDS = 10.0
_PAGE = 200
_NOT_FOUND = 404


def engine(settings: Settings, host: ProgramHost) -> Iterator[Line]:
    """All lines about programs and engine."""
    yield from programs(host, settings)
    if settings.engine.is_server:
        yield from _server(settings, host)
    else:
        yield _embedded(settings)


def _embedded(settings: Settings) -> Line:
    if not settings.data_dir.is_dir():
        return ok("engine", "embedded, not started yet")
    file = settings.data_dir / "engine.lock"
    if not file.exists():
        return ok("engine", "embedded, not started yet")
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return ok("engine", "embedded, a ksbb process is running it")
    lock.release()
    return ok("engine", "embedded, no process is running it now")


def _server(settings: Settings, host: ProgramHost) -> Iterator[Line]:
    if settings.database_url.startswith("sqlite"):
        yield fault(
            "engine", "mode server with SQLite: several processes need PostgreSQL", "set database_url to PostgreSQL"
        )
    url, auth = str(settings.engine.prefect_api_url), settings.engine.prefect_auth
    user, _, password = auth.get_secret_value().partition(":") if auth else ("", "", "")
    with httpx.Client(base_url=url, timeout=_SECONDS, auth=(user, password) if auth else None) as client:
        try:
            yield from _examine_server(client, settings.engine.work_pool, host)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            remedy = "check engine.prefect_auth and engine.prefect_api_url (it ends with /api)"
            yield fault("prefect", f"{url} answers {status} to {error.request.url.path}", remedy)
        except (httpx.HTTPError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            yield fault(
                "prefect",
                f"{url} doesn't answer ({reason})",
                "start `prefect server start`, or correct engine.prefect_api_url",
            )


def _examine_server(client: httpx.Client, pool: str, host: ProgramHost) -> Iterator[Line]:
    theirs, ours = str(_ask(client, "GET", "/admin/version")), version("prefect")
    if theirs == ours:
        yield ok("prefect", f"{client.base_url} runs {theirs}")
    else:
        message = f"{client.base_url} runs Prefect {theirs}, this is {ours}"
        yield warning("prefect", message, f"run the server with prefect=={ours}")
    found = client.get(f"/work_pools/{pool}")
    if found.status_code == _NOT_FOUND:
        yield fault("work pool", f"Prefect has no work pool {pool}", "run `ksbb deploy`")
        return
    paused = found.raise_for_status().json()["is_paused"]
    if paused:
        yield warning("work pool", f"{pool} is paused: no flow runs", f"run `prefect work-pool resume {pool}`")
    else:
        yield ok("work pool", pool)
    yield _deployments(client, host)
    workers = _ask(client, "POST", f"/work_pools/{pool}/workers/filter", {"limit": _PAGE})
    online = [worker for worker in workers if worker["status"] == "ONLINE"]
    if online:
        yield ok("workers", f"{len(online)} online")
    else:
        yield fault("workers", f"none of pool {pool} is online: no flow runs", "start `ksbb worker`")


def _deployments(client: httpx.Client, host: ProgramHost) -> Line:
    names: set[str] = set()
    while page := _ask(
        client,
        "POST",
        "/deployments/filter",
        {"deployments": {"tags": {"all_": [TAG]}}, "limit": _PAGE, "offset": len(names)},
    ):
        names.update(found["name"] for found in page)
    wanted = set(catalog(host))
    missing, gone = sorted(wanted - names), sorted(names - wanted)
    if missing:
        return fault("deployments", f"Prefect doesn't know {', '.join(missing)}", "run `ksbb deploy`")
    if gone:
        return warning("deployments", f"no active program has {', '.join(gone)}", "run `ksbb deploy`")
    return ok("deployments", f"{len(wanted)} registered")


def _ask(client: httpx.Client, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    return client.request(method, path, json=body).raise_for_status().json()
