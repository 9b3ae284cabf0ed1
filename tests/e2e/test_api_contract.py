"""The API keeps its own word: every operation, asked by every role, answers as the OpenAPI document says; never with a 5xx.

A real `ksbb serve` process on SQLite and on PostgreSQL, with commitments at every step; requests made up by schemathesis.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance

from ksbb.domain.rights import Actor, Role
from ksbb.programs.host import load_programs
from ksbb.settings import load_settings
from ksbb.storage.database import Database
from ksbb.testing.clock import FakeClock
from ksbb.testing.driven import Step
from ksbb.testing.world import World
from ksbb.usecases.platform import Platform

pytestmark = pytest.mark.xdist_group("contract")

ROLES = ["anonymous", *(role.value for role in Role if role is not Role.SYSTEM)]
EXAMPLES = int(os.environ.get("KSBB_TEST_CONTRACT_EXAMPLES", "2"))
"""Requests per operation, role and database; more for a longer search."""
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


@dataclass(frozen=True)
class Server:
    """A running server: where it is, who may sign in, and ids that exist, by path parameter."""

    url: str
    secret: str
    actors: dict[str, Actor]
    known: dict[str, list[str]]

    def headers(self, role: str) -> dict[str, str]:
        """The headers of a signed-in role, none for `anonymous`."""
        if role == "anonymous":
            return {}
        now = datetime.now(UTC)
        claims = {"sub": self.actors[role].account_id, "iat": now, "exp": now + timedelta(hours=1)}
        return {"Authorization": f"Bearer {jwt.encode(claims, self.secret, 'HS256')}"}


async def _fill(url: str) -> tuple[dict[str, Actor], dict[str, list[str]]]:
    database = Database(url)
    clock = FakeClock(datetime.now(UTC) - timedelta(days=3))
    world = await World.seed(Platform(database, load_programs(load_settings()), clock), clock)
    known: dict[str, list[str]] = {"commitment_id": [], "allocation_id": [], "dispatch_id": [], "handover_id": []}
    for step in Step:
        driven = await world.drive(step)
        known["commitment_id"].append(driven.commitment.id)
        known["allocation_id"] += [allocation.id for allocation in driven.allocations]
        known["dispatch_id"] += [driven.dispatch.id] if driven.dispatch else []
        known["handover_id"] += [driven.handover.id] if driven.handover else []
        if driven.report is not None:
            known.setdefault("code", []).append(driven.report.verify_code)
    known |= {
        "target_id": [target.id for target in world.targets["pangan"]],
        "collaborator_id": [world.collaborator_party.id],
        "aggregator_id": [world.aggregator_party.id],
        "program_id": ["pangan", "umkm"],
        "aid_type": ["staple_food"],
        "account_id": [world.auditor.account_id],
    }
    await database.close()
    return {role.value: getattr(world, role.value) for role in Role if role is not Role.SYSTEM}, known


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A `ksbb serve` process on a filled database."""
    data = tmp_path_factory.mktemp("contract")
    url = f"sqlite+aiosqlite:///{data / 'ksbb.sqlite3'}"
    if request.param == "postgresql":
        from ksbb.testing.databases import make_database  # noqa: PLC0415 - only where PostgreSQL is asked for

        url = asyncio.run(make_database(request.getfixturevalue("postgres_url"), f"ksbb_contract_{os.getpid()}"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "KSBB_DATA_DIR": str(data), "KSBB_DATABASE_URL": url, "KSBB_PORT": str(port)}
    ksbb = str(Path(sys.executable).with_name("ksbb"))
    subprocess.run([ksbb, "init"], env=environment, cwd=data, check=True, capture_output=True)
    actors, known = asyncio.run(_fill(url))
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen([ksbb, "serve"], env=environment, cwd=data, stdout=log, stderr=log)
    try:
        where = f"http://127.0.0.1:{port}"
        _wait(f"{where}/api/v1/health/live", process)
        yield Server(where, (data / "secret.key").read_text("utf-8").strip(), actors, known)
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended before it answered"
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} didn't answer within 30 s")


@pytest.mark.parametrize("role", ROLES)
def test_every_operation_keeps_its_word(server: Server, role: str) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/api/v1/openapi.json")
    headers = server.headers(role)
    asked: set[str] = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @given(case=operation.as_strategy(), data=st.data())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Case[Any], data: st.DataObject) -> None:
            for name in list(case.path_parameters or {}):
                if name in server.known and data.draw(st.booleans()):
                    case.path_parameters[name] = data.draw(st.sampled_from(server.known[name]))
            response = case.call(headers=headers)
            case.validate_response(response, checks=list(CHECKS), headers=headers)
            asked.add(f"{case.operation.method} {case.operation.path}")

        ask()
    assert len(asked) == sum(1 for _ in schema.get_all_operations())


def test_the_document_is_openapi_3_1_with_every_aid_schema(server: Server) -> None:
    document: dict[str, Any] = httpx.get(f"{server.url}/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"get", "put", "post", "patch", "delete"}
    ]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) > 60
    assert [operation["operationId"] for operation in operations if not operation.get("description")] == []
    programs: list[dict[str, Any]] = httpx.get(f"{server.url}/api/v1/programs").json()
    for program in programs:
        detail = httpx.get(f"{server.url}/api/v1/programs/{program['id']}").json()
        for aid_type in detail["aid_types"]:
            named = [
                name for name in document["components"]["schemas"] if program["id"] in name and aid_type["id"] in name
            ]
            assert named, (program["id"], aid_type["id"])
