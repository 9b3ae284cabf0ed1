"""Whether the service runs and is ready."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, Router, get

from ksbb.api.context import ApiRequest, EngineStanding, context
from ksbb.domain.text import Text
from ksbb.programs.status import ProgramState
from ksbb.storage.migrate import SchemaState
from ksbb.usecases.read import health


class LiveOut(msgspec.Struct, kw_only=True):
    """The process runs."""

    status: Literal["live"] = "live"


class ReadyOut(msgspec.Struct, kw_only=True):
    """Whether requests can be served, and how each part stands. Only database and schema decide: without the engine acts go on
    and their work waits, and a program that is away is away for itself alone.
    """

    status: Annotated[
        Literal["ready", "unready"], msgspec.Meta(description="Send requests here, or don't. `unready` goes with 503.")
    ]
    database: Annotated[Literal["up", "down"], msgspec.Meta(description="Whether the database answers a query.")]
    schema: Annotated[
        SchemaState | None,
        msgspec.Meta(
            description="`current`; `ahead` where a newer version expanded the database under this process, which serves on; "
            "`unknown`, `empty`, `behind` and `partial` keep it from serving. Null while the database is down."
        ),
    ]
    engine: Annotated[
        EngineStanding,
        msgspec.Meta(
            description="The engine in this process: `starting`, `ready`, `failed`, `stopped`; `elsewhere` when it runs in "
            "processes of its own."
        ),
    ]
    programs: Annotated[dict[str, ProgramState], msgspec.Meta(description="Each program by id.")]
    programs_at_fault: Annotated[
        dict[str, Text],
        msgspec.Meta(
            description="Why a program doesn't run as it was wanted, by id; `/programs` tells what to do. Doesn't decide."
        ),
    ]
    safe_mode: Annotated[
        bool, msgspec.Meta(description="Whether the platform was started without any program. Doesn't decide.")
    ]


@get("/live", operation_id="live", summary="Is it running", sync_to_thread=False)
def live() -> LiveOut:
    """The process answers. Restart it when it doesn't."""
    return LiveOut()


@get("/ready", operation_id="ready", summary="Is it ready")
async def ready(request: ApiRequest) -> Response[ReadyOut]:
    """200 when requests can be served, else 503 with the same body."""
    found = context(request.app)
    schema = await health.schema_of(found.platform.database)
    serves = schema in (SchemaState.CURRENT, SchemaState.AHEAD)
    return Response(
        ReadyOut(
            status="ready" if serves else "unready",
            database="down" if schema is None else "up",
            schema=schema,
            engine=found.engine(),
            programs={status.id: status.state for status in found.host.statuses()},
            programs_at_fault={one.id: one.reason for one in found.host.at_fault() if one.reason},
            safe_mode=found.settings.programs.safe_mode,
        ),
        status_code=200 if serves else 503,
        headers={} if serves else {"Retry-After": "5"},
    )


def router() -> Router:
    """The health endpoints."""
    return Router("/health", route_handlers=[live, ready], tags=["health"])
