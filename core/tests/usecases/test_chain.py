"""The whole chain from a draft to a closed commitment, on both databases: whole states after it."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, select

from ksbb.domain.commitments import CommitmentStatus
from ksbb.domain.errors import StaleVersion
from ksbb.domain.events import Event, broken_at
from ksbb.domain.handovers import HandoverStatus
from ksbb.domain.quantities import Degree, Fulfilment, LineBalance
from ksbb.domain.targets import Need
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all, fetch_one
from ksbb.testing import Driven, Step, World
from ksbb.usecases import allocate, close, commit, hand_over, receive

TODAY = date(2026, 8, 3)
AREA = "31.71.06.1002"
VALUE = 200_000


async def rows_of(world: World, table: Table) -> list[dict[str, Any]]:
    async with world.platform.database.read() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row) for row in found.mappings()]


async def events_of(world: World, stream: str) -> list[Event]:
    table = tables.events
    async with world.platform.database.read() as connection:
        return await fetch_all(
            connection, select(table).where(table.c.stream == stream).order_by(table.c.sequence), Event
        )


async def need_of(world: World, driven: Driven) -> Need:
    table = tables.needs
    query = select(table).where(table.c.target_id == driven.target.id, table.c.aid_type == "staple_food")
    async with world.platform.database.read() as connection:
        found = await fetch_one(connection, query, Need)
    assert found is not None
    return found


def figure(
    measure: str, count: int, quantity: int, value: int, *, target: bool, aid_type: str = "staple_food"
) -> dict[str, Any]:
    """A row of the daily statistics; one about a target counts for its city, another for the preferred area."""
    return {
        "program_id": "pangan",
        "day": TODAY,
        "measure": measure,
        "city": "31.71" if target else "31",
        "donor_class": "enterprises",
        "target_kind": "rw",
        "aid_type": aid_type,
        "synthetic": True,
        "count": count,
        "quantity": quantity,
        "value": value,
    }


def by_measure(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows of each measure as one: a sum may be spread over several slots."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        measure = {name: value for name, value in row.items() if name != "slot"}
        known = found.setdefault(row["measure"], {**measure, "count": 0, "quantity": 0, "value": 0})
        for name in ("count", "quantity", "value"):
            known[name] += row[name]
    return found


async def test_all_accepted(world: World) -> None:
    driven = await world.drive(Step.CLOSED)
    commitment = driven.commitment
    line = commitment.lines[0]
    assert (commitment.number, commitment.status, commitment.version) == (
        "PANGAN-2026-000001",
        CommitmentStatus.CLOSED,
        11,
    )
    assert commitment.closed_at == world.clock.now()
    assert line.balance == LineBalance(committed=10, received=10, allocated=10, dispatched=10, accepted=10)
    assert line.unit_value == VALUE
    assert commitment.fulfilment == Fulfilment(
        allocated=Degree.COMPLETE, received=Degree.COMPLETE, handed_over=Degree.COMPLETE
    )
    need = await need_of(world, driven)
    assert (need.quantity, need.promised, need.accepted) == (100, 0, 10)
    served = [row for row in await rows_of(world, tables.coverage) if row["aid_type"] == "staple_food"]
    assert served == [
        {
            "program_id": "pangan",
            "aid_type": "staple_food",
            "area_code": AREA,
            "targets": 2,
            "need": 200,
            "pledged": 0,
            "promised": 0,
            "accepted": 10,
        }
    ]
    assert by_measure(await rows_of(world, tables.statistics_daily)) == {
        "commitment": figure("commitment", 1, 0, 10 * VALUE, target=False, aid_type=""),
        "committed": figure("committed", 1, 10, 10 * VALUE, target=False),
        "received": figure("received", 1, 10, 10 * VALUE, target=False),
        "allocated": figure("allocated", 1, 10, 10 * VALUE, target=True),
        "dispatched": figure("dispatched", 1, 10, 10 * VALUE, target=True),
        "accepted": figure("accepted", 1, 10, 10 * VALUE, target=True),
    }
    assert await rows_of(world, tables.participants) == [
        {"program_id": "pangan", "role": "aggregator", "party_id": world.aggregator_party.id, "since": TODAY},
        {"program_id": "pangan", "role": "collaborator", "party_id": world.collaborator_party.id, "since": TODAY},
    ]
    assert await rows_of(world, tables.reached) == [
        {"program_id": "pangan", "aid_type": "staple_food", "target_id": driven.target.id, "since": TODAY}
    ]
    assert driven.report is not None
    assert (driven.report.number, driven.report.sequence) == (f"0001/BAST/KSBB-PANGAN/{AREA}/VIII/2026", 1)
    assert driven.dispatch is not None
    assert driven.dispatch.number == f"0001/SJ/KSBB-PANGAN/{AREA}/VIII/2026"


async def test_every_act_answers_with_the_stored_commitment(world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    for step in list(Step)[1:]:
        driven = await world.advance(driven, step)
        assert (await world.reload(driven)).commitment == driven.commitment, step


async def test_events_and_outbox(world: World) -> None:
    driven = await world.drive(Step.CLOSED)
    events = await events_of(world, f"commitment:{driven.commitment.id}")
    people = {
        "collaborator": world.collaborator,
        "assessor": world.assessor,
        "aggregator": world.aggregator,
        "executor": world.executor,
        "witness": world.witness,
    }
    assert [(event.sequence, event.kind, event.role) for event in events] == [
        (1, "drafted", "collaborator"),
        (2, "submitted", "collaborator"),
        (3, "assessed", "system"),
        (4, "approved", "assessor"),
        (5, "allocated", "assessor"),
        (6, "received", "aggregator"),
        (7, "dispatched", "aggregator"),
        (8, "handover_recorded", "executor"),
        (9, "evidence_attached", "executor"),
        (10, "handed_over", "witness"),
        (11, "closed", "collaborator"),
    ]
    assert all(event.account_id == people[event.role].account_id for event in events if event.role != "system")
    assert broken_at(events) is None
    assert "Siti Contoh" not in str([event.payload for event in events])
    by_id = {event.id: event.kind for event in events}
    posted = [(row["consumer"], row["stage"], by_id[row["event_id"]]) for row in await rows_of(world, tables.outbox)]
    assert sorted(posted) == [
        ("handover_report", "handed_over", "handed_over"),
        ("pangan-assess", "submitted", "submitted"),
    ]


async def test_every_stream_is_sound(world: World) -> None:
    await world.drive(Step.CLOSED)
    streams = {row["stream"] for row in await rows_of(world, tables.events)}
    assert {stream.split(":")[0] for stream in streams} == {"commitment", "need", "party", "target"}
    for stream in streams:
        assert broken_at(await events_of(world, stream)) is None, stream


async def test_numbers_survive_the_database(world: World) -> None:
    """What a number is counts for the hash, not how it was written: PostgreSQL reads 5.0 and 1e20 in its own way."""
    async with world.platform.desk(world.admin) as desk:
        payloads: list[dict[str, Any]] = [{"a": [5.0, 1e20, -0.0, 0.1, 1e-7]}, {"b": {"c": 3.25e15}}]
        for position, payload in enumerate(payloads):
            await desk.unit.append(
                "test:numbers", "numbers", after=position, at=desk.now, account_id="test", role="admin", payload=payload
            )
    assert broken_at(await events_of(world, "test:numbers")) is None


async def test_partial_receipts_two_targets_shortfall_and_cancel(world: World) -> None:
    """10 committed: 6 to one target of which 1 is rejected and 2 get lost, 2 to another, 1 cancelled, 1 written off."""
    driven = await world.drive(Step.APPROVED)
    driven = await world.allocate(driven, quantity=6)
    line_id = driven.commitment.lines[0].id
    driven = await world.receive(driven, quantity=4)
    driven = await world.receive(driven, quantity=5)
    driven = await world.dispatch(driven)
    driven = await world.record(driven, rejected=1, lost=2, reason="Kemasan basah, dua paket hilang")
    driven = await world.confirm(await world.attach(driven))
    assert driven.commitment.lines[0].balance == LineBalance(
        committed=10, received=9, allocated=6, dispatched=6, accepted=3, rejected=1, lost=2
    )
    need = await need_of(world, driven)
    assert (need.promised, need.accepted) == (0, 3)

    done = await world.act(
        world.collaborator,
        close.cancel,
        driven.commitment.id,
        lines=[receive.LineQuantity(line_id=line_id, quantity=1)],
        reason="stok habis",
        expected_version=driven.commitment.version,
    )
    done, receipt = await world.act(
        world.aggregator,
        receive.write_off,
        done.id,
        lines=[receive.LineQuantity(line_id=line_id, quantity=1)],
        reason="kemasan rusak",
        expected_version=done.version,
    )
    assert (receipt.kind, receipt.note) == ("write_off", "kemasan rusak")
    second = world.targets["pangan"][1]
    done, _ = await world.act(
        world.assessor,
        allocate.allocate,
        done.id,
        line_id=line_id,
        target_id=second.id,
        quantity=2,
        expected_version=done.version,
    )
    other = await world.reload(Driven(step=Step.RECEIVED, commitment=done, target=second))
    open_ones = [row for row in await rows_of(world, tables.allocations) if row["target_id"] == second.id]
    async with world.platform.reading_desk(world.auditor) as desk:
        promised = await allocate.load_allocation(desk, done.id, open_ones[0]["id"])
    other = await world.advance(
        Driven(step=Step.RECEIVED, commitment=other.commitment, target=second, allocations=(promised,)), Step.CLOSED
    )
    assert other.commitment.lines[0].balance == LineBalance(
        committed=10,
        cancelled=1,
        received=9,
        written_off=1,
        allocated=8,
        dispatched=8,
        accepted=5,
        rejected=1,
        lost=2,
    )
    assert other.report is not None
    assert other.report.sequence == 2
    figures = by_measure(await rows_of(world, tables.statistics_daily))
    assert {measure: (row["count"], row["quantity"]) for measure, row in figures.items()} == {
        "commitment": (1, 0),
        "committed": (1, 10),
        "allocated": (2, 8),
        "received": (2, 9),
        "dispatched": (2, 8),
        "accepted": (2, 5),
        "rejected": (1, 1),
        "lost": (1, 2),
        "cancelled": (1, 1),
        "written_off": (1, 1),
    }
    covered = [row for row in await rows_of(world, tables.coverage) if row["aid_type"] == "staple_food"]
    assert (covered[0]["need"], covered[0]["promised"], covered[0]["accepted"]) == (200, 0, 5)


async def test_release_opens_need_and_line_again(world: World) -> None:
    driven = await world.drive(Step.ALLOCATED)
    done, released = await world.act(
        world.assessor,
        allocate.release,
        driven.commitment.id,
        driven.allocations[0].id,
        quantity=4,
        reason="sasaran sudah terbantu",
        expected_version=driven.commitment.version,
    )
    assert (released.released, released.open) == (4, 6)
    driven = await world.reload(driven)
    assert driven.commitment.version == done.version
    assert driven.commitment.lines[0].balance == LineBalance(committed=10, allocated=6)
    need = await need_of(world, driven)
    assert (need.promised, need.accepted) == (6, 0)


async def test_refused_handover_leaves_goods_in_transit(world: World) -> None:
    driven = await world.drive(Step.EVIDENCED)
    assert driven.handover is not None
    _, refused = await world.act(
        world.witness,
        hand_over.refuse,
        driven.handover.id,
        reason="jumlah tidak sesuai",
        expected_version=driven.commitment.version,
    )
    assert (refused.status, refused.decision_note) == (HandoverStatus.REFUSED, "jumlah tidak sesuai")
    driven = await world.reload(driven)
    assert driven.commitment.lines[0].balance == LineBalance(committed=10, received=10, allocated=10, dispatched=10)
    again = await world.advance(
        Driven(step=Step.DISPATCHED, commitment=driven.commitment, target=driven.target, dispatch=driven.dispatch),
        Step.CONFIRMED,
    )
    assert again.commitment.lines[0].balance.accepted == 10


async def test_of_two_at_once_one_wins(world: World) -> None:
    driven = await world.drive(Step.APPROVED)

    async def promise(quantity: int) -> object:
        return await world.act(
            world.assessor,
            allocate.allocate,
            driven.commitment.id,
            line_id=driven.commitment.lines[0].id,
            target_id=driven.target.id,
            quantity=quantity,
            expected_version=driven.commitment.version,
        )

    outcomes = await asyncio.gather(promise(7), promise(7), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [StaleVersion]
    driven = await world.reload(driven)
    assert driven.commitment.lines[0].balance == LineBalance(committed=10, allocated=7)


async def test_handovers_to_one_target_do_not_lock_each_other_out(world: World) -> None:
    """Two commitments with the same aid types in opposite order are confirmed while a third one holds a need."""
    program = world.platform.programs.require("pangan").program
    lines = [
        commit.LineInput(aid_type=aid_type.id, quantity=5, attributes=dict(aid_type.examples[0]))
        for aid_type in program.aid_types[:2]
    ]
    planned = date(2026, 8, 1)
    first = await world.drive(Step.EVIDENCED, lines=lines, planned_handover_on=planned)
    second = await world.drive(Step.EVIDENCED, lines=lines[::-1], planned_handover_on=planned)
    needs = tables.needs
    meals = select(needs).where(needs.c.target_id == first.target.id, needs.c.aid_type == "ready_meal")
    async with world.platform.database.write() as connection:
        await connection.execute(meals.with_for_update())
        tasks = []
        for one in (second, first):
            tasks.append(asyncio.create_task(world.confirm(one)))
            await asyncio.sleep(0.2)
    confirmed = await asyncio.gather(*tasks)
    assert sorted(one.report.sequence for one in confirmed if one.report) == [1, 2]
    served = {
        row["aid_type"]: row["accepted"]
        for row in await rows_of(world, tables.needs)
        if row["target_id"] == first.target.id
    }
    assert (served["staple_food"], served["ready_meal"]) == (10, 10)


@pytest.mark.parametrize(
    ("program_id", "quantity"),
    [("pendidikan", 10), ("umkm", 10), ("permukiman", 72), ("persampahan", 10), ("ketenagakerjaan", 50)],
)
async def test_every_program_goes_through(world: World, program_id: str, quantity: int) -> None:
    """The first example of each program passes its rules, with the quantity that the example's figures make."""
    lines = world.lines(program_id, quantity=quantity)
    driven = await world.drive(Step.CLOSED, program_id=program_id, lines=lines)
    assert driven.commitment.lines[0].balance == LineBalance(
        committed=quantity, received=quantity, allocated=quantity, dispatched=quantity, accepted=quantity
    )
    assert driven.report is not None
    assert driven.report.number == f"0001/BAST/KSBB-{program_id.upper()}/{AREA}/VIII/2026"
