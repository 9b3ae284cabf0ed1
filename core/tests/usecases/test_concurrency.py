"""Many at once, each on a connection of its own: what must be done once is done once, and nobody sees a lock."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from sqlalchemy import Table, select

from ksbb.domain.errors import Conflict, InvalidInput, StaleVersion
from ksbb.domain.events import Event, broken_at
from ksbb.domain.quantities import LineBalance
from ksbb.domain.rights import Grant, Role
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.storage.rows import fetch_all
from ksbb.testing import Driven, Step, World
from ksbb.testing.world import NEED, SUBDISTRICT
from ksbb.usecases import accounts, allocate, commit, csv_import, hand_over, needs, parties, receive, targets
from ksbb.usecases.chain import load_commitment
from ksbb.usecases.platform import Platform

T = TypeVar("T")
MANY = 20


@pytest.fixture
async def crowded(world: World) -> Any:
    """The world on a database with a connection for each of many."""
    database = Database(world.platform.database.url, pool_size=MANY)
    yield replace_platform(world, Platform(database, world.platform.programs, world.platform.clock))
    await database.close()


def replace_platform(world: World, platform: Platform) -> World:
    return replace(world, platform=platform)


async def at_once(acts: Iterable[Awaitable[T]]) -> tuple[list[T], list[BaseException]]:
    """What was done, and what was refused."""
    outcomes = await asyncio.gather(*acts, return_exceptions=True)
    return (
        [one for one in outcomes if not isinstance(one, BaseException)],
        [one for one in outcomes if isinstance(one, BaseException)],
    )


async def rows_of(world: World, table: Table) -> list[dict[str, Any]]:
    async with world.platform.database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def sound(world: World) -> None:
    """Every chain of hashes is whole."""
    async with world.platform.database.read() as connection:
        table = tables.events
        events = await fetch_all(connection, select(table).order_by(table.c.stream, table.c.sequence), Event)
    for stream in {event.stream for event in events}:
        assert broken_at([event for event in events if event.stream == stream]) is None, stream


def promise(world: World, driven: Driven, quantity: int) -> Awaitable[Any]:
    return world.act(
        world.assessor,
        allocate.allocate,
        driven.commitment.id,
        line_id=driven.commitment.lines[0].id,
        target_id=driven.target.id,
        quantity=quantity,
        expected_version=driven.commitment.version,
    )


async def test_the_last_lot_is_promised_once(crowded: World) -> None:
    driven = await crowded.drive(Step.APPROVED)
    done, refused = await at_once(promise(crowded, driven, 10) for _ in range(MANY))
    assert len(done) == 1
    assert {type(error) for error in refused} == {StaleVersion}
    assert {error.current for error in refused if isinstance(error, StaleVersion)} == {driven.commitment.version + 1}
    driven = await crowded.reload(driven)
    assert driven.commitment.lines[0].balance == LineBalance(committed=10, allocated=10)
    assert [row["quantity"] for row in await rows_of(crowded, tables.allocations)] == [10]
    figures = {row["measure"]: row["quantity"] for row in await rows_of(crowded, tables.statistics_daily)}
    assert figures["allocated"] == 10
    await sound(crowded)


# On PostgreSQL only: SQLite has one writer, so that the second begins after the first.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_whoever_waited_for_the_lock_sees_what_was_done_meanwhile(crowded: World) -> None:
    driven = await crowded.drive(Step.ALLOCATED)

    async def later() -> Any:
        async with crowded.platform.desk(crowded.auditor) as desk:
            found = await load_commitment(desk, driven.commitment.id)
            event = await desk.unit.append(
                f"commitment:{found.id}", "seen", after=found.version, at=desk.now, account_id="a", role="r", payload={}
            )
            desk.unit.change(tables.commitments, {"id": found.id}, version=event.sequence)
            return found

    async with crowded.platform.desk(crowded.aggregator) as desk:
        line = receive.LineQuantity(line_id=driven.commitment.lines[0].id, quantity=7)
        done, _ = await receive.receive(
            desk, driven.commitment.id, lines=[line], expected_version=driven.commitment.version
        )
        waiting = asyncio.create_task(later())
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done()
    assert await waiting == done
    assert done.lines[0].received == 7
    await sound(crowded)


async def test_one_need_is_never_over_served_by_many(crowded: World) -> None:
    """Ten commitments of 30 want the last of a need of 100."""
    pledges = [
        await crowded.drive(
            Step.APPROVED, lines=crowded.lines("pangan", quantity=30), target=crowded.targets["pangan"][0]
        )
        for _ in range(10)
    ]
    done, refused = await at_once(promise(crowded, driven, 30) for driven in pledges)
    assert (len(done), {type(error) for error in refused}) == (NEED // 30, {InvalidInput})
    assert {str(error) for error in refused} == {
        "/quantity: at most 10 of the target's need is open (promises count), given 30"
    }
    served = [row for row in await rows_of(crowded, tables.needs) if row["promised"]]
    assert [(row["quantity"], row["promised"], row["accepted"]) for row in served] == [(NEED, 90, 0)]
    await sound(crowded)


async def test_reports_are_numbered_without_gaps(crowded: World) -> None:
    """Ten witnesses confirm at once; a third of them for naught, their numbers are given again."""
    ready = [await crowded.drive(Step.EVIDENCED, lines=crowded.lines("pangan", quantity=4)) for _ in range(9)]

    async def confirm(driven: Driven, position: int) -> str:
        assert driven.handover is not None
        async with crowded.platform.desk(crowded.witness) as desk:
            version = driven.commitment.version
            _, _, report = await hand_over.confirm(desk, driven.handover.id, expected_version=version)
            if position % 3 == 0:
                raise RuntimeError(report.number)
            return report.number

    done, failed = await at_once(confirm(driven, position) for position, driven in enumerate(ready))
    assert (len(done), {type(error) for error in failed}, len(failed)) == (6, {RuntimeError}, 3)
    reports = await rows_of(crowded, tables.reports)
    assert sorted(row["sequence"] for row in reports) == [1, 2, 3, 4, 5, 6]
    assert sorted(done) == [f"{number:04d}/BAST/KSBB-PANGAN/{SUBDISTRICT}/VIII/2026" for number in range(1, 7)]
    again = await crowded.confirm(await crowded.reload(ready[0]))
    assert again.report is not None
    assert again.report.sequence == 7
    await sound(crowded)


async def test_one_handover_is_decided_once(crowded: World) -> None:
    driven = await crowded.drive(Step.EVIDENCED)
    assert driven.handover is not None
    handover, version = driven.handover.id, driven.commitment.version

    def decide(position: int) -> Awaitable[Any]:
        if position % 2:
            return crowded.act(crowded.witness, hand_over.confirm, handover, expected_version=version)
        return crowded.act(crowded.witness, hand_over.refuse, handover, reason="kurang", expected_version=version)

    done, refused = await at_once(map(decide, range(10)))
    assert (len(done), {type(error) for error in refused}) == (1, {StaleVersion})
    (handed,) = await rows_of(crowded, tables.handovers)
    reports = await rows_of(crowded, tables.reports)
    balance = (await crowded.reload(driven)).commitment.lines[0].balance
    assert (handed["status"], len(reports), balance.accepted) in {("confirmed", 1, 10), ("refused", 0, 0)}
    await sound(crowded)


async def test_drafts_have_numbers_of_their_own(crowded: World) -> None:
    given = commit.CommitmentInput(
        program_id="pangan", lines=crowded.lines("pangan"), planned_handover_on=crowded.clock.now().date()
    )
    done, refused = await at_once(crowded.act(crowded.collaborator, commit.draft, given) for _ in range(MANY))
    assert refused == []
    assert sorted(one.number for one in done) == [f"PANGAN-2026-{number:06d}" for number in range(1, MANY + 1)]


def table_of(rows: Sequence[str], heading: str) -> bytes:
    return "\n".join([heading, *rows]).encode()


@pytest.mark.parametrize("backwards", [False, True])
async def test_the_same_targets_imported_at_once(crowded: World, *, backwards: bool) -> None:
    """Also in opposite order, where each could wait for the other."""
    rows = [f"{SUBDISTRICT}-RW{number:03d},rw,RW {number},{SUBDISTRICT}" for number in range(100, 160)]
    files = [
        table_of(rows, "code,kind,name,area_code"),
        table_of(rows[::-1] if backwards else rows, "code,kind,name,area_code"),
    ]
    done, refused = await at_once(
        crowded.act(crowded.secretariat, targets.import_targets, files[position % 2]) for position in range(6)
    )
    assert {str(error) for error in refused} <= {
        "/: somebody else has just stored the same record; read it again and retry"
    }
    assert {type(error) for error in refused} <= {Conflict}
    assert sum(one.new for one in done) == 60
    codes = Counter(row["code"] for row in await rows_of(crowded, tables.targets))
    assert set(codes.values()) == {1}
    assert len(codes) == 62
    again = await crowded.act(crowded.secretariat, targets.import_targets, files[0])
    assert again == csv_import.Imported(new=0, changed=0, unchanged=60)
    await sound(crowded)


async def test_the_same_needs_imported_at_once_in_opposite_order(crowded: World) -> None:
    await crowded.serve("persampahan")
    codes = [target.code for target in crowded.targets["persampahan"]]
    aids = [aid.id for aid in crowded.platform.programs.require("persampahan").program.aid_types]
    rows = [
        f"{code},persampahan,{aid},{number}7,Pendataan,2026-08-03"
        for number, aid in enumerate(aids, 1)
        for code in codes
    ]
    heading = "target_code,program_id,aid_type,quantity,source,as_of"
    files = [table_of(rows, heading), table_of(rows[::-1], heading)]
    done, refused = await at_once(
        crowded.act(crowded.secretariat, needs.import_needs, files[position % 2]) for position in range(6)
    )
    assert refused == []
    assert sorted((one.changed, one.unchanged) for one in done) == [(0, len(rows))] * 5 + [(len(rows), 0)]
    covered = {
        row["aid_type"]: row["need"]
        for row in await rows_of(crowded, tables.coverage)
        if row["program_id"] == "persampahan"
    }
    assert covered == {aid: 2 * int(f"{number}7") for number, aid in enumerate(aids, 1)}
    await sound(crowded)


async def test_imports_and_confirmations_do_not_lock_each_other_out(crowded: World) -> None:
    ready = [await crowded.drive(Step.EVIDENCED, lines=crowded.lines("pangan", quantity=5)) for _ in range(4)]
    rows = [f"{target.code},pangan,staple_food,90,Pendataan,2026-08-03" for target in crowded.targets["pangan"]]
    file = table_of(rows, "target_code,program_id,aid_type,quantity,source,as_of")
    imports = [crowded.act(crowded.secretariat, needs.import_needs, file) for _ in range(4)]
    acts: list[Awaitable[Any]] = [*map(crowded.confirm, ready), *imports]
    done, refused = await at_once(acts)
    assert (len(done), refused) == (8, [])
    served = [row for row in await rows_of(crowded, tables.needs) if row["accepted"]]
    assert [(row["quantity"], row["promised"], row["accepted"]) for row in served] == [(90, 0, 20)]
    await sound(crowded)


async def test_a_new_need_is_set_once(crowded: World) -> None:
    program = crowded.platform.programs.require("persampahan").program
    target = crowded.targets["pangan"][0]
    given = needs.NeedInput(
        target_id=target.id,
        program_id="persampahan",
        aid_type=program.aid_types[0].id,
        quantity=10,
        source="Pendataan",
        as_of=crowded.clock.now().date(),
    )
    done, refused = await at_once(
        crowded.act(crowded.assessor, needs.set_need, given, expected_version=None) for _ in range(8)
    )
    assert len(done) == 1
    assert {type(error) for error in refused} <= {Conflict, StaleVersion}
    assert [row["need"] for row in await rows_of(crowded, tables.coverage) if row["program_id"] == "persampahan"] == [
        10
    ]


Register = Callable[[World], Awaitable[object]]


def register_party(world: World) -> Awaitable[object]:
    return world.act(world.secretariat, parties.register_executor, name="Relawan Baru")


def register_target(world: World) -> Awaitable[object]:
    code = f"{SUBDISTRICT}-RW200"
    kind = world.targets["pangan"][0].kind
    return world.act(world.secretariat, targets.register, code=code, kind=kind, name="RW 200", area_code=SUBDISTRICT)


def register_account(world: World) -> Awaitable[object]:
    given = {"email": "baru@example.org", "name": "Baru", "password": "kata-sandi-panjang"}
    return world.act(world.admin, accounts.create, **given, grants=[Grant(role=Role.AUDITOR)])


@pytest.mark.parametrize("register", [register_party, register_target, register_account])
async def test_a_name_is_taken_once(crowded: World, register: Register) -> None:
    done, refused = await at_once(register(crowded) for _ in range(6))
    assert (len(done), {type(error) for error in refused}) == (1, {Conflict})
    await sound(crowded)


async def test_an_account_is_changed_by_one_at_a_time(crowded: World) -> None:
    async with crowded.platform.desk(crowded.admin) as desk:
        made = await accounts.create(
            desk, email="a@example.org", name="A", password="kata-sandi-panjang", grants=[Grant(role=Role.AUDITOR)]
        )
    grants = [Grant(role=Role.WITNESS), Grant(role=Role.AUDITOR)]
    done, refused = await at_once(
        crowded.act(crowded.admin, accounts.change, made.id, grants=grants, active=True, expected_version=1)
        for _ in range(6)
    )
    assert (len(done), {type(error) for error in refused}) == (1, {StaleVersion})
    held = [row["role"] for row in await rows_of(crowded, tables.grants) if row["account_id"] == made.id]
    assert sorted(held) == ["auditor", "witness"]
    await sound(crowded)
