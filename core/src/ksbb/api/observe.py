"""What every answer carries, and what is logged, counted and traced of every request: no bodies, no tokens, no query values."""

from time import perf_counter
from typing import Any

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ksbb.api.context import ANONYMOUS
from ksbb.storage.unit import new_id
from ksbb.telemetry import logs, metrics, tracing

_LOG = structlog.get_logger("ksbb.api")
_STARTED = "ksbb_started"
_REQUEST_ID = "ksbb_request_id"
_SPAN = "ksbb_span"
_SERVER_ERRORS = 500
REQUEST_ID_HEADER = "X-Request-Id"
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_STALE = frozenset({409, 412})


class Started(ASGIMiddleware):
    """Notes when a request began, gives it an id that every log line of it carries, and a span."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Run the request with its id in the context of the log."""
        scope["state"][_STARTED] = perf_counter()
        request_id = str(scope["state"].setdefault(_REQUEST_ID, new_id()))
        template = scope.get("path_template", "")
        method = _method(scope)
        attributes = {"http.request.method": method, "http.route": template, "ksbb.request_id": request_id}
        name = f"{method} {template}"
        with (
            tracing.span(name, kind="server", parent=_header(scope, b"traceparent"), attributes=attributes) as made,
            logs.context_of(request_id=request_id),
        ):
            scope["state"][_SPAN] = made
            await next_app(scope, receive, send)


class Known(ASGIMiddleware):
    """Puts who acts, and on which commitment, on every further log line and on the span. Runs after authentication."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Run the request with its actor and commitment in the context of the log."""
        known = {"actor": (scope.get("user") or ANONYMOUS).account_id}
        commitment_id = scope.get("path_params", {}).get("commitment_id")
        if commitment_id is not None:
            known["commitment_id"] = str(commitment_id)
        logs.bind(**known)
        made = scope["state"].get(_SPAN)
        if made is not None:
            made.set_attributes({f"ksbb.{name}": value for name, value in known.items()})
        await next_app(scope, receive, send)


async def finish(message: Message, scope: Scope) -> None:
    """Set the headers of an answer about to be sent; log, count and trace the request."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    state = scope.setdefault("state", {})
    request_id = str(state.setdefault(_REQUEST_ID, new_id()))
    headers = MutableScopeHeaders.from_message(message)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault(REQUEST_ID_HEADER, request_id)
    actor = scope.get("user") or ANONYMOUS
    if scope["method"] != "GET" or _header(scope, b"authorization") is not None:
        headers.setdefault("Cache-Control", "no-store")
    began = state.get(_STARTED)
    seconds = perf_counter() - began if began is not None else None
    status = message["status"]
    _count(scope, status, seconds, replayed=headers.get("Idempotency-Replayed") == "true")
    made = state.get(_SPAN)
    if made is not None:
        made.set_attribute("http.response.status_code", status)
        if status >= _SERVER_ERRORS:
            tracing.fail(made, str(status))
    _LOG.info(
        "request",
        method=scope["method"],
        path_template=scope.get("path_template", ""),
        status=status,
        ms=round(seconds * 1000, 1) if seconds is not None else None,
        actor=actor.account_id,
        request_id=request_id,
    )


def _count(scope: Scope, status: int, seconds: float | None, *, replayed: bool) -> None:
    method = _method(scope)
    template = scope.get("path_template", "") or "none"
    metrics.REQUESTS.labels(method, template, str(status)).inc()
    if seconds is None:
        return
    metrics.REQUEST_SECONDS.labels(method, template).observe(seconds)
    handler: Any = scope.get("route_handler")
    act = getattr(handler, "operation_id", None)
    if method in _READING or not isinstance(act, str):
        return
    metrics.ACTS.labels(act, _outcome(status, replayed=replayed)).inc()
    metrics.ACT_SECONDS.labels(act).observe(seconds)


def _outcome(status: int, *, replayed: bool) -> str:
    if status >= _SERVER_ERRORS:
        return "failed" if status == _SERVER_ERRORS else "unavailable"
    if status in _STALE:
        return "stale"
    return "refused" if status >= 400 else "replayed" if replayed else "done"  # noqa: PLR2004 - the client's errors


def _method(scope: Scope) -> str:
    """The method for labels: who asks chooses it freely, so that others than the usual ones are one."""
    given = str(scope.get("method", ""))
    return given if given in _METHODS else "other"


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
