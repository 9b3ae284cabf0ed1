"""The API as a Litestar application."""

from collections.abc import Callable

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.stores.registry import StoreRegistry

from ksbb.api import (
    accounts,
    aggregators,
    aid_schemas,
    allocations,
    areas,
    auth,
    collaborators,
    commitments,
    dispatches,
    docs,
    engine,
    executors,
    figures,
    follow_ups,
    handovers,
    health,
    needs,
    program_extras,
    programs,
    proposals,
    receipts,
    targets,
    verify,
)
from ksbb.api.acts import PREFIX
from ksbb.api.bodies import check_request
from ksbb.api.context import Context, EngineStanding
from ksbb.api.metrics import metrics
from ksbb.api.observe import Known, Started, finish
from ksbb.api.openapi import INTRODUCTION, TAGS, TITLE, VERSION, components
from ksbb.api.problems import EXCEPTION_HANDLERS
from ksbb.programs.host import ProgramHost
from ksbb.settings import Settings
from ksbb.telemetry import tracing
from ksbb.usecases.platform import Platform

MAX_JSON_BYTES = 1024 * 1024
"""Largest body of a request that isn't an upload."""


def create_app(
    platform: Platform,
    settings: Settings,
    host: ProgramHost,
    engine_standing: Callable[[], EngineStanding] = lambda: "elsewhere",
) -> Litestar:
    """The API over a platform; `engine_standing` tells how the engine of this process stands. Who made the platform closes it.

    Raises InvalidInput when there is no secret to sign with.
    """
    context = Context(
        platform=platform, settings=settings, host=host, secret=settings.read_secret(), engine=engine_standing
    )
    return with_context(addresses(settings.max_upload_bytes), context)


def with_context(app: Litestar, context: Context) -> Litestar:
    """The application with what its handlers work with, and with nothing that it had before."""
    tracing.configure()
    app.state = State({"ksbb": context})
    app.stores = StoreRegistry()
    return app


def addresses(max_upload_bytes: int) -> Litestar:
    """Every address of the API, with nothing to work with yet."""
    api = Router(
        PREFIX,
        route_handlers=[
            docs.openapi_json,
            auth.router(),
            health.router(),
            programs.router(),
            program_extras.router(),
            aid_schemas.router(),
            areas.router(max_upload_bytes),
            targets.router(max_upload_bytes),
            needs.router(max_upload_bytes),
            figures.router(),
            collaborators.router(),
            aggregators.router(),
            executors.router(),
            follow_ups.router(),
            accounts.router(),
            engine.router(),
            commitments.router(),
            allocations.router(),
            *proposals.routers(),
            receipts.router(),
            dispatches.router(),
            handovers.router(),
            verify.router(),
        ],
        before_request=check_request,
        middleware=[auth.Authentication, Known()],
    )
    return Litestar(
        route_handlers=[api, verify.verify_page, metrics],
        openapi_config=OpenAPIConfig(
            title=TITLE,
            version=VERSION,
            description=INTRODUCTION,
            tags=TAGS,
            components=components(),
            use_handler_docstrings=True,
            openapi_router=docs.docs_router(),
            render_plugins=docs.PLUGINS,
        ),
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=[Started()],
        before_send=[finish],
        request_max_body_size=MAX_JSON_BYTES,
        logging_config=None,
        debug=False,
    )
