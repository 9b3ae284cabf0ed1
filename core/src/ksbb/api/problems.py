"""Every error as RFC 9457 problem details (`application/problem+json`), in Indonesian or English."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.params import ParameterKwarg
from sqlalchemy.exc import DataError

from ksbb.api.context import ANONYMOUS, ApiRequest
from ksbb.api.phrases import PHRASES, Phrase, language_of, told_by_msgspec
from ksbb.domain.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    KsbbError,
    NotFound,
    Problem,
    StaleVersion,
    Unauthenticated,
    Unavailable,
)
from ksbb.domain.text import Text
from ksbb.programs.isolated import ProgramFailed
from ksbb.storage.trouble import trouble_of
from ksbb.telemetry.metrics import DATABASE_TROUBLE

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
_LONGEST_GIVEN = 500
_LOG = structlog.get_logger("ksbb.api")

_STATUS: Mapping[type[KsbbError], int] = {
    StaleVersion: 412,
    Conflict: 409,
    InvalidInput: 422,
    NotFound: 404,
    Unauthenticated: 401,
    Forbidden: 403,
    Unavailable: 503,
}


class ErrorItem(msgspec.Struct, kw_only=True):
    """One thing that is wrong: where (JSON Pointer into the body, or `/query/…`, `/header/…`), what was expected, what
    given.
    """

    code: str
    pointer: str
    message: str
    expected: Any = None
    given: Any = None


class ProblemDetails(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Problem details (RFC 9457). `current` is the record's version now, at status 412 only."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[ErrorItem]
    current: int | None = None


class Refusal(HTTPException):
    """A request that is refused before any act runs, such as 400 or 428. `title` and `problems` are for people."""

    def __init__(self, status: int, *problems: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(status_code=status, headers=headers)
        self.problems = problems


def refusal(
    status: int, code: str, message: Text, pointer: str = "", expected: object = None, given: object = None
) -> Refusal:
    """A `Refusal` with a single problem."""
    return Refusal(status, Problem(code=code, message=message, pointer=pointer, expected=expected, given=given))


def answer(request: ApiRequest, error: Exception) -> Response[bytes]:
    """The problem that an error is answered with. Errors nobody foresaw are logged, and answered without their
    internals.
    """
    status, phrase, problems, headers = _read(request, error)
    language = language_of(request.headers.get("accept-language", ""))
    items = [
        ErrorItem(
            code=problem.code,
            pointer=problem.pointer,
            message=problem.message.in_language(language),
            expected=_plain(problem.expected),
            given=_plain(problem.given),
        )
        for problem in problems
    ]
    detail = phrase.detail.in_language(language)
    if items:
        first = items[0].message
        many = Text(f"{len(items)} masalah, yang pertama: {first}", f"{len(items)} problems, the first: {first}")
        detail = first if len(items) == 1 else many.in_language(language)
    body = ProblemDetails(
        type=f"urn:ksbb:problem:{phrase.slug}",
        title=phrase.title.in_language(language),
        status=status,
        detail=detail,
        instance=request.scope["path"],
        errors=items,
        current=error.current if isinstance(error, StaleVersion) else None,
    )
    return Response(
        content=msgspec.json.encode(body),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**headers, "Content-Language": language, "Vary": "Accept-Language"},
    )


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {Exception: answer, HTTPException: answer}


def _read(request: ApiRequest, error: Exception) -> tuple[int, Phrase, tuple[Problem, ...], dict[str, str]]:
    if isinstance(error, KsbbError):
        return _read_ksbb(request, error)
    if isinstance(error, Refusal):
        return error.status_code, PHRASES[error.status_code], error.problems, error.headers or {}
    if isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return _read_litestar(request, error)
    if isinstance(error, DataError):
        problem = Problem(
            code="does_not_fit",
            message=Text("sebuah nilai terlalu panjang atau terlalu besar", "a value is too long or too large"),
        )
        return 422, PHRASES[422], (problem,), {}
    return _read_failure(error) if isinstance(error, ProgramFailed) else _read_unforeseen(request, error)


def _read_unforeseen(request: ApiRequest, error: Exception) -> tuple[int, Phrase, tuple[Problem, ...], dict[str, str]]:
    trouble = trouble_of(error)
    if trouble is not None:
        DATABASE_TROUBLE.labels(trouble.code).inc()
        _LOG.warning("database_unavailable", trouble=trouble.code, reason=str(getattr(error, "orig", None) or error))
        problem = Problem(code=trouble.code, message=trouble.message)
        return 503, PHRASES[503], (problem,), {"Retry-After": str(trouble.retry_seconds)}
    _LOG.error("unexpected_error", path_template=request.scope.get("path_template", ""), exc_info=error)
    return 500, PHRASES[500], (), {}


def _read_ksbb(request: ApiRequest, error: KsbbError) -> tuple[int, Phrase, tuple[Problem, ...], dict[str, str]]:
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
    headers: dict[str, str] = {}
    if status == HTTPStatus.FORBIDDEN and request.scope.get("user", ANONYMOUS) is ANONYMOUS:
        # Nobody is signed in: signing in may help, which 403 would deny.
        status = 401
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="ksbb"'
    if isinstance(error, StaleVersion):
        headers["ETag"] = f'"{error.current}"'
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_SECONDS)
    return status, PHRASES[status], error.problems, headers


def _read_failure(error: ProgramFailed) -> tuple[int, Phrase, tuple[Problem, ...], dict[str, str]]:
    """Whose failure it is; why a program raised stands in the log, for its words may tell what is nobody's business."""
    where = f"{error.program_id} ({error.what})"
    if error.passing:
        message = Text(f"program {where}: {error.reason.id}", f"program {where}: {error.reason.en}")
        problem = Problem(code="program_slow", message=message, given=error.program_id)
        return 503, PHRASES[503], (problem,), {"Retry-After": str(RETRY_SECONDS)}
    message = Text(
        f"program {where} gagal; sebabnya ada di log layanan, sebutkan X-Request-Id saat melapor",
        f"program {where} failed; the service's log says why, name the X-Request-Id when you report it",
    )
    return 502, PHRASES[502], (Problem(code="program_failed", message=message, given=error.program_id),), {}


def _read_litestar(
    request: ApiRequest, error: HTTPException
) -> tuple[int, Phrase, tuple[Problem, ...], dict[str, str]]:
    phrase = PHRASES.get(error.status_code, PHRASES[400])
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() != "content-type"}
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        headers["Retry-After"] = headers.get("RateLimit-Reset", "60")
    problems: list[Problem] = []
    for item in error.extra if isinstance(error.extra, list) else ():
        source = str(getattr(item.get("source"), "value", "query"))
        key = _public_name(request, str(item.get("key", "")))
        told = told_by_msgspec(str(item.get("message", "")))
        problems.append(
            Problem(
                code="parameter",
                message=Text(f"parameter {key}: {told.id}", f"parameter {key}: {told.en}"),
                pointer=f"/{source}/{key}",
                given=request.query_params.get(key),
            )
        )
    return error.status_code, phrase, tuple(problems), headers


def _public_name(request: ApiRequest, parameter: str) -> str:
    """What a handler's parameter is called in requests, such as `Idempotency-Key` for `idempotency_key`."""
    field = request.route_handler.parsed_fn_signature.parameters.get(parameter)
    definition = field.kwarg_definition if field is not None else None
    return (definition.name if isinstance(definition, ParameterKwarg) else None) or parameter


def _plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    plain = msgspec.to_builtins(value, enc_hook=str, str_keys=True)
    if isinstance(plain, str):
        return plain if len(plain) <= _LONGEST_GIVEN else plain[:_LONGEST_GIVEN] + "…"
    return plain if len(msgspec.json.encode(plain)) <= _LONGEST_GIVEN * 10 else None
