"""Setting needs: tiers and periods, what is planned, and what targets may say of themselves. It is August 2026."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from ksbb.domain.errors import Forbidden, InvalidInput, Problem, StaleVersion
from ksbb.domain.rights import Actor, Role
from ksbb.domain.targets import Need, NeedPeriod
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.testing import Step, World
from ksbb.testing.world import NEED
from ksbb.usecases import needs
from ksbb.usecases.csv_import import DryRun, Imported, RowChange
from ksbb.usecases.needs import NeedInput

HEADING = "target_code,program_id,aid_type,quantity,source,as_of,tier,period"
DAY = date(2026, 8, 1)


def given(world: World, quantity: int = 120, **more: Any) -> NeedInput:
    first = world.targets["pangan"][0]
    said: dict[str, Any] = {"source": "Kelurahan", "as_of": DAY} | more
    return NeedInput(target_id=first.id, program_id="pangan", aid_type="staple_food", quantity=quantity, **said)


async def stands(world: World) -> Need:
    async with world.platform.database.read() as connection:
        table = tables.needs
        where = (table.c.target_id == world.targets["pangan"][0].id) & (table.c.aid_type == "staple_food")
        return (await fetch_all(connection, select(table).where(where), Need))[0]


async def periods(world: World) -> list[dict[str, Any]]:
    async with world.platform.database.read() as connection:
        found = await fetch_all(connection, select(tables.need_periods).order_by(tables.need_periods.c.id), NeedPeriod)
    return [
        {"period": one.period, "state": str(one.state), "quantity": one.quantity, "tier": one.tier} for one in found
    ]


async def set_by(world: World, actor: Actor, need: NeedInput) -> Need:
    version = (await stands(world)).version
    return await world.act(actor, needs.set_need, need, expected_version=version)


async def refusal(world: World, need: NeedInput) -> tuple[str, str, str]:
    with pytest.raises(InvalidInput) as caught:
        await set_by(world, world.assessor, need)
    (problem,) = caught.value.problems
    return problem.code, problem.pointer, problem.message.en


def csv(world: World, *rows: str) -> bytes:
    code = world.targets["pangan"][0].code
    return "\n".join([HEADING, *(f"{code},pangan,staple_food,{row}" for row in rows)]).encode()


async def test_tier_and_period_stay_until_somebody_says_more(world: World) -> None:
    assert ((await stands(world)).tier, (await stands(world)).period) == ("normal", "")
    made = await set_by(world, world.assessor, given(world, tier="high", period="2026-08"))
    again = await set_by(world, world.assessor, given(world, 130))
    assert again == await stands(world)
    assert (again.quantity, again.tier, again.period, again.version) == (130, "high", "2026-08", made.version + 1)
    cleared = await set_by(world, world.assessor, given(world, 130, tier="normal", period=""))
    assert (cleared.tier, cleared.period) == ("normal", "")


async def test_a_later_period_is_planned_and_planned_anew(world: World) -> None:
    before = await set_by(world, world.assessor, given(world, period="2026-08"))
    planned = await set_by(world, world.assessor, given(world, 7, period="2026-09", tier="extreme"))
    assert planned.version == before.version + 1
    assert (await stands(world), planned.quantity) == (planned, 120)
    await set_by(world, world.assessor, given(world, 8, period="2026-09"))
    await set_by(world, world.assessor, given(world, 9, period="2026-10"))
    assert await periods(world) == [
        {"period": "2026-09", "state": "planned", "quantity": 8, "tier": "normal"},
        {"period": "2026-10", "state": "planned", "quantity": 9, "tier": "normal"},
    ]
    async with world.platform.database.read() as connection:
        events = tables.events
        query = select(events.c.kind).where(events.c.stream == f"need:{planned.id}").order_by(events.c.sequence)
        kinds = list((await connection.execute(query)).scalars())
    assert kinds == ["need_set", "need_set", "need_planned", "need_planned", "need_planned"]


async def test_a_need_without_end_is_in_all_periods_until_today(world: World) -> None:
    await set_by(world, world.assessor, given(world, 5, period="2026-09"))
    assert [one["period"] for one in await periods(world)] == ["2026-09"]
    assert (await stands(world)).quantity == NEED
    present = await set_by(world, world.assessor, given(world, 5, period="2026"))
    assert (present.quantity, present.period) == (5, "2026")


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (
            {"tier": "huge"},
            ("tier_unknown", "/tier", "the vulnerability tier must be normal, vulnerable, high, extreme, given 'huge'"),
        ),
        (
            {"period": "August"},
            ("period_form", "/period", "a period is written as 2026, 2026-11, 2026-W48, given 'August'"),
        ),
        ({"period": "2026-07"}, ("period_over", "/period", "the period 2026-07 is over")),
        (
            {"period": "2026"},
            ("period_before", "/period", "the period 2026 begins before the need's present one, 2026-08"),
        ),
        ({"quantity": -1}, ("negative", "/quantity", "a quantity can't be negative")),
        (
            {"quantity": 9},
            ("need_below_promises", "/quantity", "the need is at least 10: that much is promised or accepted already"),
        ),
    ],
)
async def test_what_is_refused(world: World, wrong: Mapping[str, Any], expected: tuple[str, str, str]) -> None:
    await world.drive(Step.ALLOCATED)
    await set_by(world, world.assessor, given(world, period="2026-08"))
    before = (await stands(world), await periods(world))
    assert await refusal(world, given(world, **{"quantity": 120, **wrong})) == expected
    assert (await stands(world), await periods(world)) == before


async def test_a_plan_has_no_floor_but_an_old_version_is_refused(world: World) -> None:
    await world.drive(Step.ALLOCATED)
    await set_by(world, world.assessor, given(world, 3, period="2026-09"))
    with pytest.raises(StaleVersion):
        await world.act(world.assessor, needs.set_need, given(world), expected_version=1)


async def test_a_table_with_the_present_and_later_periods(world: World) -> None:
    first = csv(world, "50,A,2026-08-01,high,2026-09", "40,A,2026-08-01,vulnerable,2026-08")
    assert await world.act(world.secretariat, needs.import_needs, first) == Imported(1, 1, 0)
    stored = await stands(world)
    assert (stored.quantity, stored.tier, stored.period) == (40, "vulnerable", "2026-08")
    assert await periods(world) == [{"period": "2026-09", "state": "planned", "quantity": 50, "tier": "high"}]
    assert await world.act(world.secretariat, needs.import_needs, first) == Imported(0, 0, 2)
    empty = csv(world, "41,A,2026-08-01,,")
    assert await world.act(world.secretariat, needs.import_needs, empty) == Imported(0, 1, 0)
    assert ((await stands(world)).quantity, (await stands(world)).tier) == (41, "vulnerable")


async def test_every_wrong_tier_and_period_of_a_table_is_named(world: World) -> None:
    await set_by(world, world.assessor, given(world, period="2026-08"))
    content = csv(
        world,
        "1,A,2026-08-01,huge,soon",
        "1,A,2026-08-01,,2026-07",
        "1,A,2026-08-01,,2026",
        "1,A,2026-08-01,,2026-09",
        "1,A,2026-08-01,,2026-09",
        "1,A,2026-08-01,,",
        "1,A,2026-08-01,,2026-08",
    )
    with pytest.raises(InvalidInput) as caught:
        await world.act(world.secretariat, needs.import_needs, content)
    assert [(one.pointer, one.message.en) for one in caught.value.problems] == [
        ("/rows/1/period", "row 1, column period: must be 2026, 2026-11, 2026-W48, given 'soon'"),
        ("/rows/1/tier", "row 1, column tier: must be normal, vulnerable, high, extreme, given 'huge'"),
        ("/rows/2/period", "row 2, column period: the period 2026-07 is over"),
        (
            "/rows/3/period",
            "row 3, column period: the period 2026 begins before the need's present one, 2026-08",
        ),
        ("/rows/5/target_code", "row 5, column target_code: this need stands twice"),
        ("/rows/7/target_code", "row 7, column target_code: this need stands twice"),
    ]
    assert await periods(world) == []


async def test_a_dry_run_tells_the_differences_and_stores_nothing(world: World) -> None:
    code = world.targets["pangan"][0].code
    content = csv(world, "40,A,2026-08-03,high,", "50,B,2026-08-01,,2026-09")
    before = (await stands(world), await periods(world))
    told = await world.act(world.secretariat, needs.import_needs, content, dry_run=True)
    planned = {"quantity": 50, "tier": "high", "period": "2026-09", "source": "B", "as_of": DAY}
    changed = {"quantity": 40, "tier": "high", "source": "A"}
    assert told == DryRun(
        1,
        1,
        0,
        (
            RowChange(
                1,
                f"{code}/pangan/staple_food",
                new=False,
                before={"quantity": NEED, "tier": "normal", "source": "Data contoh"},
                after=changed,
            ),
            RowChange(2, f"{code}/pangan/staple_food", new=True, before={}, after=planned),
        ),
    )
    assert (await stands(world), await periods(world)) == before
    assert await world.act(world.secretariat, needs.import_needs, content) == Imported(1, 1, 0)
    with pytest.raises(Forbidden):
        await world.act(world.auditor, needs.import_needs, content, dry_run=True)


async def test_a_target_sets_its_own_needs(world: World) -> None:
    await set_by(world, world.assessor, given(world, tier="high"))
    code = world.targets["pangan"][0].code
    made = await set_by(world, world.recipient, given(world, 90, source="Ketua RW"))
    assert (made.quantity, made.tier, made.source) == (90, "high", f"{code}: Ketua RW")
    again = await set_by(world, world.recipient, given(world, 91, source=made.source, tier="high"))
    assert again.source == made.source
    async with world.platform.database.read() as connection:
        events = tables.events
        query = select(events.c.role, events.c.account_id).where(
            events.c.stream == f"need:{made.id}", events.c.sequence == made.version
        )
        assert (await connection.execute(query)).one() == ("recipient", world.recipient.account_id)


async def test_a_target_leaves_the_tier_to_the_assessor(world: World) -> None:
    with pytest.raises(Forbidden) as caught:
        await set_by(world, world.recipient, given(world, tier="extreme"))
    assert caught.value.problems == (
        Problem(
            code="tier_of_assessor",
            message=Text(
                "tingkat kerentanan ditetapkan penilai; kirim kebutuhan tanpa tier, atau dengan normal",
                "the vulnerability tier is the assessor's; send the need without tier, or with normal",
            ),
            pointer="/tier",
            expected="normal",
            given="extreme",
        ),
    )


async def test_a_target_stays_above_what_is_promised(world: World) -> None:
    await world.drive(Step.ALLOCATED)
    with pytest.raises(InvalidInput) as caught:
        await set_by(world, world.recipient, given(world, 9))
    assert [problem.code for problem in caught.value.problems] == ["need_below_promises"]


async def test_a_target_sets_no_others_needs(world: World) -> None:
    first, second = world.targets["pangan"]
    other = await world.account(Role.RECIPIENT, target_id=second.id)
    nobody = await world.account(Role.AUDITOR, target_id=first.id)
    for actor in (other, nobody):
        with pytest.raises(Forbidden) as caught:
            await set_by(world, actor, given(world))
        assert [problem.code for problem in caught.value.problems] == ["right_missing"]
    elsewhere = await world.account(Role.RECIPIENT, target_id=first.id, program_id="umkm")
    with pytest.raises(Forbidden):
        await set_by(world, elsewhere, given(world))
