"""The platform's own whole life of a case: the real use cases, with all that they do.

Run as `python -m tests.bench.ours URL`.
"""

import hashlib
import hmac
import itertools
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from sqlalchemy import bindparam, select
from tests.bench.child import Crew, Sample, serve_async
from tests.bench.crowd import fill, hosted, in_turns, present_clock

from ksbb.api.commitment_bodies import state_out
from ksbb.domain.commitments import AssessmentState, Commitment
from ksbb.domain.rights import Actor
from ksbb.domain.targets import Target
from ksbb.flows.bench import Bench
from ksbb.program import Case
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared, link_of
from ksbb.storage.unit import new_id
from ksbb.testing import Driven, Step, World
from ksbb.usecases import idempotency
from ksbb.usecases.desk import Desk

P = ParamSpec("P")
T = TypeVar("T")

# By the primary key from `before` on: in the dispatcher's stead, which claims the items of a whole batch at once
_MADE = Prepared(
    select(tables.outbox.c.id).where(
        tables.outbox.c.id > bindparam("before"), tables.outbox.c.subject_id == bindparam("commitment_id")
    )
)
_FIRST_LOAD = 4
"""Of the ten units of a case, how many come with the first delivery."""


@dataclass(slots=True, kw_only=True)
class KeyedWorld(World):
    """A world in which people act as through the API: once per idempotency key, with the answer kept."""

    keys: "itertools.count[int]" = field(default_factory=itertools.count)
    items: dict[str, str] = field(default_factory=dict)
    """Commitment id → the outbox item of its assessment."""

    async def act(
        self, actor: Actor, usecase: Callable[Concatenate[Desk, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One act in one transaction together with its idempotency record, as `ksbb.api.acts.perform` does it."""
        key = f"bench-{next(self.keys)}"
        content = hashlib.sha256(repr((usecase.__name__, args, kwargs)).encode()).digest()
        digest = hmac.new(b"a secret of thirty-two characters", content, hashlib.sha256).hexdigest()
        made: list[T] = []

        async def answered(desk: Desk) -> idempotency.Done:
            made.append(await usecase(desk, *args, **kwargs))
            answer = idempotency.StoredAnswer(status=200, headers={"ETag": '"1"'}, body=_body(made[0]))
            return idempotency.Done(answer=answer, kept=answer)

        await idempotency.once(self.platform, actor, key, digest, answered)
        return made[0]

    async def reload(self, driven: Driven) -> Driven:
        """The same at its next version: a client knows it from the answer, and doesn't ask again."""
        return replace(driven, commitment=replace(driven.commitment, version=driven.commitment.version + 1))

    async def submit(self, driven: Driven) -> Driven:
        """The collaborator submits."""
        before = new_id()
        done = await World.submit(self, driven)
        async with self.platform.database.read() as connection:
            ((item,),) = await _MADE.rows(link_of(connection), before=before, commitment_id=driven.commitment.id)
        self.items[driven.commitment.id] = item
        return done

    async def assess(self, driven: Driven) -> Driven:
        """The machine step: the outbox item with its effects in one transaction."""
        active = self.platform.programs.require(driven.commitment.program_id)
        item = self.items.pop(driven.commitment.id)
        outcome = await Bench(self.platform, active).each([item], _assess_one)
        if outcome.done != 1:
            raise RuntimeError(f"the assessment of {driven.commitment.number} came to {outcome}")
        return await self.reload(replace(driven, step=Step.ASSESSED, assessment=AssessmentState.PASSED))


async def _assess_one(case: Case) -> None:
    await case.record_assessment(case.run_rules())


def _body(made: Any) -> str:
    """The answer's body as the API keeps it: the state of the commitment, or the record that was made."""
    parts = made if isinstance(made, tuple) else (made,)
    shown = state_out(parts[0]) if isinstance(parts[0], Commitment) else parts[0]
    return msgspec.json.encode(shown).decode()


async def life(world: World, target: Target) -> AsyncIterator[None]:
    """A case from draft to closed in twelve acts; the goods come in two deliveries."""
    case = await world.drive(Step.DRAFTED, target=target)
    yield
    for step in (
        world.submit,
        world.assess,
        world.approve,
        world.allocate,
        _first_delivery(world),
        world.receive,
        world.dispatch,
        world.record,
        world.attach,
        world.confirm,
        world.close,
    ):
        case = await step(case)
        yield


def _first_delivery(world: World) -> Callable[[Driven], Awaitable[Driven]]:
    return lambda case: world.receive(case, quantity=_FIRST_LOAD)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """The platform on an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        worlds = await fill(url, hosted(Path(folder)), present_clock(), KeyedWorld)
        yield Crew(in_turns(worlds, life)).run
        await worlds[0].platform.database.close()


if __name__ == "__main__":
    serve_async(opened(sys.argv[1]))
