"""The OpenAPI 3.1 description: what Litestar derives from the handlers, completed by problems and the programs'
schemas.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar
from litestar.enums import RequestEncodingType
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.routes import HTTPRoute

from ksbb.api.acts import PREFIX
from ksbb.api.bodies import media_type_of
from ksbb.api.phrases import PHRASES
from ksbb.api.program_routes import operations
from ksbb.program import Program

TITLE = "KSBB API"
VERSION = "1.0.0"
"""Of this interface, semantic: additive within a major version."""

INTRODUCTION = """From a commitment to a documented handover.

**Signing in.** `POST /api/v1/auth/login` gives an access token for `Authorization: Bearer …` (15 minutes) and a
refresh token. Systems use an API token (`ksbb_…`) in the same header. What is public needs neither.

**Doing something once.** Every `POST` that acts needs an `Idempotency-Key` of your choice. Repeat a request with
the same key when you don't know whether it arrived: you get the first answer again and nothing is done twice.

**Changing what you have seen.** Every record has a `version`, also in the `ETag` header. Send it as `If-Match: "3"`
with a change. If somebody else was faster, you get 412 with the version as it is now.

**Errors** are problem details (RFC 9457), in Indonesian or English by `Accept-Language`: `errors` names each field
by JSON Pointer, what was expected and what was given. A query parameter that isn't known is refused, too.

**Lists** come in pages: `limit` (1 – 200), and `cursor` with the `next` of the page before. `sort` takes a key, `-`
for descending.

Quantities are whole units, money is whole rupiah, times are UTC, days are those of Asia/Jakarta. Records with
`synthetic: true` are made up."""

TAGS = [
    Tag(name="auth", description="Signing in and out."),
    Tag(name="programs", description="The KSBB programs and the aid that each asks for. Public."),
    Tag(name="areas", description="Provinces, cities, districts and sub-districts by Kemendagri code. Public."),
    Tag(name="targets", description="Who receives aid: RWs and institutions. Public, without contacts."),
    Tag(name="needs", description="How much of an aid type a target needs. Public, small figures suppressed."),
    Tag(name="coverage", description="Which areas are helped and which are not, pledges counted. Public."),
    Tag(name="statistics", description="What was committed and handed over. Public, small counts suppressed."),
    Tag(name="commitments", description="A collaborator's promise of aid, from draft to closed."),
    Tag(name="proposals", description="Who would get how much and why, computed, to be edited, approved and verified."),
    Tag(name="allocations", description="Which target gets how much of a commitment."),
    Tag(name="receipts", description="Goods into an aggregator's custody, and write-offs."),
    Tag(name="dispatches", description="Goods on their way, with a travel document (surat jalan)."),
    Tag(name="handovers", description="Goods in the recipient's hands, with witness, evidence and report (BAST)."),
    Tag(name="verify", description="Whether a document is genuine. Public, without personal data."),
    Tag(name="collaborators", description="Who gives."),
    Tag(name="aggregators", description="Who collects under licence."),
    Tag(name="executors", description="Who carries aid to the targets."),
    Tag(name="follow-ups", description="Dated obligations that programs open."),
    Tag(name="accounts", description="Accounts, roles and API tokens. For admins."),
    Tag(name="engine", description="Work of the engine that was set aside. For admins."),
    Tag(name="health", description="Whether the service runs and is ready."),
]

SECURITY: list[dict[str, list[str]]] = [{"bearer": []}]
"""Operations that need somebody signed in."""
OPEN: list[dict[str, list[str]]] = [{}, {"bearer": []}]
"""Operations that anybody may call."""

_PROBLEM = "#/components/schemas/ProblemDetails"
_PROGRAMS = f"{PREFIX}/programs"
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def components() -> Components:
    """The security scheme of all operations."""
    description = "An access token of a person, or an API token (`ksbb_…`) of a system."
    bearer = SecurityScheme(type="http", scheme="bearer", description=description)
    return Components(security_schemes={"bearer": bearer})


def body_types(app: Litestar) -> list[type[Any]]:
    """The types of all JSON bodies that the application takes."""
    found: dict[str, type[Any]] = {}
    for route in app.routes:
        for handler in route.route_handler_map.values() if isinstance(route, HTTPRoute) else ():
            data = handler[0].parsed_fn_signature.parameters.get("data")
            if data is not None and media_type_of(data) == RequestEncodingType.JSON.value:
                found[data.annotation.__name__] = data.annotation
    return [found[name] for name in sorted(found)]


def completed(derived: Mapping[str, Any], programs: Sequence[Program], bodies: Sequence[type[Any]]) -> dict[str, Any]:
    """The description as Litestar derives it, with the problems of every operation and the schema of every aid type.

    The schemas of bodies are msgspec's own, so that they say exactly what is checked.
    """
    document = _renamed(derived)
    schemas: dict[str, Any] = document["components"].setdefault("schemas", {})
    schemas["ErrorItem"], schemas["ProblemDetails"] = _ERROR_ITEM, _PROBLEM_DETAILS
    _, exact = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    schemas.update(exact)
    _add_what_programs_answer(document["paths"], programs)
    for path, item in document["paths"].items():
        for method in _METHODS & item.keys():
            _complete(path, method, item[method])
    names = []
    for program in programs:
        for aid_type in program.aid_types:
            name = f"{program.id}.{aid_type.id}.v{aid_type.schema_version}"
            schemas[name] = {**aid_type.schema, "examples": [dict(example) for example in aid_type.examples]}
            names.append(name)
    for name in exact:
        _describe_attributes(schemas[name].get("properties", {}), names)
    return document


def _add_what_programs_answer(paths: dict[str, Any], programs: Sequence[Program]) -> None:
    register = paths[f"{_PROGRAMS}/{{program_id}}/reference/{{reference_id}}"]["get"]
    register["responses"]["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
    for program in programs:
        for address, operation in operations(program):
            paths[_PROGRAMS + address] = {"get": operation}


def _renamed(derived: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with short names for pages: `TargetViewPage` for `Page_ksbb.usecases.read.targets.TargetView_`."""
    text = msgspec.json.encode(derived, enc_hook=str).decode()
    renamed: dict[str, Any] = msgspec.json.decode(re.sub(r"\bPage_[\w.]*?(\w+)_(?=\")", r"\1Page", text))
    return renamed


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation.setdefault("security", OPEN)
    for parameter in operation.get("parameters") or ():
        parameter["schema"] = _without_null(parameter["schema"])
    responses: dict[str, Any] = operation["responses"]
    for status in _statuses(path, method, operation):
        phrase = PHRASES[status]
        responses[str(status)] = {
            "description": phrase.title.en,
            "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}},
        }
    responses.get("204", {}).pop("content", None)
    if method == "get" and "ETag" in (responses.get("200", {}).get("headers") or {}):
        responses["304"] = {"description": "You hold this version already (`If-None-Match`)."}
    operation["responses"] = dict(sorted(responses.items()))


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out can't be null: only its own type remains."""
    own = [one for one in schema.get("oneOf", ()) if one != {"type": "null"}]
    if len(own) != 1:
        return schema
    return {**own[0], **{key: value for key, value in schema.items() if key != "oneOf"}}


def _statuses(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    yield from (400, 401, 403, 422, 500, 503)
    headers = {parameter["name"] for parameter in operation.get("parameters") or () if parameter["in"] == "header"}
    if "{" in path or method != "get":
        yield 404
    if method != "get":
        yield from (409, 413)
    if path.endswith("/report"):
        yield 409
    if path.startswith(f"{_PROGRAMS}/") and "{" not in path:
        yield from (404, 502)
    if "requestBody" in operation:
        yield 415
    if "If-Match" in headers:
        yield from (412, 428)
    if path.endswith("/auth/login"):
        yield 429


def _describe_attributes(properties: dict[str, Any], names: list[str]) -> None:
    if not {"aid_type", "attributes"} <= properties.keys() or not names:
        return
    properties["attributes"] = {
        "description": "By the schema of the program's aid type, which `GET /api/v1/programs/{program_id}` shows too.",
        "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names],
    }


_ERROR_ITEM: dict[str, Any] = {
    "type": "object",
    "title": "ErrorItem",
    "required": ["code", "pointer", "message", "expected", "given"],
    "properties": {
        "code": {"type": "string", "description": "Name of the rule, for programs.", "examples": ["over_quantity"]},
        "pointer": {
            "type": "string",
            "description": "JSON Pointer into the body, or `/query/…`, `/header/…`; empty for the request as a whole.",
            "examples": ["/lines/0/quantity"],
        },
        "message": {"type": "string", "description": "For people, by Accept-Language."},
        "expected": {"description": "What would have been right, null where nothing can be said."},
        "given": {"description": "What was given; null for secrets."},
    },
}
_PROBLEM_DETAILS: dict[str, Any] = {
    "type": "object",
    "title": "ProblemDetails",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:ksbb:problem:invalid_input"]},
        "title": {"type": "string", "examples": ["Masukan tidak sah"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "Path of the request."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ErrorItem"}},
        "current": {"type": "integer", "description": "At 412: the record's version now."},
    },
}
