"""What is checked of every request before its handler runs: query parameters, headers that an act needs, and the JSON body.

Bodies are checked here and not by Litestar, because its conversion is lenient (a number given as text passes) and its
messages are in English only.
"""

from functools import lru_cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, QueryParameter
from litestar.typing import FieldDefinition

from ksbb.api.context import ApiRequest
from ksbb.api.phrases import told_by_msgspec
from ksbb.api.problems import Refusal, refusal
from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.text import Text
from ksbb.program.validation import schema_problems
from ksbb.settings import did_you_mean

_SECRETS = frozenset({"password", "refresh_token"})
_NUL = "\x00"
OWN_PARAMETERS = "own_parameters"
"""`opt` of a handler that judges its query parameters itself."""


async def check_request(request: ApiRequest) -> None:
    """Refuse a request that its handler can't use.

    Raises a Refusal: 400 for query parameters that aren't known (a misspelt filter would answer with everything), without
    `Idempotency-Key`, or for what isn't JSON, 428 without `If-Match`, 415 for another media type; and InvalidInput with every
    field of the body that doesn't fit.
    """
    parameters = request.route_handler.parsed_fn_signature.parameters
    if _NUL in request.scope["path"] or "%00" in request.scope["query_string"].decode("ascii", "replace"):
        raise refusal(400, "nul", Text("alamat memuat karakter NUL", "the address contains a NUL character"))
    if request.scope["query_string"]:
        _check_query(request)
    if "if_match" in parameters and "if-match" not in request.headers:
        raise refusal(
            428,
            "if_match_missing",
            Text(
                'header If-Match wajib: versi yang Anda ubah, seperti "3" dari header ETag',
                'the header If-Match is required: the version that you change, such as "3" from the ETag header',
            ),
            "/header/If-Match",
            '"3"',
        )
    if "idempotency_key" in parameters and "idempotency-key" not in request.headers:
        raise refusal(
            400,
            "idempotency_key_missing",
            Text(
                "header Idempotency-Key wajib: kunci baru untuk setiap tindakan, kunci yang sama saat mengulanginya",
                "the header Idempotency-Key is required: a new key for each act, the same key when you repeat it",
            ),
            "/header/Idempotency-Key",
            "8 – 200 × A-Z a-z 0-9 . _ : -",
        )
    data = parameters.get("data")
    if data is None:
        return
    wanted_type = media_type_of(data)
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted_type:
        raise refusal(
            415,
            "media_type",
            Text(f"kirim isi sebagai {wanted_type}", f"send the body as {wanted_type}"),
            "/header/Content-Type",
            wanted_type,
            given,
        )
    if wanted_type == RequestEncodingType.JSON.value:
        check_body(await request.body(), data.annotation)


def _check_query(request: ApiRequest) -> None:
    handler = request.route_handler
    known = query_names(handler)
    unknown = [name for name in request.query_params if name not in known]
    if unknown and not handler.opt.get(OWN_PARAMETERS):
        raise Refusal(400, *(_unknown_parameter(name, known) for name in unknown))


@lru_cache(maxsize=256)
def query_names(handler: HTTPRouteHandler) -> frozenset[str]:
    """What a handler's query parameters are called in requests."""
    fields = handler.parsed_fn_signature.parameters.items()
    given = ((name, field.kwarg_definition) for name, field in fields)
    return frozenset(one.name or name for name, one in given if isinstance(one, QueryParameter))


def _unknown_parameter(name: str, known: frozenset[str]) -> Problem:
    hint = did_you_mean(name, known) if known else Text("di sini tidak ada parameter", "there are none here")
    return Problem(
        code="parameter_unknown",
        message=Text(
            f"parameter {name} tidak dikenal; {hint.id}",
            f"the parameter {name} is not known; {hint.en}",
        ),
        pointer=f"/query/{name}",
        expected=sorted(known),
        given=name,
    )


def media_type_of(data: FieldDefinition) -> str:
    """The media type of a handler's body."""
    definition = data.kwarg_definition
    wanted = definition.media_type if isinstance(definition, BodyKwarg) else RequestEncodingType.JSON
    return str(getattr(wanted, "value", wanted))


def check_body(raw: bytes, kind: type[Any]) -> None:
    """Raises a Refusal (400) for what isn't JSON, and InvalidInput with every field that doesn't fit `kind`."""
    if not raw:
        raise refusal(400, "json", Text("isi kosong; kirim sebuah objek JSON", "the body is empty; send a JSON object"))
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise refusal(
            400, "json", Text(f"isi bukan JSON yang sah: {error}", f"the body isn't valid JSON: {error}")
        ) from error
    if b"\\u0000" in raw and _holds_nul(value):
        raise refusal(
            400, "nul", Text("isi memuat karakter NUL (\\u0000)", "the body contains a NUL character (\\u0000)")
        )
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        validator = _validator(kind)  # type: ignore[arg-type]  # a class is hashable
        problems = schema_problems(validator, value) or (_told_by_msgspec(error),)
        raise InvalidInput(*map(_without_secret, problems)) from error


@lru_cache(maxsize=256)
def _validator(kind: type[Any]) -> Draft202012Validator:
    return Draft202012Validator(msgspec.json.schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _told_by_msgspec(error: msgspec.ValidationError) -> Problem:
    message, _, place = str(error).partition(" - at `$")
    pointer = place.rstrip("`").replace("[", ".").replace("]", "").replace(".", "/")
    return Problem(code="type", message=told_by_msgspec(message), pointer=pointer)


def _without_secret(problem: Problem) -> Problem:
    if problem.pointer.rpartition("/")[2] in _SECRETS:
        return Problem(code=problem.code, message=problem.message, pointer=problem.pointer, expected=problem.expected)
    return problem


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return _NUL in value
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, dict) and any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
