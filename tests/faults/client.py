"""People at work over HTTP: each act is repeated until it is answered, and what was acknowledged is written down."""

import asyncio
import itertools
import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any

import httpx

from ksbb.testing import PASSWORD

from .world import Seeded

_PATIENCE_SECONDS = 120
_SECONDS = 30
"""How long one attempt may take."""


class Refused(Exception):
    """An answer that is neither success nor "try again"."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(
            f"{response.request.method} {response.request.url.path}: {response.status_code} {response.text}"
        )
        self.status = response.status_code
        self.body = response.json() if response.content else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """An act that was answered with success: the event that it stands for in the ledger, and its idempotency key."""

    kind: str
    account_id: str
    commitment_id: str
    version: int
    key: str


@dataclass(slots=True)
class Client:
    """One client of several API processes, which it asks in turn. With `keeps_keys` off, each attempt takes a new
    idempotency key.
    """

    seeded: Seeded
    urls: Sequence[str]
    keeps_keys: bool = True
    acknowledged: list[Acknowledged] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    _http: httpx.AsyncClient = field(init=False)
    _tokens: dict[str, str] = field(init=False)
    _turns: "itertools.cycle[str]" = field(init=False)

    def __post_init__(self) -> None:
        """Open the connections."""
        # None is closed for being idle: httpcore would close some that it has just given to a request
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=None, keepalive_expiry=None)
        self._http = httpx.AsyncClient(timeout=_SECONDS, limits=limits)
        self._tokens = {role: self.seeded.token(actor) for role, actor in self.seeded.people.items()}
        self.send_to(*self.urls)

    def send_to(self, *urls: str) -> None:
        """Ask these processes from now on, as a proxy does that is told so."""
        self._turns = itertools.cycle(urls)

    async def sign_in(self) -> None:
        """Sign everybody in with their passwords, as people do; until then they come with tokens that nobody issued."""
        for role, actor in self.seeded.people.items():
            body = {"email": f"{role}-{actor.account_id}@example.org", "password": PASSWORD}
            response, _ = await self._insist(role, "POST", "/auth/login", body)
            self._tokens[role] = response.json()["access_token"]

    async def act(
        self,
        role: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        kind: str,
        version: int | None = None,
        commitment_id: str = "",
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> dict[str, Any]:
        """Do an act and note its acknowledgement as an event of `kind`. Raises Refused, or AssertionError without any answer.

        `commitment_id` is given where the answer doesn't name it.
        """
        key = str(uuid.uuid4())
        response, key = await self._insist(role, "POST", path, body, key=key, version=version, files=files)
        answer: dict[str, Any] = response.json()
        changed = answer.get("commitment", answer)
        self.replayed += response.headers.get("Idempotency-Replayed") == "true"
        self.acknowledged.append(
            Acknowledged(
                kind=kind,
                account_id=self.seeded.people[role].account_id,
                commitment_id=commitment_id or changed["id"],
                version=int(response.headers["ETag"].strip('"')),
                key=key,
            )
        )
        return answer

    async def read(self, role: str, path: str) -> Any:
        """Read something."""
        response, _ = await self._insist(role, "GET", path, None)
        return response.json()

    async def once(
        self,
        role: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        url: str | None = None,
        key: str | None = None,
        version: int | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        alone: bool = False,
    ) -> httpx.Response:
        """One attempt, at the process whose turn it is or the one at `url`, `alone` on a connection of its own.

        Raises httpx.TransportError.
        """
        headers = {"Authorization": f"Bearer {self._tokens[role]}", "Accept-Language": "en"}
        if alone:
            headers["Connection"] = "close"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self._http.request(
            method,
            f"{url or next(self._turns)}/api/v1{path}",
            headers=headers,
            json=body,
            files=files,
        )

    async def _insist(
        self,
        role: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        key: str = "",
        version: int | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> tuple[httpx.Response, str]:
        """The answer and the key of the attempt that got it."""
        end = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < end:
            try:
                response = await self.once(role, method, path, body, key=key, version=version, files=files)
            except httpx.TransportError as error:
                self.troubles[type(error).__name__] += 1
            else:
                if response.is_success:
                    return response, key
                if not asks_again(response):
                    raise Refused(response)
                self.troubles[str(response.status_code)] += 1
            if not self.keeps_keys:
                key = str(uuid.uuid4())
            await asyncio.sleep(random.uniform(0.02, 0.2))  # noqa: S311 - only to spread the attempts
        raise AssertionError(f"{method} {path} wasn't answered within {_PATIENCE_SECONDS} s: {dict(self.troubles)}")

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()


def asks_again(response: httpx.Response) -> bool:
    """Whether the answer asks to try again: the database is away, or an earlier attempt still runs."""
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return "Retry-After" in response.headers
    errors = response.json().get("errors", []) if response.status_code == HTTPStatus.CONFLICT else []
    return [error["code"] for error in errors] == ["in_flight"]
