"""A world whose program is exchanged, and what is seen and told of a draft in it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import KsbbError
from ksbb.program import Program
from ksbb.programs import host_of
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.testing import Driven, World
from ksbb.usecases import commit
from ksbb.usecases.platform import Platform
from ksbb.usecases.read.acts import Act, next_acts
from ksbb.usecases.read.detail import DetailedLine, commitment_detail


def under(world: World, program: Program) -> World:
    """The same world after the program was exchanged, in a process of its own."""
    # What a process remembers of rows that it stored for good stands in its database object
    database = Database(world.platform.database.url, pool_size=0)
    return replace(world, platform=Platform(database, host_of((program,), {}), world.clock))


async def detail_of(world: World, driven: Driven) -> DetailedLine:
    async with world.platform.reading_desk(world.auditor) as desk:
        (line,) = (await commitment_detail(desk, driven.commitment.id)).lines
        return line


async def events_of(world: World, driven: Driven) -> list[tuple[str, dict[str, Any]]]:
    table = tables.events
    query = select(table.c.kind, table.c.payload).where(table.c.stream == f"commitment:{driven.commitment.id}")
    async with world.platform.database.read() as connection:
        return [(row.kind, row.payload) for row in await connection.execute(query.order_by(table.c.sequence))]


async def offered(world: World, driven: Driven) -> list[Act]:
    async with world.platform.reading_desk(world.collaborator) as desk:
        return [one.act for one in await next_acts(desk, await commitment_detail(desk, driven.commitment.id))]


async def refused(world: World, driven: Driven, kind: type[KsbbError]) -> list[tuple[str, str, str, Any, Any]]:
    """What a submission is refused with; the draft stays as it is, and nothing is kept."""
    before, kept = await world.reload(driven), await events_of(world, driven)
    with pytest.raises(kind) as caught:
        await world.submit(driven)
    assert await world.reload(driven) == before
    assert await events_of(world, driven) == kept
    return told(caught.value)


def told(error: KsbbError) -> list[tuple[str, str, str, Any, Any]]:
    return [(one.code, one.pointer, one.message.en, one.expected, one.given) for one in error.problems]


def contents(
    driven: Driven, attributes: dict[str, Any], *, quantity: int = 10, version: int | None = None
) -> commit.CommitmentInput:
    """The contents of a revision."""
    return commit.CommitmentInput(
        program_id="kebun",
        lines=[commit.LineInput(aid_type="seed", quantity=quantity, attributes=attributes, schema_version=version)],
        planned_handover_on=driven.commitment.planned_handover_on,
        aggregator_id=driven.commitment.aggregator_id,
        target_kind=driven.commitment.target_kind,
    )


async def revise(world: World, driven: Driven, *args: Any, **kwargs: Any) -> Driven:
    done = await world.act(
        world.collaborator,
        commit.revise,
        driven.commitment.id,
        contents(driven, *args, **kwargs),
        expected_version=driven.commitment.version,
    )
    return replace(driven, commitment=done)
