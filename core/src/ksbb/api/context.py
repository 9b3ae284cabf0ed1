"""What every handler needs: the platform, the settings, the programs, and who asks."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from litestar import Litestar, Request
from litestar.datastructures import State

from ksbb.domain.errors import Problem, Unauthenticated
from ksbb.domain.rights import Actor
from ksbb.domain.text import Text
from ksbb.programs.host import ProgramHost
from ksbb.settings import Settings
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform

ApiRequest = Request[Actor, Any, State]
"""A request whose `user` is the actor; anonymous ones hold no grants."""

ANONYMOUS = Actor(account_id="anonymous", name="")
"""Who asks without proof of who they are. May read what is public."""


EngineStanding = Literal["starting", "ready", "failed", "stopped", "elsewhere"]
"""How the engine of this process stands; `elsewhere` when this process has none."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the API works with. `secret` signs access tokens; `in_flight` holds the (account, idempotency key) of
    running acts; `engine` tells how the engine stands.
    """

    platform: Platform
    settings: Settings
    host: ProgramHost
    secret: str
    in_flight: set[tuple[str, str]] = field(default_factory=set)
    engine: Callable[[], EngineStanding] = lambda: "elsewhere"


def context(app: Litestar) -> Context:
    """The context that the application was made with."""
    found: Context = app.state.ksbb
    return found


@asynccontextmanager
async def reading(request: ApiRequest) -> AsyncIterator[Desk]:
    """A desk for the actor of the request that only reads."""
    async with context(request.app).platform.reading_desk(request.user) as desk:
        yield desk


def signed_in(request: ApiRequest) -> Actor:
    """The actor of the request. Raises Unauthenticated for an anonymous one."""
    if request.user.account_id == ANONYMOUS.account_id:
        raise Unauthenticated(
            Problem(
                code="not_signed_in",
                message=Text(
                    "masuk dahulu, lalu kirim header Authorization: Bearer …",
                    "sign in first, then send the header Authorization: Bearer …",
                ),
            )
        )
    return request.user
