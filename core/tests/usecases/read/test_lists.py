"""Lists of commitments: filters, order and pages; the detail and its history."""

from datetime import date, timedelta
from typing import Any

import pytest

from ksbb.domain.commitments import AssessmentState, CommitmentStatus
from ksbb.domain.errors import InvalidInput
from ksbb.domain.quantities import Degree, Fulfilment
from ksbb.domain.targets import TargetKind
from ksbb.domain.text import Text
from ksbb.testing import Step, World
from ksbb.usecases import receive
from ksbb.usecases.read.chain import CommitmentQuery, LineSummary, list_commitments
from ksbb.usecases.read.detail import commitment_detail, history_of
from ksbb.usecases.read.paging import Asked


async def _numbers(world: World, asked: Asked | None = None, **wanted: Any) -> list[str]:
    async with world.platform.reading_desk(world.auditor) as desk:
        page = await list_commitments(desk, CommitmentQuery(**wanted), asked or Asked())
        return [item.number.removeprefix("PANGAN-2026-").lstrip("0") for item in page.items]


async def test_filters(world: World) -> None:
    await world.drive(Step.DRAFTED)  # 1
    world.clock.forward(timedelta(days=1))
    await world.drive(Step.ASSESSED)  # 2
    await world.receive(await world.allocate(await world.drive(Step.APPROVED), quantity=4), quantity=3)  # 3
    world.clock.forward(timedelta(days=1))
    await world.drive(Step.CLOSED)  # 4
    assert await _numbers(world) == ["4", "3", "2", "1"]
    assert await _numbers(world, statuses=[CommitmentStatus.DRAFT, CommitmentStatus.CLOSED]) == ["4", "1"]
    assert await _numbers(world, assessment=AssessmentState.PENDING) == ["1"]
    assert await _numbers(world, program_id="umkm") == []
    assert await _numbers(world, collaborator_id=world.executor_party.id) == []
    assert await _numbers(world, aggregator_id=world.aggregator_party.id, number="pangan-2026-00000") == [
        "4",
        "3",
        "2",
        "1",
    ]
    assert await _numbers(world, number="PANGAN-2026-000002") == ["2"]
    assert await _numbers(world, area_code="31") == ["4", "3", "2", "1"]
    assert await _numbers(world, area_code="31.71") == []
    assert await _numbers(world, target_kind=TargetKind.RW, synthetic=True) == ["4", "3", "2", "1"]
    assert await _numbers(world, synthetic=False) == []
    assert await _numbers(world, created_from=date(2026, 8, 4)) == ["4", "3", "2"]
    assert await _numbers(world, created_from=date(2026, 8, 4), created_to=date(2026, 8, 4)) == ["3", "2"]
    assert await _numbers(world, created_from=date.min, created_to=date.max) == ["4", "3", "2", "1"]
    assert await _numbers(world, received=Degree.NONE) == ["2", "1"]
    assert await _numbers(world, received=Degree.PARTIAL) == ["3"]
    assert await _numbers(world, received=Degree.COMPLETE) == ["4"]
    assert await _numbers(world, allocated=Degree.PARTIAL, handed_over=Degree.NONE) == ["3"]
    assert await _numbers(world, handed_over=Degree.COMPLETE) == ["4"]


async def test_one_whole_line_of_two_makes_a_partial_whole(world: World) -> None:
    lines = world.lines("pangan") + world.lines("pangan")
    driven = await world.drive(Step.APPROVED, lines=lines)
    first = driven.commitment.lines[0]
    async with world.platform.desk(world.aggregator) as desk:
        booked = [receive.LineQuantity(line_id=first.id, quantity=first.committed)]
        version = driven.commitment.version
        changed, _ = await receive.receive(desk, driven.commitment.id, lines=booked, expected_version=version)
    assert changed.fulfilment == Fulfilment(allocated=Degree.NONE, received=Degree.PARTIAL, handed_over=Degree.NONE)
    async with world.platform.reading_desk(world.auditor) as desk:
        (item,) = (await list_commitments(desk, CommitmentQuery(received=Degree.PARTIAL), Asked())).items
    assert item.fulfilment == changed.fulfilment
    assert [len(await _numbers(world, received=degree)) for degree in Degree] == [0, 1, 0]


@pytest.mark.parametrize(
    "sort", ["created", "-created", "number", "-number", "planned_handover_on", "-planned_handover_on"]
)
async def test_pages_hold_every_record_once(sort: str, world: World) -> None:
    for days in (20, 18, 20, 16, 18):
        await world.drive(Step.DRAFTED, planned_handover_on=date(2026, 8, 3) + timedelta(days=days))
    whole = await _numbers(world, Asked(sort=sort))
    expected = {
        "created": ["1", "2", "3", "4", "5"],
        "number": ["1", "2", "3", "4", "5"],
        "planned_handover_on": ["4", "2", "5", "1", "3"],
    }[sort.removeprefix("-")]
    assert whole == (expected[::-1] if sort.startswith("-") else expected)
    found: list[str] = []
    asked: Asked | None = Asked(limit=2, sort=sort)
    while asked is not None:
        async with world.platform.reading_desk(world.auditor) as desk:
            page = await list_commitments(desk, CommitmentQuery(), asked)
        found += [item.number[-1] for item in page.items]
        asked = Asked(limit=2, sort=sort, cursor=page.next) if page.next else None
    assert found == whole


async def test_an_unknown_order_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput) as raised:
        await _numbers(world, Asked(sort="colour"))
    assert raised.value.problems[0].pointer == "/query/sort"


async def test_a_record_is_readable_without_its_program(world: World) -> None:
    driven = await world.drive(Step.CONFIRMED)
    async with world.platform.reading_desk(world.auditor) as desk:
        page = await list_commitments(desk, CommitmentQuery(), Asked())
        found = await commitment_detail(desk, driven.commitment.id)
    (item,) = page.items
    line = LineSummary(
        aid_type="staple_food",
        name=Text("Paket sembako", "Staple food package"),
        unit=Text("paket", "package"),
        committed=10,
        cancelled=0,
        accepted=10,
    )
    assert item.lines == (line,)
    assert found.lines[0].name == line.name
    assert found.lines[0].line == driven.commitment.lines[0]
    assert found.latest_assessment is not None
    assert found.latest_assessment.state is AssessmentState.PASSED
    assert found.allocations[0].target.name == driven.target.name
    assert [receipt.lines for receipt in found.receipts] == [driven.receipt.lines if driven.receipt else ()]
    assert [sent.executor.name for sent in found.dispatches] == ["Relawan Contoh"]
    (handover,) = found.handovers
    assert (handover.report, handover.evidence_count) == (driven.report, 1)


async def test_history_comes_in_pages_and_names_no_recipient(world: World) -> None:
    driven = await world.drive(Step.CONFIRMED)
    async with world.platform.reading_desk(world.auditor) as desk:
        first = await history_of(desk, driven.commitment.id, Asked(limit=4))
        second = await history_of(desk, driven.commitment.id, Asked(limit=20, cursor=first.next))
    entries = [*first.items, *second.items]
    assert [entry.sequence for entry in entries] == list(range(1, driven.commitment.version + 1))
    assert (entries[0].organisation, entries[3].organisation) == ("PT Contoh Berbagi", None)
    assert second.next is None
    assert "Siti Contoh" not in str(entries)
