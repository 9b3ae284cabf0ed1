"""A schema that was changed without a new version is refused, and told."""

from dataclasses import replace

import pytest

from ksbb.domain.errors import Unavailable
from ksbb.domain.rights import SYSTEM
from ksbb.program import Text, Unit, described, object_schema
from ksbb.programs import host_of
from ksbb.testing import Step, World
from ksbb.usecases.platform import Platform
from ksbb.usecases.read.aid_schemas import Misfit, misfits

from .kebun import CROP, LOTS, SEED, SOME, WRITTEN, kebun
from .life import refused, revise, told, under


async def test_a_schema_that_was_changed_under_the_same_version(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    grams = described({"type": "integer", "minimum": 5}, SOME, SOME)
    narrower = object_schema({"crop": CROP, "grams": grams, "lots": LOTS}, ["crop", "grams"], SEED, SOME)
    later = under(world, kebun(1, schema=narrower))
    problem = (
        "schema_changed",
        "/lines/0/aid_type",
        "aid type seed of program kebun has changed at /properties/grams/minimum, but its schema's version is still 1; the program's "
        "author must raise schema_version to 2, install the earlier version of the program until then",
        "the schema kept as version 1",
        "another one, from /properties/grams/minimum on",
    )
    for _ in range(2):
        assert await refused(later, driven, Unavailable) == [problem]
    with pytest.raises(Unavailable) as caught:
        await later.drive(Step.DRAFTED)
    assert told(caught.value) == [problem]
    with pytest.raises(Unavailable) as caught:
        await revise(later, driven, WRITTEN[1])
    assert told(caught.value) == [problem]
    async with later.platform.reading_desk(SYSTEM) as desk:
        assert await misfits(desk, [kebun(1, schema=narrower)]) == [
            Misfit(program_id="kebun", aid_type="seed", version=1, present=1, where="/properties/grams/minimum")
        ]
        assert await misfits(desk, [kebun(1), kebun(2)]) == []
    assert (await world.submit(driven)).step is Step.SUBMITTED


async def test_a_process_that_kept_a_schema_still_sees_that_another_differs(world: World) -> None:
    for _ in range(3):
        await world.drive(Step.DRAFTED)
    sack = host_of((kebun(1, unit=Unit("bag", Text("karung", "sack"))),), {})
    with pytest.raises(Unavailable) as caught:
        await replace(world, platform=Platform(world.platform.database, sack, world.clock)).drive(Step.DRAFTED)
    assert [one[:3] for one in told(caught.value)] == [
        (
            "schema_changed",
            "/lines/0/aid_type",
            "aid type seed of program kebun has changed at /unit, but its schema's version is still 1; the program's author must "
            "raise schema_version to 2, install the earlier version of the program until then",
        )
    ]


async def test_what_is_older_than_what_is_kept_is_found(world: World) -> None:
    await under(world, kebun(3)).drive(Step.DRAFTED)
    async with world.platform.reading_desk(SYSTEM) as desk:
        assert await misfits(desk, [kebun(1)]) == [
            Misfit(program_id="kebun", aid_type="seed", version=3, present=1, where="")
        ]
