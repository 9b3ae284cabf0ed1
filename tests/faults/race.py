"""Many at the last lot at once, through several API processes: promised once, sent once, handed over once."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from ksbb.testing import Step

from . import audit
from .case import Case
from .client import Client
from .postgres import postgres
from .processes import stage
from .report import Result, progress
from .servers import servers
from .world import HOST, opened, seed

CROWD = 50
FEW = 10
"""Of the crowd, so many come to the contests in the middle, and so many read again and repeat when somebody was faster."""
_PROCESSES = 4
_QUANTITY = 10
_FINAL = {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.PRECONDITION_FAILED}


@dataclass(slots=True)
class Contest:
    """What became of the attempts of many to do the same: how often each answer was given."""

    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    async def hold(
        self, client: Client, crowd: int, role: str, path: str, body: Mapping[str, Any] | None, version: int
    ) -> dict[str, Any]:
        """Let so many attempt at once; the one success. Notes a failure when there is another number of successes."""
        attempts = [self._attempt(client, role, path, body, version, stubborn=one < FEW) for one in range(crowd)]
        random.shuffle(attempts)
        done = [answer for answer in await asyncio.gather(*attempts) if answer is not None]
        if len(done) != 1:
            self.failures.append(f"{path}: {len(done)} of {crowd} succeeded")
        return done[0]

    async def _attempt(
        self,
        client: Client,
        role: str,
        path: str,
        body: Mapping[str, Any] | None,
        version: int,
        *,
        stubborn: bool,
    ) -> dict[str, Any] | None:
        for _ in range(CROWD):
            response = await client.once(role, "POST", path, body, version=version)
            self.answers[_name(response)] += 1
            if response.is_success:
                answer: dict[str, Any] = response.json()
                return answer
            if stubborn and response.status_code == HTTPStatus.PRECONDITION_FAILED:
                version = response.json()["current"]
            elif response.status_code in _FINAL:
                return None
            else:
                self.failures.append(f"{path}: {response.status_code} {response.text}")
                return None
        raise AssertionError(f"{path}: the version moves on for ever")


async def run(rounds: int = 1000) -> Result:
    """So many rounds with a commitment each, whose only lot all want to promise, send, hand over and confirm."""
    contest = Contest()
    began = time.monotonic()
    with stage() as on, postgres() as server:
        seeded = await seed(server.url(), "race")
        with servers(on.data("api"), seeded.url, _PROCESSES) as api:
            async with Client(seeded, api.urls) as client, opened(seeded) as world:
                for number in range(1, rounds + 1):
                    driven = await world.drive(Step.APPROVED, lines=world.lines("pangan", quantity=_QUANTITY))
                    case = Case(client, id=driven.commitment.id, version=driven.commitment.version)
                    case.line_id = driven.commitment.lines[0].id
                    await _round(contest, case)
                    if contest.failures:
                        break
                    if number % 100 == 0:
                        progress(f"{number} rounds, {time.monotonic() - began:.0f} s")
        found = await audit.read(seeded.url)
    failures = [*contest.failures, *audit.examine(found, HOST)]
    lines = Counter((line["allocated"], line["dispatched"], line["accepted"]) for line in found["commitment_lines"])
    if lines != {(_QUANTITY,) * 3: rounds}:
        failures.append(f"promised, sent and accepted of {_QUANTITY}: {dict(lines)}")
    return Result(
        "many at the last lot: never over-allocated, never handed over twice",
        {
            "rounds": rounds,
            "clients": CROWD,
            "seconds": round(time.monotonic() - began),
            "answers": dict(contest.answers.most_common()),
        },
        failures,
    )


async def _round(contest: Contest, case: Case) -> None:
    client = case.client
    target = client.seeded.world.targets["pangan"][0]
    wanted = {"line_id": case.line_id, "target_id": target.id, "quantity": _QUANTITY}
    hold: Callable[..., Awaitable[dict[str, Any]]] = contest.hold
    path = f"/commitments/{case.id}"
    done = await hold(client, CROWD, "assessor", f"{path}/allocations", wanted, case.version)
    case.version = done["commitment"]["version"]
    await case.receive(_QUANTITY)
    goods = {
        "target_id": target.id,
        "executor_id": client.seeded.world.executor_party.id,
        "lines": [{"allocation_id": done["allocation"]["id"], "quantity": _QUANTITY}],
    }
    done = await hold(client, FEW, "aggregator", f"{path}/dispatches", goods, case.version)
    sent, case.version = done["dispatch"], done["commitment"]["version"]
    done = await hold(client, FEW, "executor", f"/dispatches/{sent['id']}/handovers", case.outcome(sent), case.version)
    handover_id, case.version = done["handover"]["id"], done["commitment"]["version"]
    await case.attach(handover_id)
    await hold(client, CROWD, "witness", f"/handovers/{handover_id}/confirm", None, case.version)


def _name(response: httpx.Response) -> str:
    if response.is_success:
        return str(response.status_code)
    return f"{response.status_code} {response.json()['errors'][0]['code']}"
