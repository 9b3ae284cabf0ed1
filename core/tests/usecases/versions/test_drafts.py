"""Drafts are carried over to the present version of their schema by the program's upgrades, or say what to fill in."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import InvalidInput
from ksbb.program import Text, Unit, object_schema
from ksbb.storage import tables
from ksbb.testing import Step, World
from ksbb.usecases import assess, commit
from ksbb.usecases.read.acts import Act
from ksbb.usecases.read.detail import DetailedLine

from .kebun import BAG, CROP, GRAMS, LOTS, SEED, SOME, WRITTEN, kebun, to_kilograms
from .life import detail_of, events_of, offered, refused, revise, told, under


async def test_a_draft_is_carried_over_when_it_is_submitted(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    (line,) = driven.commitment.lines
    assert await detail_of(world, driven) == DetailedLine(line=line, name=SEED, unit=BAG.name, newest_version=1)
    later = under(world, kebun(3))
    assert await detail_of(later, driven) == DetailedLine(line=line, name=SEED, unit=BAG.name, newest_version=3)
    assert await offered(later, driven) == [Act.REVISE, Act.SUBMIT, Act.WITHDRAW]
    submitted = await later.submit(driven)
    now = replace(line, attributes=WRITTEN[3], schema_version=3, unit_value=3000)
    assert submitted.commitment.lines == (now,)
    assert (await later.reload(submitted)).commitment == submitted.commitment
    assert await detail_of(later, driven) == DetailedLine(line=now, name=SEED, unit=BAG.name, newest_version=3)
    assert (await events_of(later, driven))[-1] == (
        "submitted",
        {
            "lines": [{"id": line.id, "unit_value": 3000, "schema_version": 3, "attributes": WRITTEN[3]}],
            "upgraded": [{"position": 0, "aid_type": "seed", "from_version": 1, "to_version": 3}],
        },
    )


async def test_a_draft_of_the_present_version_says_nothing_of_upgrades(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    drafted, submitted = await events_of(world, driven)
    (line,) = driven.commitment.lines
    assert "upgraded" not in drafted[1]
    assert submitted[1] == {"lines": [{"id": line.id, "unit_value": 1000, "schema_version": 1}]}


async def test_what_an_upgrade_leaves_open_is_to_be_filled_in(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    later = under(world, kebun(3, {1: to_kilograms}))
    assert await refused(later, driven, InvalidInput) == [
        (
            "schema_newer",
            "/lines/0/schema_version",
            "this line was written by version 1 of the schema of seed, version 3 is in force now; fill in what is named below",
            3,
            1,
        ),
        ("required", "/lines/0/attributes/organic", "is required", "a value", None),
    ]
    filled = await revise(later, driven, WRITTEN[3])
    assert "upgraded" not in (await events_of(later, driven))[-1][1]
    done = await later.submit(filled)
    assert [(line.attributes, line.schema_version) for line in done.commitment.lines] == [(WRITTEN[3], 3)]


async def test_without_any_upgrade_attributes_go_on_as_they_are(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    assert await refused(under(world, kebun(2, {})), driven, InvalidInput) == [
        (
            "schema_newer",
            "/lines/0/schema_version",
            "this line was written by version 1 of the schema of seed, version 2 is in force now; fill in what is named below",
            2,
            1,
        ),
        (
            "additionalProperties",
            "/lines/0/attributes/grams",
            "is not known; known are: crop, kilograms, lots",
            ["crop", "kilograms", "lots"],
            500,
        ),
        ("required", "/lines/0/attributes/kilograms", "is required", "a value", None),
    ]
    wider = object_schema({"crop": CROP, "grams": GRAMS, "lots": LOTS, "note": CROP}, ["crop"], SEED, SOME)
    done = await under(world, kebun(2, {}, schema=wider, examples=({"crop": "cabai"},))).submit(driven)
    assert [(line.attributes, line.schema_version) for line in done.commitment.lines] == [(WRITTEN[1], 2)]


async def test_a_revision_carries_over_what_is_left_as_it_was(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    later = under(world, kebun(3))
    revised = await revise(later, driven, WRITTEN[1], quantity=25)
    (line,) = revised.commitment.lines
    assert (line.attributes, line.schema_version, line.unit_value, line.committed) == (WRITTEN[3], 3, 3000, 25)
    kind, payload = (await events_of(later, driven))[-1]
    assert (kind, payload["upgraded"]) == (
        "revised",
        [{"position": 0, "aid_type": "seed", "from_version": 1, "to_version": 3}],
    )
    assert [(line["attributes"], line["schema_version"]) for line in payload["lines"]] == [(WRITTEN[3], 3)]
    assert (await later.reload(revised)).commitment == revised.commitment


async def test_a_revision_may_say_by_which_version_it_is_written(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    later = under(world, kebun(3))
    with pytest.raises(InvalidInput) as caught:
        await revise(later, driven, {"crop": "bayam", "grams": 20})
    assert [one[:2] for one in told(caught.value)] == [
        ("additionalProperties", "/lines/0/attributes/grams"),
        ("required", "/lines/0/attributes/kilograms"),
        ("required", "/lines/0/attributes/organic"),
    ]
    for version in (0, 4, -1):
        with pytest.raises(InvalidInput) as caught:
            await revise(later, driven, WRITTEN[3], version=version)
        assert told(caught.value) == [
            (
                "schema_version",
                "/lines/0/schema_version",
                f"the schema of seed has the versions 1 to 3, given {version}",
                {"minimum": 1, "maximum": 3},
                version,
            )
        ]
    revised = await revise(later, driven, {"crop": "bayam", "grams": 20}, version=1)
    assert revised.commitment.lines[0].attributes == {"crop": "bayam", "kilograms": 0.02, "organic": False}


async def test_what_was_sent_back_is_carried_over_with_its_identifiers(world: World) -> None:
    lots = [commit.LineInput(aid_type="seed", quantity=5, attributes={**WRITTEN[1], "lots": ["a", "b"]})]
    driven = await world.assess(await world.drive(Step.SUBMITTED, lines=lots))
    back = await world.act(
        world.assessor,
        assess.request_revision,
        driven.commitment.id,
        reason="lot a is spoilt",
        expected_version=driven.commitment.version,
    )

    def without_a(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**to_kilograms(attributes), "lots": ["b"]}

    later = under(world, kebun(2, {1: without_a}))
    again = await later.submit(replace(driven, commitment=back))
    (line,) = again.commitment.lines
    assert (line.attributes, line.schema_version) == ({**WRITTEN[2], "lots": ["b"]}, 2)
    async with later.platform.database.read() as connection:
        kept = await connection.execute(select(tables.line_identifiers))
        assert [tuple(row) for row in kept] == [(line.id, "lot", "b")]


async def test_another_unit_asks_for_the_quantity_anew(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    later = under(world, kebun(2, unit=Unit("crate", Text("peti", "crate"))))
    assert await refused(later, driven, InvalidInput) == [
        (
            "unit_changed",
            "/lines/0/quantity",
            "seed is counted in crate (crate) now, this line was written in bag; give its quantity anew",
            "crate",
            "bag",
        )
    ]
    done = await later.submit(await revise(later, driven, WRITTEN[1], quantity=2))
    assert [(line.unit, line.committed, line.attributes) for line in done.commitment.lines] == [
        ("crate", 2, WRITTEN[2])
    ]
