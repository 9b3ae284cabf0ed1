"""Flows by schedule and at later stages: what they open, and that they open it once."""

import asyncio
import time
from datetime import date, timedelta
from typing import Any

import pytest

from ksbb.domain.follow_ups import FollowUpStatus
from ksbb.domain.rights import Role
from ksbb.flows.catalog import load_flow
from ksbb.flows.embedded import Scheduled
from ksbb.storage import tables
from ksbb.storage.rows import change
from ksbb.testing import Driven, Step
from ksbb.usecases import commit

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("prefect")]


def owed(rig: Any, program_id: str, kind: str, due_on: date) -> dict[str, Any]:
    """An open follow-up that the aggregator owes."""
    return {
        "program_id": program_id,
        "kind": kind,
        "due_on": due_on,
        "owner_role": Role.AGGREGATOR,
        "owner_party_id": rig.world.aggregator_party.id,
        "status": FollowUpStatus.OPEN,
    }


async def test_goods_near_their_expiry(rig: Any) -> None:
    lines = rig.lines("pangan", "staple_food", 10, expires_on="2027-04-01")
    held = await rig.world.drive(Step.RECEIVED, lines=lines)
    moved_on = await rig.world.drive(Step.CONFIRMED, lines=lines)
    for _ in range(2):
        await rig.engine.run_schedule("pangan.pangan-expiry-watch")
        assert await rig.follow_ups_of(held) == [owed(rig, "pangan", "goods_expire", date(2027, 4, 1))]
        assert await rig.follow_ups_of(moved_on) == []
    assert [run["state"] for run in rig.runs("pangan.pangan-expiry-watch")] == ["COMPLETED"] * 2


async def test_imeis_in_two_commitments(rig: Any) -> None:
    imeis = [luhn(f"0044020000100{number}") for number in range(10)]
    lines = rig.lines("pendidikan", "student_device", 10, imei=imeis)
    first = await rig.world.drive(Step.APPROVED, program_id="pendidikan", lines=lines)
    (second,) = await rig.submit_all("pendidikan", [10], lines=lines)
    await rig.engine.drain()
    (assessed,) = await rig.assessments_of(second)
    assert [(found["code"], found["pointer"]) for found in assessed["findings"]] == [
        ("imei_not_unique", f"/lines/0/attributes/imei/{number}") for number in range(10)
    ]
    assert imeis[0] not in str(assessed["findings"])
    for _ in range(2):
        await rig.engine.run_schedule("pendidikan.pendidikan-imei-sweep")
        for driven in (first, second):
            (opened,) = await rig.follow_ups_of(driven)
            assert (opened["kind"], opened["owner_role"]) == ("imei_clash", Role.ASSESSOR)


async def test_a_licence_that_runs_out(rig: Any) -> None:
    licence = rig.world.licence
    today = date(2026, 8, 3)
    try:
        for left, kinds in ((31, []), (30, ["licence_ends_30"]), (12, ["licence_ends_30", "licence_ends_14"])):
            async with rig.database.write() as connection:
                await change(connection, tables.licences, licence.id, valid_to=today + timedelta(days=left))
            for _ in range(2):
                await rig.engine.run_schedule("ksbb.licence_watch")
            found = await rig.rows(tables.follow_ups, subject_id=licence.id)
            assert [row["kind"] for row in found] == kinds
        assert {
            name: found[-1][name] for name in ("program_id", "due_on", "owner_role", "owner_party_id", "title_en")
        } == {
            "program_id": "ksbb",
            "due_on": today + timedelta(days=12),
            "owner_role": Role.AGGREGATOR,
            "owner_party_id": rig.world.aggregator_party.id,
            "title_en": f"Licence {licence.number} ends on 2026-08-15; renew it and register the new one",
        }
    finally:
        async with rig.database.write() as connection:
            await change(connection, tables.licences, licence.id, valid_to=licence.valid_to)


async def handed_over(rig: Any, program_id: str, lines: list[commit.LineInput]) -> Driven:
    """A commitment whose handover is confirmed and whose flows have run."""
    driven: Driven = await rig.world.drive(Step.CONFIRMED, program_id=program_id, lines=lines)
    await rig.engine.drain()
    return driven


async def test_enterprises_are_asked_after_six_months(rig: Any) -> None:
    driven = await handed_over(rig, "umkm", rig.world.lines("umkm"))
    assert await rig.follow_ups_of(driven) == [owed(rig, "umkm", "enterprise_six_months", date(2027, 2, 3))]


async def test_placement_is_asked_after_ninety_days(rig: Any) -> None:
    driven = await handed_over(rig, "ketenagakerjaan", rig.lines("ketenagakerjaan", "job_placement", 10))
    assert await rig.follow_ups_of(driven) == [
        owed(rig, "ketenagakerjaan", "placement_90_days", date(2026, 8, 3) + timedelta(days=90))
    ]


async def test_an_offtake_is_asked_every_month(rig: Any) -> None:
    lines = rig.lines("persampahan", "recyclable_offtake", 50)
    driven = await handed_over(rig, "persampahan", lines)
    months = rig.host.require("persampahan").settings.offtake_months
    days = [date(2026 + (8 + month - 1) // 12, (8 + month - 1) % 12 + 1, 3) for month in range(1, months + 1)]
    assert await rig.follow_ups_of(driven) == [owed(rig, "persampahan", "offtake_month", day) for day in days]


async def test_photos_of_works_are_asked_at_their_approval(rig: Any) -> None:
    lines = rig.lines("permukiman", "works", 72)
    start, end = (date.fromisoformat(str(lines[0].attributes[f"planned_{name}_on"])) for name in ("start", "end"))
    driven = await rig.world.drive(Step.ASSESSED, program_id="permukiman", lines=lines)
    await rig.engine.drain()
    assert await rig.follow_ups_of(driven) == []
    driven = await rig.world.approve(driven)
    await rig.engine.drain()
    assert await rig.follow_ups_of(driven) == [
        owed(rig, "permukiman", "photos_0", start),
        owed(rig, "permukiman", "photos_50", start + (end - start) // 2),
        owed(rig, "permukiman", "photos_100", end),
    ]


async def test_follow_ups_become_overdue(rig: Any) -> None:
    driven = await handed_over(rig, "umkm", rig.world.lines("umkm"))
    (before,) = await rig.rows(tables.follow_ups, commitment_id=driven.commitment.id)
    now = rig.clock.now()
    try:
        for forward, status in (
            (timedelta(0), FollowUpStatus.OPEN),
            (before["due_on"] - date(2026, 8, 3), FollowUpStatus.OPEN),
            (timedelta(days=1), FollowUpStatus.OVERDUE),
            (timedelta(days=1), FollowUpStatus.OVERDUE),
        ):
            rig.clock.forward(forward)
            await rig.engine.run_schedule("ksbb.follow_ups_due")
            (row,) = await rig.rows(tables.follow_ups, id=before["id"])
            assert row["status"] == status
        assert row["version"] == 2
        events = await rig.rows(tables.events, stream=f"follow_up:{before['id']}")
        assert [event["kind"] for event in events] == ["follow_up_opened", "follow_up_overdue"]
    finally:
        rig.clock.set(now)


async def test_needs_pass_into_their_next_period(rig: Any) -> None:
    """Three nights were missed; then one makes up for them."""
    first = rig.world.targets["pangan"][0]
    (before, *_) = await rig.rows(tables.needs, target_id=first.id, aid_type="eid_package")
    now = rig.clock.now()
    async with rig.database.write() as connection:
        await change(connection, tables.needs, before["id"], period="2026-08")
    try:
        rig.clock.forward(timedelta(days=95))
        for _ in range(2):
            await rig.engine.run_schedule("ksbb.needs_roll")
            (after,) = await rig.rows(tables.needs, id=before["id"])
            assert (after["period"], after["quantity"]) == ("2026-11", before["quantity"])
            past = await rig.rows(tables.need_periods, need_id=before["id"])
            assert [row["period"] for row in past] == ["2026-08", "2026-09", "2026-10"]
    finally:
        rig.clock.set(now)


async def test_an_unknown_schedule(rig: Any) -> None:
    with pytest.raises(LookupError, match=r"no schedule 'pangan\.rain'; known are: ksbb\.follow_ups_due, "):
        await rig.engine.run_schedule("pangan.rain")


async def test_a_schedule_fires_by_itself(rig: Any) -> None:
    every_three_seconds = Scheduled("test.ticking", load_flow("troubled_flows:ticking"), "* * * * * */3")
    ticks = rig.foreign.TICKS
    own = list(rig.engine._schedules.values())
    await rig.on_engine(lambda: rig.engine._prefect.deploy([*own, every_three_seconds]))
    started = time.monotonic()
    try:
        while len(ticks) < 3:
            assert time.monotonic() - started < 60, f"ticked {len(ticks)} times in a minute"
            await asyncio.sleep(0.5)
    finally:
        await rig.on_engine(lambda: rig.engine._prefect.deploy(own))
    assert ticks[2] - ticks[0] >= 2 * 3 - 1.5
    states = [run["state"] for run in rig.runs_of_flow("ticking")]
    assert states.count("COMPLETED") >= 3


def luhn(body: str) -> str:
    """A made-up IMEI: 14 digits and their check digit."""
    digits = [int(digit) * (2 if position % 2 else 1) for position, digit in enumerate(body)]
    return body + str(-sum(digit - 9 if digit > 9 else digit for digit in digits) % 10)
