"""The real application over a world, and people who send requests to it."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from pydantic import SecretStr

from ksbb.api.app import create_app
from ksbb.api.auth import access_token
from ksbb.domain.rights import Actor
from ksbb.programs import ProgramHost
from ksbb.settings import Settings
from ksbb.testing import World

BASE = "http://ksbb.example"


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


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a secret of the test's own."""
    return Settings(secret=SecretStr("a-secret-for-tests-that-is-long-enough"), data_dir=tmp_path, public_url=BASE)


@pytest_asyncio.fixture
async def api(world: World, programs: ProgramHost, settings: Settings) -> AsyncIterator[Api]:
    """The application over the world."""
    app = create_app(world.platform, settings, programs)
    # Not Litestar's test client: it runs the application in an event loop of its own, the database belongs to this one.
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield Api(app=app, client=client)
