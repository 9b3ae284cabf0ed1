"""Every error is a problem of RFC 9457, in the language asked for."""

from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from pydantic import SecretStr

from ksbb.api.app import MAX_JSON_BYTES, create_app
from ksbb.programs import ProgramHost, host_of, load_programs
from ksbb.settings import ProgramsSettings, Settings
from ksbb.storage.database import Database
from ksbb.testing import World
from ksbb.usecases.platform import Platform, SystemClock

JSON = {"Content-Type": "application/json"}


def problem(slug: str, status: int, title: str, detail: str, instance: str, *errors: dict[str, Any]) -> dict[str, Any]:
    """The whole body of a problem."""
    return {
        "type": f"urn:ksbb:problem:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "errors": list(errors),
    }


def one(code: str, pointer: str, message: str, expected: Any = None, given: Any = None) -> dict[str, Any]:
    """One item of a problem's errors."""
    return {"code": code, "pointer": pointer, "message": message, "expected": expected, "given": given}


async def test_an_unknown_address_in_both_languages(api: Any) -> None:
    indonesian = await api.raw("GET", "/api/v1/nothing")
    english = await api.raw("GET", "/api/v1/nothing", headers={"Accept-Language": "de;q=0.9, en-GB;q=0.8, id;q=0.7"})
    assert indonesian.status_code == english.status_code == 404
    assert indonesian.headers["content-type"] == english.headers["content-type"] == "application/problem+json"
    assert (indonesian.headers["content-language"], english.headers["content-language"]) == ("id", "en")
    assert indonesian.headers["vary"] == "Accept-Language"
    assert indonesian.json() == problem(
        "not_found", 404, "Tidak ditemukan", "alamat ini tidak ada; lihat /api/v1/docs", "/api/v1/nothing"
    )
    assert english.json() == problem(
        "not_found", 404, "Not found", "there is nothing at this address; see /api/v1/docs", "/api/v1/nothing"
    )


async def test_a_wrong_method_names_the_right_ones(api: Any) -> None:
    answer = await api.send(None, "PATCH", "/programs")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "OPTIONS"}
    assert answer.json() == problem(
        "method_not_allowed",
        405,
        "Method not allowed",
        "this address takes only the methods in the Allow header",
        "/api/v1/programs",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the body is empty; send a JSON object"),
        (b'{"email": ', "the body isn't valid JSON: Input data was truncated"),
        pytest.param(
            b"[" * 100_000,
            "the body isn't valid JSON: maximum recursion depth exceeded while deserializing an object",
            id="deep",
        ),
        (b'{"email": "a\\u0000b", "password": "x"}', "the body contains a NUL character (\\u0000)"),
    ],
)
async def test_a_body_that_is_not_json(api: Any, content: bytes, message: str) -> None:
    answer = await api.send(None, "POST", "/auth/login", content=content, headers=JSON)
    code = "nul" if b"u0000" in content else "json"
    expected = problem(
        "malformed_request", 400, "Malformed request", message, "/api/v1/auth/login", one(code, "", message)
    )
    assert (answer.status_code, answer.json()) == (400, expected)


async def test_an_escaped_backslash_before_u0000_is_no_nul(api: Any) -> None:
    answer = await api.send(
        None, "POST", "/auth/login", content=b'{"email": "a\\\\u0000b", "password": "x"}', headers=JSON
    )
    assert answer.status_code == 401


async def test_every_wrong_field_is_named_at_once(api: Any, world: World) -> None:
    body = {
        "code": 7,
        "kind": "castle",
        "name": " ",
        "households": -1,
        "synthetic": "yes",
        "colour": "red",
    }
    answer = await api.send(world.secretariat, "POST", "/targets", json=body)
    kinds = [
        "boarding_school",
        "community_garden",
        "disability_home",
        "dwelling_group",
        "enterprise",
        "job_seeker_group",
        "market_location",
        "nursing_home",
        "orphanage",
        "rw",
        "school",
        "studio",
        "training_centre",
        "waste_bank",
    ]
    known = ["area_code", "code", "contact_office", "households", "kind", "name", "synthetic", "ziswaf_entitled"]
    assert answer.status_code == 422
    assert answer.json() == problem(
        "invalid_input",
        422,
        "Invalid input",
        "7 problems, the first: is required",
        "/api/v1/targets",
        one("required", "/area_code", "is required", "a value"),
        one("type", "/code", "must be of type string", "string", 7),
        one("additionalProperties", "/colour", f"is not known; known are: {', '.join(known)}", known, "red"),
        one("minimum", "/households", "must be at least 0", 0, -1),
        one("enum", "/kind", f"must be one of {', '.join(kinds)}", kinds, "castle"),
        one("pattern", "/name", "must match the pattern \\S", "\\S", " "),
        one("type", "/synthetic", "must be of type boolean", "boolean", "yes"),
    )


async def test_a_wrong_password_field_is_not_told_again(api: Any) -> None:
    answer = await api.raw("POST", "/api/v1/auth/login", json={"email": "a@b.id", "password": 12345678})
    assert answer.json() == problem(
        "invalid_input",
        422,
        "Masukan tidak sah",
        "harus bertipe string",
        "/api/v1/auth/login",
        one("type", "/password", "harus bertipe string", "string"),
    )


async def test_another_media_type(api: Any) -> None:
    answer = await api.send(None, "POST", "/auth/login", data={"email": "a"})
    message = "send the body as application/json"
    assert answer.status_code == 415
    assert answer.json() == problem(
        "media_type",
        415,
        "Unsupported media type",
        message,
        "/api/v1/auth/login",
        one(
            "media_type",
            "/header/Content-Type",
            message,
            "application/json",
            "application/x-www-form-urlencoded",
        ),
    )


async def test_a_body_that_is_too_large(api: Any) -> None:
    answer = await api.send(None, "POST", "/auth/login", content=b" " * (MAX_JSON_BYTES + 1), headers=JSON)
    assert (answer.status_code, answer.json()) == (
        413,
        problem("too_large", 413, "Request too large", "the request body exceeds the size limit", "/api/v1/auth/login"),
    )


async def test_a_wrong_query_parameter(api: Any) -> None:
    answer = await api.get(None, "/targets", limit=500)
    assert answer.status_code == 400
    assert answer.json() == problem(
        "malformed_request",
        400,
        "Malformed request",
        "parameter limit: must be at most 200",
        "/api/v1/targets",
        one("parameter", "/query/limit", "parameter limit: must be at most 200", None, "500"),
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "many"}, "parameter limit: harus bertipe int"),
        ({"limit": "0"}, "parameter limit: paling kecil 1"),
        ({"kind": "castle"}, "parameter kind: nilai 'castle' tidak dikenal"),
        (
            {"area_code": "Menteng"},
            r"parameter area_code: harus sesuai pola ^\\d{2}(\\.\\d{2}(\\.\\d{2}(\\.\\d{4})?)?)?$",
        ),
        ({"code": "x" * 41}, "parameter code: paling banyak 40 karakter"),
    ],
)
async def test_wrong_query_parameters_in_indonesian(api: Any, query: dict[str, str], message: str) -> None:
    answer = await api.raw("GET", "/api/v1/targets", params=query)
    assert (answer.status_code, [error["message"] for error in answer.json()["errors"]]) == (400, [message])


async def test_a_misspelt_filter_is_refused(api: Any) -> None:
    answer = await api.raw("GET", "/api/v1/targets?knd=rw&limit=3&colour=red", headers={"Accept-Language": "en"})
    known = ["area_code", "code", "cursor", "kind", "limit", "sort"]
    near = "the parameter knd is not known; did you mean kind?"
    far = f"the parameter colour is not known; known are: {', '.join(known)}"
    assert answer.status_code == 400
    assert answer.json() == problem(
        "malformed_request",
        400,
        "Malformed request",
        f"2 problems, the first: {near}",
        "/api/v1/targets",
        one("parameter_unknown", "/query/knd", near, known, "knd"),
        one("parameter_unknown", "/query/colour", far, known, "colour"),
    )
    answer = await api.raw("GET", "/api/v1/programs?state=active")
    assert (answer.status_code, answer.json()["detail"]) == (
        400,
        "parameter state tidak dikenal; di sini tidak ada parameter",
    )


async def test_a_nul_in_the_address(api: Any) -> None:
    for path in ("/api/v1/targets/%00", "/api/v1/targets?code=%00"):
        answer = await api.raw("GET", path, headers={"Accept-Language": "en"})
        assert answer.status_code == 400
        assert answer.json()["detail"] == "the address contains a NUL character"


async def test_nobody_signed_in(api: Any) -> None:
    answer = await api.get(None, "/collaborators")
    message = "read_parties at KSBB needs the role admin / assessor / auditor / secretariat"
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="ksbb"'
    assert answer.json() == problem(
        "not_signed_in",
        401,
        "Not signed in",
        message,
        "/api/v1/collaborators",
        one("right_missing", "", message, ["admin", "assessor", "auditor", "secretariat"], []),
    )


async def test_a_right_that_is_missing(api: Any, world: World) -> None:
    answer = await api.get(world.executor, "/accounts")
    message = "manage_accounts at KSBB needs the role admin"
    assert answer.status_code == 403
    assert answer.json() == problem(
        "not_allowed",
        403,
        "Not allowed",
        message,
        "/api/v1/accounts",
        one("right_missing", "", message, ["admin"], ["executor"]),
    )


async def test_a_stale_version_tells_the_present_one(api: Any, world: World) -> None:
    path = f"/collaborators/{world.collaborator_party.id}"
    body = {"address": "Jl. Contoh 1", "contact_office": "021"}
    answer = await api.send(world.secretariat, "PUT", path, version=9, json=body)
    message = "the record has changed: you hold version 9, it is at 1 now; read it again and retry"
    assert (answer.status_code, answer.headers["etag"]) == (412, '"1"')
    assert answer.json() == {
        **problem(
            "stale_version", 412, "Stale version", message, f"/api/v1{path}", one("stale_version", "", message, 1, 9)
        ),
        "current": 1,
    }


async def test_a_change_without_a_version(api: Any, world: World) -> None:
    path = f"/collaborators/{world.collaborator_party.id}"
    answer = await api.send(world.secretariat, "PUT", path, json={"address": "", "contact_office": ""})
    message = 'the header If-Match is required: the version that you change, such as "3" from the ETag header'
    assert answer.status_code == 428
    assert answer.json() == problem(
        "version_required",
        428,
        "Version required",
        message,
        f"/api/v1{path}",
        one("if_match_missing", "/header/If-Match", message, '"3"'),
    )


async def test_an_act_without_a_key(api: Any) -> None:
    answer = await api.raw("POST", "/api/v1/targets", json={}, headers={"Accept-Language": "en"})
    message = "the header Idempotency-Key is required: a new key for each act, the same key when you repeat it"
    assert answer.status_code == 400
    assert answer.json() == problem(
        "malformed_request",
        400,
        "Malformed request",
        message,
        "/api/v1/targets",
        one("idempotency_key_missing", "/header/Idempotency-Key", message, "8 – 200 × A-Z a-z 0-9 . _ : -"),
    )


async def test_a_program_that_does_not_run(world: World, tmp_path: Path) -> None:
    settings = Settings(
        secret=SecretStr("a-secret-for-tests-that-is-long-enough"),
        data_dir=tmp_path,
        programs=ProgramsSettings(enabled=("pangan",)),
    )
    app = create_app(world.platform, settings, load_programs(settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", app)), base_url="http://ksbb.example"
    ) as client:
        answer = await client.get("/api/v1/programs/umkm", headers={"Accept-Language": "en"})
    message = (
        "program umkm is disabled; installed, but not in programs.enabled (add umkm to programs.enabled, then restart)"
    )
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == problem(
        "unavailable",
        503,
        "Unavailable",
        message,
        "/api/v1/programs/umkm",
        one("program_disabled", "/program_id", message, "active", "disabled"),
    )


async def test_a_database_that_is_away(programs: ProgramHost, settings: Settings) -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=0)
    app = create_app(Platform(database, programs, SystemClock()), settings, host_of((), {}))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(cast("Any", app)), base_url="http://ksbb.example"
    ) as client:
        answer = await client.get("/api/v1/targets", headers={"Accept-Language": "en"})
        ready = await client.get("/api/v1/health/ready")
        live = await client.get("/api/v1/health/live")
    await database.close()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    message = "the database doesn't answer just now; repeat this in a moment, an act with the same Idempotency-Key"
    assert answer.json() == problem(
        "unavailable", 503, "Unavailable", message, "/api/v1/targets", one("database_away", "", message)
    )
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
    assert ready.json() == {
        "status": "unready",
        "database": "down",
        "schema": None,
        "engine": "elsewhere",
        "programs": {},
        "programs_at_fault": {},
        "safe_mode": False,
    }
    assert (live.status_code, live.json()) == (200, {"status": "live"})


async def test_an_error_that_nobody_foresaw_tells_nothing_of_itself(api: Any) -> None:
    await api.app.state.ksbb.platform.database.close()
    object.__setattr__(api.app.state.ksbb, "platform", None)
    answer = await api.get(None, "/targets")
    assert answer.status_code == 500
    assert answer.json() == problem(
        "internal_error",
        500,
        "Server error",
        "something went wrong on the server; name the X-Request-Id when you report it",
        "/api/v1/targets",
    )
    assert answer.headers["x-request-id"]
