"""The one way by which a write runs: signed in, once per idempotency key, on a known version."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, cast

import msgspec
from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.params import HeaderParameter

from ksbb.api.context import ApiRequest, context, signed_in
from ksbb.api.problems import refusal
from ksbb.domain.text import Text
from ksbb.usecases import idempotency
from ksbb.usecases.desk import Desk

Body = TypeVar("Body")
JSON = "application/json"
PREFIX = "/api/v1"

IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="A key of your choice for this act, such as a UUID. Repeating the request with the same key and "
        "body gives the first answer again (header `Idempotency-Replayed: true`) and does nothing twice. Kept for 7 days.",
    ),
]
IfMatch = Annotated[
    str,
    HeaderParameter(
        name="If-Match",
        pattern=r'^"\d{1,9}"$',
        description='The version that you change, from the `ETag` header of the record, such as `"3"`.',
    ),
]
ETAG = ResponseHeader(name="ETag", documentation_only=True, description='The record\'s version, such as `"3"`.')
LOCATION = ResponseHeader(name="Location", documentation_only=True, description="Address of the new record.")
REPLAYED = ResponseHeader(
    name="Idempotency-Replayed", documentation_only=True, description="`true` when this is the first answer again."
)
CREATED = [ETAG, LOCATION, REPLAYED]
"""Headers of an answer with a new record."""
CHANGED = [ETAG, REPLAYED]
"""Headers of an answer with a changed record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[Body]):
    """What an act answers with: `body`, HTTP `status`, the record's `version`, and its path below `/api/v1`
    (`location`).

    `kept` is what a repetition is told instead of `body`, for a body with a secret that must not be stored.
    """

    body: Body
    status: int = 200
    version: int | None = None
    location: str | None = None
    kept: object = None


def version_of(if_match: str) -> int:
    """The version that an `If-Match` header names. Litestar has checked its form."""
    return int(if_match.strip('"'))


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def single(request: ApiRequest, body: Body, version: int) -> Response[Body]:
    """One record with its `ETag`; 304 without a body when the asker holds this version already (`If-None-Match`)."""
    headers = {"ETag": etag(version), "Vary": "Authorization"}
    held = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if headers["ETag"] in held:
        return cast("Response[Body]", Response(content=None, status_code=304, headers=headers))
    return Response(content=body, headers=headers)


async def perform(
    request: ApiRequest,
    key: str | None,
    act: Callable[[Desk], Awaitable[Answer[Body]]],
    *,
    content: bytes | None = None,
) -> Response[Body]:
    """Run an act in one transaction together with its idempotency record.

    `key` is None for changes by `PUT`/`PATCH`, which `If-Match` makes safe to repeat. `content` stands for the body in
    the comparison of two requests where the body's bytes differ by chance (multipart). Raises Unauthenticated for an
    anonymous actor, InvalidInput for the key of another request, Conflict while the first request with this key still
    runs, and whatever the act raises.
    """
    actor = signed_in(request)
    platform = context(request.app).platform
    if key is None:
        async with platform.desk(actor) as desk:
            made = await act(desk)
        return _response(_stored(made, made.body))
    running = context(request.app).in_flight
    mark = (actor.account_id, key)
    if mark in running:
        raise idempotency.in_flight(key)
    running.add(mark)

    async def answered(desk: Desk) -> idempotency.Done:
        made = await act(desk)
        answer = _stored(made, made.body)
        return idempotency.Done(answer=answer, kept=answer if made.kept is None else _stored(made, made.kept))

    try:
        digest = _digest(request, await request.body() if content is None else content)
        done = await idempotency.once(platform, actor, key, digest, answered)
    finally:
        running.discard(mark)
    return _response(done.answer, replayed=done.replayed)


def _stored(made: Answer[Any], body: object) -> idempotency.StoredAnswer:
    headers: dict[str, str] = {}
    if made.version is not None:
        headers["ETag"] = etag(made.version)
    if made.location is not None:
        headers["Location"] = PREFIX + made.location
    text = "" if body is None else msgspec.json.encode(body).decode()
    return idempotency.StoredAnswer(status=made.status, headers=headers, body=text)


def _response(stored: idempotency.StoredAnswer, *, replayed: bool = False) -> Response[Any]:
    headers = dict(stored.headers)
    if replayed:
        headers["Idempotency-Replayed"] = "true"
    content = stored.body.encode() if stored.body else None
    return Response(content=content, status_code=stored.status, headers=headers, media_type=JSON)


def _digest(request: ApiRequest, content: bytes) -> str:
    parts = (
        request.method.encode(),
        request.scope["path"].encode(),
        request.scope["query_string"],
        request.headers.get("if-match", "").encode(),
        content,
    )
    joined = b"".join(hashlib.sha256(part).digest() for part in parts)
    # Keyed, because bodies may hold a password and a plain hash of it could be guessed.
    return hmac.new(context(request.app).secret.encode(), joined, hashlib.sha256).hexdigest()


def require_if_none_match_any(value: str) -> None:
    """Raises a Refusal (400) unless an `If-None-Match` header on a `PUT` is `*`, the only form that means "create"."""
    if value.strip() != "*":
        raise refusal(
            400,
            "if_none_match",
            Text("If-None-Match pada PUT harus *", "If-None-Match on a PUT must be *"),
            "/header/If-None-Match",
            "*",
            value,
        )
