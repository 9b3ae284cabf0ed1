"""The real application over a world, and people who send requests to it."""

import functools
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from litestar import Litestar

from ksbb.api.app import addresses, with_context
from ksbb.api.auth import access_token
from ksbb.api.context import Context
from ksbb.domain.rights import Actor, Role
from ksbb.programs import ProgramHost
from ksbb.settings import Settings
from ksbb.testing.world import World

BASE = "http://ksbb.example"
"""Where the application stands."""
_addresses = functools.cache(addresses)
"""To put them together takes longer than most tests."""


@dataclass
class Api:
    """Sends requests below `/api/v1` as people; None is anonymous. Each request gets an idempotency key of its own."""

    app: Litestar
    client: httpx.AsyncClient
    keys: "itertools.count[int]" = field(default_factory=itertools.count)

    async def send(
        self,
        actor: Actor | None,
        method: str,
        path: str,
        *,
        version: int | None = None,
        key: str | None = None,
        headers: dict[str, str] | None = None,
        **content: Any,
    ) -> httpx.Response:
        """Send a request; `version` goes into If-Match. Messages are asked for in English."""
        sent = {"Accept-Language": "en", "Idempotency-Key": key or f"test-key-{next(self.keys)}", **(headers or {})}
        if actor is not None:
            sent["Authorization"] = f"Bearer {access_token(self.app.state.ksbb, actor.account_id)}"
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        return await self.client.request(method, f"/api/v1{path}", headers=sent, **content)

    async def get(self, actor: Actor | None, path: str, **query: Any) -> httpx.Response:
        """Read."""
        return await self.send(actor, "GET", path, params=query)

    async def raw(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send a request with no header but the given ones."""
        return await self.client.request(method, path, **content)


@dataclass(frozen=True, slots=True)
class Client:
    """What one person sends below `/api/v1`."""

    api: Api
    actor: Actor | None

    async def get(self, path: str, **query: Any) -> httpx.Response:
        """Read."""
        return await self.api.get(self.actor, path, **query)

    async def post(self, path: str, body: Any = None, *, version: int | None = None) -> httpx.Response:
        """Do something; `version` is the one that the record had when it was read."""
        return await self.api.send(self.actor, "POST", path, version=version, json=body)

    async def send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send any request, as `Api.send`."""
        return await self.api.send(self.actor, method, path, **content)


@asynccontextmanager
async def api_over(world: World, settings: Settings, host: ProgramHost) -> AsyncIterator[Api]:
    """The application over a world, until the block ends. One at a time: they share their addresses."""
    context = Context(platform=world.platform, settings=settings, host=host, secret=settings.read_secret())
    app = with_context(_addresses(settings.max_upload_bytes), context)
    # Not Litestar's test client: it runs the application in an event loop of its own, the database belongs to this one.
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Api(app=app, client=client)


def clients_of(api: Api, world: World) -> Mapping[Role | None, Client]:
    """A client of each role of a world, None for nobody in particular."""
    people = {role: getattr(world, role) for role in Role if role is not Role.SYSTEM}
    return {None: Client(api, None), **{role: Client(api, actor) for role, actor in people.items()}}
