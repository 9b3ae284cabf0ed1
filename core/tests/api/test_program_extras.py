"""What programs bring: reference data, routes of their own, and that those harm nobody when they fail."""

import asyncio
import json
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from ksbb.api.app import create_app
from ksbb.program import (
    Program,
    ProgramSettings,
    ReferenceData,
    Route,
    RouteRequest,
    Text,
    choice,
    described,
)
from ksbb.programs import ProgramHost
from ksbb.programs.host import host_of
from ksbb.settings import Settings
from ksbb.storage.database import Database
from ksbb.testing import Step, World
from ksbb.testing.clock import FakeClock
from ksbb.usecases.platform import Platform

NAME = Text("Contoh", "Example")
NEVER = threading.Event()


class ExampleSettings(ProgramSettings):
    """One threshold."""

    limit: int = 3


def shown(request: RouteRequest) -> Any:
    return {
        "parameters": dict(request.parameters),
        "limit": request.settings.limit,
        "today": request.today,
        "name": NAME,
        "list": ("a", 1.5, None, True),
    }


def raises(_: RouteRequest) -> Any:
    raise LookupError("the table of secrets")


async def waits(_: RouteRequest) -> Any:
    return {}


ANSWERS: dict[str, Callable[[RouteRequest], Any]] = {
    "shown": shown,
    "deep/path": lambda _: [],
    "raises": raises,
    "leaves": lambda _: sys.exit(1),
    "never": lambda _: NEVER.wait(),
    "rubbish": lambda _: {1, 2},
    "nan": lambda _: float("nan"),
    "huge": lambda _: "x" * (1024 * 1024),
    "endless": lambda _: endless(),
}


def endless() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


def route(path: str) -> Route:
    extra: dict[str, Any] = {}
    if path == "shown":
        size = choice({"small": Text("kecil", "small"), "large": Text("besar", "large")}, NAME, NAME)
        extra = {
            "parameters": {"size": size, "code": described({"type": "string", "pattern": "^[0-9]{3}$"}, NAME, NAME)},
            "required": ("code",),
        }
    return Route(path=path, title=NAME, description=NAME, answer=ANSWERS[path], **extra)


@pytest.fixture
def example(programs: ProgramHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A program like pangan that brings a register and routes of every kind."""
    package = tmp_path / "example_data"
    package.mkdir()
    (package / "__init__.py").write_text("")
    rows = "".join(f"{number},Baris {number}\n" for number in range(60))
    (package / "rows.csv").write_text(f'code,name\n{rows}x,"a, ""b""\nc"\n', encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "example_data", raising=False)
    register = ReferenceData(
        id="rows",
        title=NAME,
        source="Dinas Contoh",
        as_of=date(2026, 8, 1),
        package="example_data",
        file="rows.csv",
        columns={"code": Text("Kode", "Code"), "name": Text("Nama", "Name")},
    )
    return replace(
        programs.require("pangan").program,
        id="contoh",
        settings=ExampleSettings,
        reference_data=(register,),
        routes=tuple(map(route, ANSWERS)),
    )


@pytest_asyncio.fixture
async def client(
    example: Program, settings: Settings, sqlite_template: Path, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """The API over this program, on a database without records."""
    host = host_of([example], {"contoh": {"limit": 7}})
    file = shutil.copyfile(sqlite_template, tmp_path / "empty.sqlite3")
    database = Database(f"sqlite+aiosqlite:///{file}")
    app = create_app(Platform(database, host, FakeClock(datetime(2026, 8, 2, 20, tzinfo=UTC))), settings, host)
    host._calls.seconds = 0.3
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    headers = {"Accept-Language": "en"}
    url = "http://ksbb.example/api/v1"
    async with httpx.AsyncClient(transport=transport, base_url=url, headers=headers) as client:
        yield client
    await database.close()


DETAILS = {"id": "Contoh", "en": "Example"}
DESCRIBED = {
    "id": "rows",
    "title": DETAILS,
    "source": "Dinas Contoh",
    "as_of": "2026-08-01",
    "columns": [
        {"id": "code", "name": {"id": "Kode", "en": "Code"}},
        {"id": "name", "name": {"id": "Nama", "en": "Name"}},
    ],
    "count": 61,
}


async def test_reference_data_in_pages(client: httpx.AsyncClient) -> None:
    assert (await client.get("/programs/contoh/reference")).json() == [DESCRIBED]
    first = (await client.get("/programs/contoh/reference/rows")).json()
    assert {**first, "items": len(first["items"])} == {**DESCRIBED, "items": 50, "next": "50"}
    assert first["items"][0] == {"code": "0", "name": "Baris 0"}
    second = (await client.get("/programs/contoh/reference/rows", params={"cursor": "50"})).json()
    assert (len(second["items"]), second["next"]) == (11, None)
    assert second["items"][-1] == {"code": "x", "name": 'a, "b"\nc'}
    broken = await client.get("/programs/contoh/reference/rows", params={"cursor": "-1"})
    assert (broken.status_code, broken.json()["errors"][0]["pointer"]) == (422, "/query/cursor")


@pytest.mark.parametrize(
    "asked", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv, application/json;q=0.5"}}]
)
async def test_reference_data_as_a_table(client: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    answer = await client.get("/programs/contoh/reference/rows", **asked)
    assert answer.headers["content-type"].partition(";")[0] == "text/csv"
    assert answer.headers["content-disposition"] == 'attachment; filename="contoh-rows.csv"'
    assert answer.text.startswith("code,name\r\n0,Baris 0\r\n")
    assert answer.text.endswith('x,"a, ""b""\nc"\r\n')
    held = await client.get("/programs/contoh/reference/rows", **asked, follow_redirects=True)
    assert held.headers["etag"] == answer.headers["etag"]


async def test_an_unknown_register_names_the_known_ones(client: httpx.AsyncClient) -> None:
    answer = await client.get("/programs/contoh/reference/nothing")
    assert answer.status_code == 404
    assert answer.json()["errors"] == [
        {
            "code": "reference_unknown",
            "pointer": "",
            "message": "program contoh has no reference data nothing; it has: rows",
            "expected": ["rows"],
            "given": "nothing",
        }
    ]


async def test_a_route_answers_with_what_it_was_asked(client: httpx.AsyncClient) -> None:
    answer = await client.get("/programs/contoh/shown", params={"code": "123", "size": "large"})
    assert answer.status_code == 200
    assert answer.json() == {
        "parameters": {"code": "123", "size": "large"},
        "limit": 7,
        "today": "2026-08-03",
        "name": DETAILS,
        "list": ["a", 1.5, None, True],
    }
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    held = await client.get(
        "/programs/contoh/shown",
        params={"code": "123", "size": "large"},
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert (held.status_code, held.content) == (304, b"")
    assert (await client.get("/programs/contoh/deep/path")).json() == []


async def test_every_wrong_parameter_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.get("/programs/contoh/shown?size=medium&colour=red&size=small")
    assert answer.status_code == 422
    assert [(one["code"], one["pointer"], one["message"]) for one in answer.json()["errors"]] == [
        ("given_twice", "/query/size", "give the parameter size only once"),
        ("required", "/query/code", "is required"),
        ("additionalProperties", "/query/colour", "is not known; known are: code, size"),
    ]
    answer = await client.get("/programs/contoh/shown?code=12a")
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == [
        ("/query/code", "must match the pattern ^[0-9]{3}$")
    ]


async def test_an_unknown_address_names_the_known_ones(client: httpx.AsyncClient) -> None:
    answer = await client.get("/programs/contoh/deep")
    assert answer.status_code == 404
    assert answer.json()["detail"] == f"program contoh has no address deep; it has: {', '.join(ANSWERS)}"
    answer = await client.get("/programs/unknown/shown")
    assert (answer.status_code, answer.json()["detail"]) == (404, "program unknown was not found")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("raises", "failed: LookupError: the table of secrets"),
        ("leaves", "failed: SystemExit: 1"),
        ("rubbish", "failed: TypeError: set is no JSON value"),
        ("nan", "failed: ValueError: Out of range float values are not JSON compliant"),
        ("huge", "failed: ValueError: the answer has 1048578 bytes, at most 1048576 are sent"),
        ("endless", "failed: ValueError: Circular reference detected"),
    ],
)
async def test_a_route_that_fails_is_the_programs_failure(client: httpx.AsyncClient, path: str, reason: str) -> None:
    with capture_logs() as logs:
        answer = await client.get(f"/programs/contoh/{path}")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert {**answer.json(), "instance": None} == {
        "type": "urn:ksbb:problem:program_failed",
        "title": "A program failed",
        "status": 502,
        "detail": f"program contoh (route {path}) failed; the service's log says why, name the X-Request-Id when you report it",
        "instance": None,
        "errors": [
            {
                "code": "program_failed",
                "pointer": "",
                "message": f"program contoh (route {path}) failed; the service's log says why, name the X-Request-Id when "
                "you report it",
                "expected": None,
                "given": "contoh",
            }
        ],
    }
    assert "secrets" not in answer.text
    failed = next(log for log in logs if log["event"] == "program_call_failed")
    assert (failed["program"], failed["what"]) == ("contoh", f"route {path}")
    assert failed["reason"].startswith(reason)


async def test_a_route_that_never_answers_holds_up_nobody(client: httpx.AsyncClient) -> None:
    slow = asyncio.create_task(client.get("/programs/contoh/never"))
    await asyncio.sleep(0.05)
    assert (await client.get("/programs/contoh/deep/path")).status_code == 200
    answer = await slow
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    told = "program contoh (route never): hasn't come back within 0.3 s; it stands at "
    assert answer.json()["detail"].startswith(told)
    NEVER.set()
    await asyncio.sleep(0.05)
    NEVER.clear()


async def test_what_a_program_brings_stands_on_its_page_and_in_the_description(client: httpx.AsyncClient) -> None:
    brings = (await client.get("/programs/contoh")).json()["brings"]
    assert brings["reference"] == [DESCRIBED]
    assert [one["path"] for one in brings["routes"]] == list(ANSWERS)
    assert brings["routes"][0]["required"] == ["code"]
    assert brings["routes"][0]["parameters"]["size"]["enum"] == ["small", "large"]
    assert (brings["report_sections"], brings["import_mappings"]) == ([], [])
    paths = json.loads((await client.get("/openapi.json")).content)["paths"]
    operation = paths["/api/v1/programs/contoh/shown"]["get"]
    assert (operation["operationId"], operation["summary"]) == ("contoh.shown", "Food: Example")
    assert [(one["name"], one["required"]) for one in operation["parameters"]] == [("size", False), ("code", True)]
    assert {"200", "304", "404", "422", "502", "503"} <= operation["responses"].keys()
    register = paths["/api/v1/programs/{program_id}/reference/{reference_id}"]["get"]
    assert set(register["responses"]["200"]["content"]) == {"application/json", "text/csv"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code\n1\n", "reference data 'rows': rows.csv has the columns ['code'], declared are ['code', 'name']"),
        ("code,name\n1\n", "reference data 'rows': row 1 of rows.csv has 1 cells, not 2"),
        ("code,name\n1,a,b\n", "reference data 'rows': row 1 of rows.csv has 3 cells, not 2"),
        ('code,name\n1,"a\n', "reference data 'rows': rows.csv can't be read at line 2: unexpected end of data"),
        ("", "reference data 'rows': rows.csv has the columns [], declared are ['code', 'name']"),
    ],
)
def test_a_register_is_checked_when_it_is_made(example: Program, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "example_data" / "rows.csv").write_text(text)
    found = example.reference_data[0]
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        ReferenceData(
            id=found.id,
            title=found.title,
            source=found.source,
            as_of=found.as_of,
            package=found.package,
            file=found.file,
            columns=found.columns,
        )
    assert str(caught.value) == said


async def test_the_figures_of_a_program(api: Any, world: World) -> None:
    await world.drive(Step.CONFIRMED, program_id="umkm")
    served, hours = (await api.get(world.auditor, "/programs/umkm/figures")).json()
    assert served == {
        "id": "enterprises_served",
        "name": {"id": "Usaha terlayani", "en": "Enterprises served"},
        "unit": {"id": "usaha", "en": "enterprises"},
        "measure": "targets_reached",
        "value": 1,
        "base": served["base"],
        "base_name": {"id": "sasaran dengan kebutuhan tercatat", "en": "targets with a recorded need"},
        "share": round(1 / served["base"], 4),
        "as_of": "2026-08-03",
        "suppressed": False,
        "contains_synthetic": True,
    }
    assert (hours["value"], hours["base"], hours["share"]) == (0, 0, None)
    public, _ = (await api.get(None, "/programs/umkm/figures")).json()
    assert (public["value"], public["base"], public["suppressed"]) == (None, None, True)


async def test_the_six_answer_on_addresses_of_their_own(api: Any) -> None:
    package = (await api.get(None, "/programs/pangan/standard-package")).json()
    assert (package["value"], package["contents"][0]["name"]) == (200_000, {"id": "beras", "en": "rice"})
    assert (await api.get(None, "/programs/pangan/eid-window", day="2026-03-28")).json()["open"] is True
    answer = (await api.get(None, "/programs/pendidikan/imei-check", imei="490154203237518")).json()
    assert answer == {"imei": "***********7518", "well_formed": True, "reason": None}
    missing = await api.get(None, "/programs/pendidikan/imei-check")
    assert (missing.status_code, missing.json()["detail"]) == (422, "is required")
    none = await api.get(None, "/programs/persampahan/anything")
    assert none.json()["detail"] == "program persampahan has no address anything; it has: none"
