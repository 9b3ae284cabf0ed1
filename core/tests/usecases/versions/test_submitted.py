"""What was submitted keeps version and schema for ever, whatever its program becomes."""

from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.commitments import AssessmentState
from ksbb.domain.errors import InvalidInput, Unavailable
from ksbb.domain.rights import SYSTEM
from ksbb.flows.bench import Bench
from ksbb.program import Case, Text
from ksbb.storage import tables
from ksbb.testing import Driven, Step, World
from ksbb.usecases import commit
from ksbb.usecases.read.acts import Act
from ksbb.usecases.read.aid_schemas import KeptSchema, kept_schema
from ksbb.usecases.read.chain import CommitmentQuery, LineSummary, list_commitments
from ksbb.usecases.read.detail import DetailedLine
from ksbb.usecases.read.paging import Asked
from ksbb.usecases.read.reports import gather_report

from .kebun import BAG, SCHEMAS, SEED, WRITTEN, kebun
from .life import detail_of, offered, refused, revise, told, under

URL = "https://ksbb.example"


async def test_what_is_submitted_keeps_its_version_to_the_end(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    later = under(world, kebun(3))
    async with later.platform.reading_desk(later.auditor) as desk:
        (listed,) = (await list_commitments(desk, CommitmentQuery(), Asked(limit=10))).items
    assert listed.lines == (
        LineSummary(aid_type="seed", name=SEED, unit=BAG.name, committed=10, cancelled=0, accepted=0),
    )
    driven = await later.advance(driven, Step.CLOSED)
    assert driven.assessment is AssessmentState.PASSED
    (closed,) = driven.commitment.lines
    assert (closed.attributes, closed.schema_version, closed.unit_value) == (WRITTEN[1], 1, 1000)
    assert await detail_of(later, driven) == DetailedLine(line=closed, name=SEED, unit=BAG.name, newest_version=3)
    assert driven.handover is not None
    said = []
    for platform in (world.platform, later.platform):
        async with platform.reading_desk(SYSTEM) as desk:
            said.append(await gather_report(desk, driven.handover.id, URL))
    assert said[0] == said[1]
    assert said[0].lines[0].specification == "Contoh: cabai; Contoh: 500"
    async with later.platform.reading_desk(later.auditor) as desk:
        assert await kept_schema(desk, "kebun", "seed", 1) == KeptSchema(
            program_id="kebun", aid_type="seed", version=1, name=SEED, unit=BAG.name, schema=dict(SCHEMAS[1])
        )


async def assessed(world: World, driven: Driven) -> list[dict[str, Any]]:
    """How the outbox row of the assessment stands after it was worked off as a program's flow does it, and what was found."""
    active = world.platform.programs.require("kebun")

    async def step(case: Case) -> None:
        await case.record_assessment(case.run_rules())

    async with world.platform.database.read() as connection:
        query = select(tables.outbox.c.id).where(tables.outbox.c.subject_id == driven.commitment.id)
        items = list((await connection.execute(query)).scalars())
    await Bench(world.platform, active).each(items, step)
    async with world.platform.database.read() as connection:
        work = (await connection.execute(select(tables.outbox.c.status, tables.outbox.c.reason))).one()
        found = (await connection.execute(select(tables.assessments))).mappings().one()
    return [{"status": work.status, "reason": work.reason}, {"state": found["state"], "findings": found["findings"]}]


async def test_newer_rules_answer_for_older_attributes(world: World) -> None:
    driven = await world.drive(Step.SUBMITTED)
    warned = {
        "code": "no_weight",
        "severity": "warn",
        "message": {"id": "Contoh", "en": "Example"},
        "pointer": "/lines/0/attributes/kilograms",
    }
    assert await assessed(under(world, kebun(3)), driven) == [
        {"status": "done", "reason": ""},
        {"state": "passed", "findings": [warned]},
    ]


async def test_a_newer_rule_that_raises_parks_the_assessment(world: World) -> None:
    poison = [commit.LineInput(aid_type="seed", quantity=5, attributes={"crop": "racun", "grams": 5})]
    driven = await world.drive(Step.SUBMITTED, lines=poison)
    reason = "rule weight raised KeyError: 'kilograms'"
    failed = {
        "code": "rule_failed",
        "severity": "block",
        "message": {"id": f"aturan program gagal: {reason}", "en": f"a rule of the program failed: {reason}"},
        "pointer": "",
    }
    assert await assessed(under(world, kebun(3)), driven) == [
        {"status": "parked", "reason": reason},
        {"state": "failed", "findings": [failed]},
    ]


async def test_after_a_downgrade_nothing_newer_is_judged(world: World) -> None:
    newer = under(world, kebun(2))
    drafted = await newer.drive(Step.DRAFTED)
    approved = await newer.drive(Step.APPROVED)
    (line,) = drafted.commitment.lines
    assert await detail_of(world, drafted) == DetailedLine(line=line, name=SEED, unit=BAG.name, newest_version=1)
    assert await offered(world, drafted) == [Act.REVISE, Act.WITHDRAW]
    problem = (
        "schema_ahead",
        "/lines/0/schema_version",
        "this line was written by version 2 of the schema of seed, but the program kebun that is installed knows versions up to 1 "
        "(install the newer version of the program again, or fill this line in anew)",
        {"maximum": 1},
        2,
    )
    assert await refused(world, drafted, Unavailable) == [problem]
    with pytest.raises(Unavailable) as caught:
        await revise(world, drafted, WRITTEN[2], quantity=3)
    assert told(caught.value) == [problem]
    closed = await world.advance(approved, Step.CLOSED)
    assert [line.schema_version for line in closed.commitment.lines] == [2]
    submitted = await newer.submit(drafted)
    assert [line.schema_version for line in submitted.commitment.lines] == [2]


async def test_after_a_downgrade_a_line_may_be_filled_in_anew(world: World) -> None:
    drafted = await under(world, kebun(2)).drive(Step.DRAFTED)
    done = await world.submit(await revise(world, drafted, WRITTEN[1]))
    assert [(line.attributes, line.schema_version) for line in done.commitment.lines] == [(WRITTEN[1], 1)]


async def test_an_aid_type_that_is_taken_no_more(world: World) -> None:
    fish = [commit.LineInput(aid_type="fish", quantity=5, attributes={})]
    drafted, submitted = [await world.drive(step, lines=fish) for step in (Step.DRAFTED, Step.SUBMITTED)]
    later = under(world, kebun(1, fish=False))
    (line,) = drafted.commitment.lines
    assert await detail_of(later, drafted) == DetailedLine(
        line=line, name=Text("Ikan", "Fish"), unit=BAG.name, newest_version=None
    )
    assert await offered(later, drafted) == [Act.REVISE, Act.WITHDRAW]
    assert await refused(later, drafted, InvalidInput) == [
        (
            "aid_type_gone",
            "/lines/0/aid_type",
            "program kebun doesn't take the aid type fish any more; change this line to one of seed, or remove it",
            ["seed"],
            "fish",
        )
    ]
    done = await later.submit(await revise(later, drafted, WRITTEN[1]))
    assert [line.aid_type for line in done.commitment.lines] == ["seed"]
    closed = await later.advance(submitted, Step.CLOSED)
    assert [(line.aid_type, line.accepted) for line in closed.commitment.lines] == [("fish", 5)]
