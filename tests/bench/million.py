"""Reading at a million commitments: the real application on a full PostgreSQL, question by question."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import httpx
from pydantic import SecretStr
from tests.bench.filling import People
from tests.bench.questions import Question, look_up, questions

from ksbb.api.app import create_app
from ksbb.api.auth import access_token
from ksbb.app import keep_for_good
from ksbb.domain.rights import Actor
from ksbb.programs import ProgramHost, load_programs
from ksbb.programs.discovery import installed_programs
from ksbb.settings import ProgramsSettings, Settings
from ksbb.storage.database import Database
from ksbb.usecases.platform import Platform, SystemClock

SLOWEST = 0.050
"""Seconds at the 95th percentile that a question may take at the server."""
_WARM = 2
_PATIENCE, _FEWEST = 3.0, 3
"""Seconds after which a slow question isn't asked again, and how often it is asked all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a question took, in seconds; `status` is what it was answered with."""

    name: str
    status: int
    p50: float
    p95: float

    @property
    def reached(self) -> bool:
        """Whether it keeps the bar."""
        return self.p95 <= SLOWEST


@asynccontextmanager
async def opened(url: str) -> AsyncIterator["Asker"]:
    """The application over the database at `url`, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            secret=SecretStr("a-secret-for-measuring-that-is-long-enough"),
            data_dir=Path(folder),
            public_url="http://ksbb.example",
            programs=ProgramsSettings(enabled=tuple(installed_programs())),
        )
        host = load_programs(settings)
        platform = Platform(Database(url), host, SystemClock())
        app = create_app(platform, settings, host)
        keep_for_good()
        transport = httpx.ASGITransport(cast("Any", app))
        async with httpx.AsyncClient(transport=transport, base_url="http://ksbb.example") as client:
            yield Asker(platform=platform, host=host, app=app, client=client)
        await platform.database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Sends requests to an application."""

    platform: Platform
    host: ProgramHost
    app: Any
    client: httpx.AsyncClient

    async def ask(self, who: Actor | None, path: str) -> httpx.Response:
        """Read below `/api/v1`."""
        headers = {}
        if who is not None:
            headers["Authorization"] = f"Bearer {access_token(self.app.state.ksbb, who.account_id)}"
        return await self.client.get(f"/api/v1{path}", headers=headers)

    async def measure(self, question: Question, rounds: int) -> Row:
        """Ask so many times, fewer where it is slow, in turns of the question's paths, after two times that don't count."""
        times: list[float] = []
        status = 0
        for turn in range(-_WARM, rounds):
            if sum(times) > _PATIENCE and len(times) >= _FEWEST:
                break
            path = question.paths[turn % len(question.paths)]
            begun = perf_counter()
            answer = await self.ask(question.who, path)
            if turn >= 0:
                times.append(perf_counter() - begun)
            status = max(status, answer.status_code)
        times.sort()
        return Row(
            name=question.name,
            status=status,
            p50=times[len(times) // 2],
            p95=times[min(len(times) - 1, len(times) * 95 // 100)],
        )


async def measure(url: str, people: People, rounds: int) -> list[Row]:
    """Ask all questions on a filled database."""
    async with opened(url) as asker:
        async with asker.platform.database.read() as connection:
            known = await look_up(connection, people)
        return [await asker.measure(question, rounds) for question in questions(people, known)]
