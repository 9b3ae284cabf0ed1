"""The programs' own routes: asked in isolation, so that one that fails harms nobody else. Public."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from jsonschema import Draft202012Validator
from litestar import Response, get
from litestar.datastructures import ResponseHeader
from litestar.params import FromPath

from ksbb.api.bodies import OWN_PARAMETERS
from ksbb.api.context import ApiRequest, context, reading
from ksbb.domain.errors import InvalidInput, NotFound, Problem, not_found
from ksbb.domain.text import Text
from ksbb.program import Program, Route, RouteRequest
from ksbb.program.validation import schema_problems
from ksbb.storage.trouble import trouble_of
from ksbb.usecases.desk import ActiveProgram, jakarta_day, require_running
from ksbb.usecases.read.aid_schemas import remembered_programs

JSON = "application/json"
MAX_AGE = 300
"""Seconds for which whoever asks may keep what a program says of itself."""
MAX_BYTES = 1024 * 1024
"""Largest answer of a program's route."""
FINGERPRINT = ResponseHeader(
    name="ETag", documentation_only=True, description="Fingerprint of the content, for `If-None-Match`."
)


@get("/{program_id:str}/{path:path}", operation_id="ask_program", include_in_schema=False, opt={OWN_PARAMETERS: True})
async def ask(request: ApiRequest, program_id: FromPath[str], path: FromPath[str]) -> Response[Any]:
    """What a route of a program answers. 502 when the program fails, 503 when it isn't done in time."""
    asked = context(request.app)
    active = await active_program(request, program_id)
    route = _route(active.program, path.strip("/"))
    parameters = _parameters(request, route)
    today = jakarta_day(asked.platform.clock.now())
    question = RouteRequest(parameters=parameters, settings=active.settings, today=today)
    content = await asked.host.call(program_id, f"route {route.path}", lambda: encoded(route.answer(question)))
    return kept(request, content, JSON)


async def active_program(request: ApiRequest, program_id: str) -> ActiveProgram:
    """The program, running. Raises NotFound for an unknown id, Unavailable with reason and remedy for one that doesn't run, and
    for one that is gone and has records here.
    """
    host = context(request.app).host
    known = any(status.id == program_id for status in host.statuses())
    if known or program_id in await names_kept(request):
        return require_running(host, program_id)
    raise not_found(Text("program", "program"), program_id)


async def names_kept(request: ApiRequest) -> dict[str, tuple[Text, Text]]:
    """Names of all programs that took commitments; none while the database is away, for which the programs' status doesn't wait."""
    try:
        async with reading(request) as desk:
            return await remembered_programs(desk)
    except Exception as error:
        if trouble_of(error) is None:
            raise
        return {}


def kept(request: ApiRequest, content: bytes, media_type: str, *, file_name: str = "") -> Response[Any]:
    """Public content that may be kept for a while, with its fingerprint; 304 for whoever holds it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={MAX_AGE}", "Vary": "Accept"}
    if tag in [held.strip() for held in request.headers.get("if-none-match", "").split(",")]:
        return Response(content=None, status_code=304, headers=headers)
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return Response(content=content, media_type=media_type, headers=headers)


def operations(program: Program) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address below `/programs` and the OpenAPI operation of each route of a program."""
    for route in program.routes:
        yield (
            f"/{program.id}/{route.path}",
            {
                "operationId": f"{program.id}.{route.path}",
                "summary": f"{program.name.en}: {route.title.en}",
                "description": f"{route.description.en}\n\n{route.title.id}. {route.description.id}",
                "tags": ["programs"],
                "parameters": [
                    {
                        "name": name,
                        "in": "query",
                        "required": name in route.required,
                        "description": f"{schema.get('x-en-description', '')} {schema.get('description', '')}".strip(),
                        "schema": dict(schema),
                    }
                    for name, schema in route.parameters.items()
                ],
                "responses": {
                    "200": {
                        "description": route.title.en,
                        "headers": {"ETag": {"schema": {"type": "string"}, "description": FINGERPRINT.description}},
                        "content": {JSON: {"schema": {}}},
                    }
                },
            },
        )


def _route(program: Program, path: str) -> Route:
    found = next((route for route in program.routes if route.path == path), None)
    if found is not None:
        return found
    known = [route.path for route in program.routes]
    has = ", ".join(known)
    raise NotFound(
        Problem(
            code="route_unknown",
            message=Text(
                f"program {program.id} tidak punya alamat {path}; yang ada: {has or 'tidak ada'}",
                f"program {program.id} has no address {path}; it has: {has or 'none'}",
            ),
            expected=known,
            given=path,
        )
    )


def _parameters(request: ApiRequest, route: Route) -> dict[str, str]:
    given: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in request.query_params.multi_items():
        if name in given:
            message = Text(f"parameter {name} cukup sekali", f"give the parameter {name} only once")
            problems.append(Problem(code="given_twice", message=message, pointer=f"/query/{name}"))
        given[name] = value
    schema = {
        "type": "object",
        "properties": dict(route.parameters),
        "required": list(route.required),
        "additionalProperties": False,
    }
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    problems += schema_problems(validator, given, "/query")
    if problems:
        raise InvalidInput(*problems)
    return given


def encoded(answer: object) -> bytes:
    """A route's answer as JSON. Raises TypeError or ValueError for what is none, or too long."""
    content = json.dumps(answer, ensure_ascii=False, allow_nan=False, default=_plain).encode()
    if len(content) > MAX_BYTES:
        raise ValueError(f"the answer has {len(content)} bytes, at most {MAX_BYTES} are sent")
    return content


def _plain(value: object) -> object:
    if isinstance(value, Text):
        return {"id": value.id, "en": value.en}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")
