"""Everything about a case reads the same while its program is away, at every step."""

from dataclasses import replace
from typing import Any

import pytest

from ksbb.domain.rights import SYSTEM
from ksbb.statistics.coverage import CoverageLevel, coverage
from ksbb.statistics.export import DATASETS, rows_of
from ksbb.statistics.figures import statistics
from ksbb.statistics.sums import Dimension, Period
from ksbb.testing import Driven, Step, World
from ksbb.usecases.read import detail
from ksbb.usecases.read.acts import NEED_PROGRAM, next_acts
from ksbb.usecases.read.aid_schemas import kept_schemas, remembered_programs
from ksbb.usecases.read.chain import CommitmentQuery, list_commitments
from ksbb.usecases.read.follow_ups import find_follow_ups
from ksbb.usecases.read.paging import Asked
from ksbb.usecases.read.reports import gather_report, gather_travel_document
from ksbb.usecases.read.verification import verify

from .conftest import WAYS

URL = "https://ksbb.example"
PEOPLE = ("collaborator", "aggregator", "assessor", "executor", "witness", "recipient", "secretariat", "auditor")


async def seen(world: World, driven: Driven) -> dict[str, Any]:
    """Everything that can be read of a case and of the whole, but for the version that its program has now."""
    found: dict[str, Any] = {}
    commitment_id = driven.commitment.id
    async with world.platform.reading_desk(world.auditor) as desk:
        full = await detail.commitment_detail(desk, commitment_id)
        found["detail"] = replace(full, lines=tuple(replace(line, newest_version=None) for line in full.lines))
        found["history"] = await detail.history_of(desk, commitment_id, Asked(limit=100))
        found["assessments"] = await detail.assessments_of(desk, commitment_id)
        found["statistics"] = await statistics(desk, [Dimension.PROGRAM, Dimension.AID_TYPE], Period())
        found["coverage"] = await coverage(desk, CoverageLevel.CITY)
        found["schemas"] = await kept_schemas(desk)
        found["names"] = await remembered_programs(desk)
        found["follow-ups"] = await find_follow_ups(desk, Asked(limit=100))
        for dataset in DATASETS:
            found[dataset] = await rows_of(desk, dataset)
    for person in PEOPLE[:-1]:
        async with world.platform.reading_desk(getattr(world, person)) as desk:
            found[f"list of {person}"] = await list_commitments(desk, CommitmentQuery(), Asked(limit=100))
    async with world.platform.reading_desk(SYSTEM) as desk:
        if driven.dispatch is not None:
            found["travel document"] = await gather_travel_document(desk, driven.dispatch.id, URL)
            found["verified travel document"] = await verify(desk, driven.dispatch.id, URL)
        if driven.report is not None:
            report = await gather_report(desk, driven.report.handover_id, URL)
            found["report"] = (report, report.content_sha256)
            found["verified report"] = await verify(desk, driven.report.verify_code, URL)
    return found


async def acts_of(world: World, driven: Driven) -> dict[str, list[Any]]:
    """What everybody is offered."""
    offered = {}
    async with world.platform.reading_desk(world.auditor) as desk:
        full = await detail.commitment_detail(desk, driven.commitment.id)
    for person in PEOPLE:
        async with world.platform.reading_desk(getattr(world, person)) as desk:
            offered[person] = [one.act for one in await next_acts(desk, full)]
    return offered


async def test_at_every_step(world: World, without: Any) -> None:
    driven = await world.drive(Step.DRAFTED)
    for step in Step:
        driven = await world.advance(driven, step)
        here, offered = await seen(world, driven), await acts_of(world, driven)
        for way in WAYS if step is Step.CLOSED else WAYS[-1:]:
            away = without(way)
            assert await seen(away, driven) == here, (step, way)
            assert await acts_of(away, driven) == {
                person: [act for act in acts if act not in NEED_PROGRAM] for person, acts in offered.items()
            }, (step, way)


@pytest.mark.parametrize("way", WAYS)
async def test_the_newest_version_is_not_known(world: World, without: Any, way: str) -> None:
    driven = await world.drive(Step.DRAFTED)
    versions = []
    for platform in (world.platform, without(way).platform):
        async with platform.reading_desk(world.auditor) as desk:
            (line,) = (await detail.commitment_detail(desk, driven.commitment.id)).lines
            versions.append((line.line.schema_version, line.newest_version))
    assert versions == [(1, 1), (1, None)]
