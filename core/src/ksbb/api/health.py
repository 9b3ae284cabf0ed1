"""Whether the service runs and is ready."""

from typing import Literal

import msgspec
from litestar import Response, Router, get

from ksbb.api.context import ApiRequest, context
from ksbb.programs.status import ProgramState
from ksbb.usecases.read import health


class LiveOut(msgspec.Struct, kw_only=True):
    """The process runs."""

    status: Literal["live"] = "live"


class ReadyOut(msgspec.Struct, kw_only=True):
    """Whether requests can be served: the database, and each program. A program that is away doesn't make the whole
    unready.
    """

    status: Literal["ready", "unready"]
    database: Literal["up", "down"]
    programs: dict[str, ProgramState]


@get("/live", operation_id="live", summary="Is it running", sync_to_thread=False)
def live() -> LiveOut:
    """The process answers."""
    return LiveOut()


@get("/ready", operation_id="ready", summary="Is it ready")
async def ready(request: ApiRequest) -> Response[ReadyOut]:
    """200 when the database answers, else 503 with the same body."""
    found = context(request.app)
    up = await health.database_answers(found.platform.database)
    return Response(
        ReadyOut(
            status="ready" if up else "unready",
            database="up" if up else "down",
            programs={status.id: status.state for status in found.host.statuses()},
        ),
        status_code=200 if up else 503,
        headers={} if up else {"Retry-After": "5"},
    )


def router() -> Router:
    """The health endpoints."""
    return Router("/health", route_handlers=[live, ready], tags=["health"])
