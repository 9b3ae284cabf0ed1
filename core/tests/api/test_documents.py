"""The programs, the API's own description, and what is logged."""

import re
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from litestar.routes import HTTPRoute
from structlog.testing import capture_logs

from ksbb.api.acts import PREFIX
from ksbb.api.openapi import body_types
from ksbb.testing import PASSWORD, World

PUBLIC = {
    "/areas",
    "/areas/{code}",
    "/aggregators",
    "/aggregators/{aggregator_id}",
    "/aggregators/{aggregator_id}/licences",
    "/coverage",
    "/health/live",
    "/health/ready",
    "/needs",
    "/needs/{target_id}/{program_id}/{aid_type}",
    "/programs",
    "/programs/{program_id}",
    "/programs/{program_id}/guide",
    "/statistics",
    "/targets",
    "/targets/{target_id}",
}


async def document(api: Any) -> dict[str, Any]:
    """The OpenAPI description."""
    answer = await api.get(None, "/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    found: dict[str, Any] = answer.json()
    return found


def references(value: Any) -> set[str]:
    """All `$ref` of a JSON value."""
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own.union(*map(references, value.values()))


async def test_the_programs_and_how_they_stand(api: Any) -> None:
    listed = (await api.get(None, "/programs")).json()
    pangan = next(program for program in listed if program["id"] == "pangan")
    assert pangan["state"] == "active"
    assert pangan["reason"] is None
    assert set(pangan["name"]) == {"id", "en"}
    detail = (await api.get(None, "/programs/pangan")).json()
    assert {aid_type["id"] for aid_type in detail["aid_types"]} >= {"staple_food", "ready_meal"}
    for aid_type in detail["aid_types"]:
        validator = Draft202012Validator(aid_type["schema"])
        assert aid_type["examples"]
        assert [error for example in aid_type["examples"] for error in validator.iter_errors(example)] == []
    assert "rw" in detail["target_kinds"]
    assert detail["settings"]
    unknown = await api.get(None, "/programs/astronomy")
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "program astronomy was not found")


async def test_the_guide_in_both_languages(api: Any, world: World) -> None:
    guide = world.platform.programs.require("pangan").program.guide
    for language, text in (("id", guide.id), ("en", guide.en)):
        answer = await api.get(None, "/programs/pangan/guide", language=language)
        assert answer.json() == {"program_id": "pangan", "language": language, "markdown": text}


async def test_the_description_is_whole(api: Any) -> None:
    found = await document(api)
    assert found["openapi"] == "3.1.0"
    names = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert references(found) <= names
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    operations = [
        (path, method, operation) for path, item in found["paths"].items() for method, operation in item.items()
    ]
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in found["tags"]}
    for path, method, operation in operations:
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert set(operation["tags"]) <= tags, where
        assert len(operation["tags"]) == 1, where
        assert "content" not in operation["responses"].get("204", {}), where
        for status in ("400", "401", "403", "422", "500", "503"):
            content = operation["responses"][status]["content"]
            if not (path.endswith("/health/ready") and status == "503"):
                assert list(content) == ["application/problem+json"], where


async def test_the_description_says_what_needs_signing_in(api: Any) -> None:
    found = await document(api)
    open_to_all = {
        path.removeprefix(PREFIX)
        for path, item in found["paths"].items()
        if "get" in item and {} in item["get"].get("security", [])
    }
    assert open_to_all >= PUBLIC
    for path, item in found["paths"].items():
        for method, operation in item.items():
            if method != "get" and "/auth/" not in path:
                assert operation["security"] == [{"bearer": []}], path


async def test_bodies_are_described_as_they_are_checked(api: Any) -> None:
    found = await document(api)
    for kind in body_types(api.app):
        assert kind.__name__.endswith("In")
        assert found["components"]["schemas"][kind.__name__]["additionalProperties"] is False
        assert msgspec.inspect.type_info(kind).forbid_unknown_fields  # type: ignore[attr-defined]  # all are structs


async def test_acts_need_a_key_and_changes_a_version(api: Any) -> None:
    found = await document(api)
    for path, item in found["paths"].items():
        for method, operation in item.items():
            needed = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
            if method == "post" and "/auth/" not in path:
                assert "Idempotency-Key" in needed, path
            if method in ("put", "patch"):
                assert "If-Match" in needed, path


async def test_the_schemas_of_all_aid_types_are_in_the_description(api: Any, world: World) -> None:
    schemas = (await document(api))["components"]["schemas"]
    program = world.platform.programs.require("pangan").program
    for aid_type in program.aid_types:
        schema = schemas[f"pangan.{aid_type.id}.v{aid_type.schema_version}"]
        assert schema["properties"] == aid_type.schema["properties"]


async def test_every_handler_is_described(api: Any) -> None:
    found = await document(api)
    for route in api.app.routes:
        if isinstance(route, HTTPRoute) and any(one.resolve_include_in_schema() for one in route.route_handlers):
            assert route.path_format in found["paths"]


async def test_the_page_works_offline(api: Any) -> None:
    answer = await api.raw("GET", "/api/v1/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
    )
    assert "<script" not in answer.text
    assert re.findall(r"(?:src|href)=\"(?!#|/)[^\"]*\"", answer.text) == []
    for item in (await document(api))["paths"].values():
        for operation in item.values():
            assert f'<details id="{operation["operationId"]}">' in answer.text


@pytest.mark.parametrize("path", ["/api/v1/programs", "/api/v1/nothing", "/api/v1/docs"])
async def test_headers_of_every_answer(api: Any, path: str) -> None:
    answer = await api.raw("GET", path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"])


async def test_a_request_is_logged_without_its_contents(api: Any, world: World) -> None:
    with capture_logs() as logs:
        answer = await api.get(world.auditor, f"/collaborators/{world.collaborator_party.id}", secret="hush")
        await api.raw("POST", "/api/v1/auth/login", json={"email": "a@b.id", "password": PASSWORD})
    first, second = (log for log in logs if log["event"] == "request")
    assert {**first, "ms": None} == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path_template": "/api/v1/collaborators/{collaborator_id}",
        "status": 400,
        "ms": None,
        "actor": world.auditor.account_id,
        "request_id": answer.headers["x-request-id"],
    }
    assert first["ms"] > 0
    assert (second["status"], second["actor"]) == (401, "anonymous")
    for told in ("hush", PASSWORD, "a@b.id", "Bearer"):
        assert told not in str(logs)
