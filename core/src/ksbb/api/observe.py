"""What every answer carries and what is logged of every request: no bodies, no tokens, no query values."""

from time import perf_counter

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from ksbb.api.context import ANONYMOUS
from ksbb.storage.unit import new_id

_LOG = structlog.get_logger("ksbb.api")
_STARTED = "ksbb_started"
_REQUEST_ID = "ksbb_request_id"
REQUEST_ID_HEADER = "X-Request-Id"


class Started(ASGIMiddleware):
    """Notes when a request began, and gives it an id that every log line of it carries."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Run the request with its id in the context of the log."""
        scope["state"][_STARTED] = perf_counter()
        request_id = scope["state"].setdefault(_REQUEST_ID, new_id())
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await next_app(scope, receive, send)


async def finish(message: Message, scope: Scope) -> None:
    """Set the headers of an answer about to be sent, and log the request."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    state = scope.setdefault("state", {})
    request_id = str(state.setdefault(_REQUEST_ID, new_id()))
    headers = MutableScopeHeaders.from_message(message)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault(REQUEST_ID_HEADER, request_id)
    actor = scope.get("user") or ANONYMOUS
    if scope["method"] != "GET" or any(name == b"authorization" for name, _ in scope["headers"]):
        headers.setdefault("Cache-Control", "no-store")
    began = state.get(_STARTED)
    _LOG.info(
        "request",
        method=scope["method"],
        path_template=scope.get("path_template", ""),
        status=message["status"],
        ms=round((perf_counter() - began) * 1000, 1) if began is not None else None,
        actor=actor.account_id,
        request_id=request_id,
    )
