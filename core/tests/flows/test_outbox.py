"""The engine works the outbox off with a real Prefect: what passes, what is retried, what is set aside, and why."""

import asyncio
import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdf
import pytest

from ksbb.domain.commitments import AssessmentState
from ksbb.domain.rights import SYSTEM
from ksbb.flows.bench import MAX_ATTEMPTS
from ksbb.flows.claims import Batch
from ksbb.program import Stage
from ksbb.storage import tables
from ksbb.testing import Driven, Step
from ksbb.usecases.evidence import content_of
from ksbb.usecases.hand_over import RENDER_REPORT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("prefect")]

DONE = {"status": "done", "attempts": 0, "reason": ""}


async def standing(rig: Any, driven: Driven, consumer: str) -> dict[str, Any]:
    """How the work of a flow for a commitment stands."""
    row = await rig.work_of(driven, consumer)
    return {name: row[name] for name in ("status", "attempts", "reason")}


async def test_a_submitted_commitment_is_assessed(rig: Any) -> None:
    (driven,) = await rig.submit_all("pangan", [10])
    assert await rig.work_of(driven, "pangan-assess") | {"id": "", "event_id": ""} == {
        "id": "",
        "event_id": "",
        "program_id": "pangan",
        "consumer": "pangan-assess",
        "stage": Stage.SUBMITTED,
        "subject_id": driven.commitment.id,
        "status": "pending",
        "attempts": 0,
        "available_at": rig.clock.now(),
        "batch_id": None,
        "begun_at": None,
        "claimed_until": None,
        "losses": 0,
        "reason": "",
        "created_at": rig.clock.now(),
        "done_at": None,
        "trace": None,
    }
    await rig.engine.drain()
    assert await standing(rig, driven, "pangan-assess") == DONE
    assert (await rig.work_of(driven, "pangan-assess"))["done_at"] == rig.clock.now()
    assert await rig.assessments_of(driven) == [{"state": "passed", "findings": []}]
    assert (await rig.world.reload(driven)).commitment.assessment is AssessmentState.PASSED
    assert rig.runs("pangan pangan-assess × 1")[-1] == {
        "name": "pangan pangan-assess × 1",
        "flow": "pangan-assess",
        "state": "COMPLETED",
        "tags": ["pangan", "pangan-assess"],
    }


async def test_findings_are_kept_and_block(rig: Any) -> None:
    lines = rig.lines("pangan", "staple_food", 10, halal=False, expires_on="2026-09-01")
    (driven,) = await rig.submit_all("pangan", [10], lines=lines)
    await rig.engine.drain()
    (assessed,) = await rig.assessments_of(driven)
    assert assessed["state"] == "blocked"
    assert [(found["code"], found["severity"], found["pointer"]) for found in assessed["findings"]] == [
        ("not_halal", "block", "/lines/0/attributes/halal"),
        ("expires_too_early", "block", "/lines/0/attributes/expires_on"),
    ]
    assert await standing(rig, driven, "pangan-assess") == DONE


async def test_a_batch_of_several_programs(rig: Any) -> None:
    async with rig.pause():
        made = {
            program: [await rig.submit(program) for _ in range(count)]
            for program, count in (("pangan", 3), ("umkm", 2), ("persampahan", 1))
        }
    await rig.engine.drain()
    for program, consumer in (("pangan", "pangan-assess"), ("umkm", "umkm-assess"), ("persampahan", "assess")):
        for driven in made[program]:
            assert await standing(rig, driven, consumer) == DONE
            assert len(await rig.assessments_of(driven)) == 1
        assert rig.runs(f"{program} {consumer} × {len(made[program])}")[-1]["state"] == "COMPLETED"


async def test_a_rule_that_raises_concerns_its_commitment_alone(rig: Any) -> None:
    before, failed, after = await rig.submit_all("pangan", [9, 13, 11])
    await rig.engine.drain()
    reason = "rule unlucky raised ZeroDivisionError: division by zero"
    assert await standing(rig, failed, "pangan-assess") == {"status": "parked", "attempts": 1, "reason": reason}
    assert await rig.assessments_of(failed) == [
        {
            "state": "failed",
            "findings": [
                {
                    "code": "rule_failed",
                    "severity": "block",
                    "message": {
                        "id": f"aturan program gagal: {reason}",
                        "en": f"a rule of the program failed: {reason}",
                    },
                    "pointer": "",
                }
            ],
        }
    ]
    for driven in (before, after):
        assert await standing(rig, driven, "pangan-assess") == DONE
        assert (await rig.assessments_of(driven))[0]["state"] == "passed"


async def test_a_transient_failure_is_tried_again_after_growing_waits(rig: Any) -> None:
    reason = "ConnectionError: the register of companies doesn't answer"
    async with rig.pause():
        lasting, passing, sound = [await rig.submit("flaky") for _ in range(3)]
        rig.foreign.FAILURES.update({lasting.commitment.number: 99, passing.commitment.number: 2})
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        await rig.engine.drain()
        row = await rig.work_of(lasting, "assess")
        waits.append((row["available_at"] - rig.clock.now()).total_seconds())
        assert (row["attempts"], row["reason"], row["claimed_until"]) == (attempt, reason, None)
        if attempt < MAX_ATTEMPTS:
            assert row["status"] == "pending"
            assert await rig.assessments_of(lasting) == []
            rig.clock.forward(timedelta(seconds=waits[-1] - 1))
            await rig.engine.drain()
            assert (await rig.work_of(lasting, "assess"))["attempts"] == attempt
            rig.clock.forward(timedelta(seconds=1))
    assert waits == [10, 20, 40, 80, 160]
    assert (await rig.work_of(lasting, "assess"))["status"] == "parked"
    assert [one["state"] for one in await rig.assessments_of(lasting)] == ["failed"]
    assert await standing(rig, passing, "assess") == {"status": "done", "attempts": 2, "reason": reason}
    assert await standing(rig, sound, "assess") == DONE
    for driven in (passing, sound):
        assert [one["state"] for one in await rig.assessments_of(driven)] == ["passed"]


@pytest.mark.parametrize(
    ("program", "reason", "state"),
    [
        (
            "crashing",
            "RuntimeError: flow crashing-assess ended Failed: Flow run encountered an exception: "
            "RuntimeError: no room for 2 items",
            "FAILED",
        ),
        ("forgetful", "RuntimeError: the flow left this item undone", "COMPLETED"),
        ("absent", "RuntimeError: ModuleNotFoundError: No module named 'no_such_module'", None),
        (
            "unfit",
            "RuntimeError: TypeError: troubled_flows:FAILURES is Counter, expected a Prefect flow",
            None,
        ),
    ],
)
async def test_a_flow_at_fault_sets_its_own_batch_aside(rig: Any, program: str, reason: str, state: str | None) -> None:
    async with rig.pause():
        failed = [await rig.submit(program) for _ in range(2)]
        sound = await rig.submit("pangan")
    await rig.engine.drain()
    for driven in failed:
        assert await standing(rig, driven, "assess") == {"status": "pending", "attempts": 1, "reason": reason}
        assert await rig.assessments_of(driven) == []
    assert await standing(rig, sound, "pangan-assess") == DONE
    assert [run["state"] for run in rig.runs(f"{program} assess × 2")] == ([state] if state else [])


async def test_a_flow_that_awaits_for_ever_fails_in_time_and_holds_up_nobody(rig: Any) -> None:
    async with rig.pause():
        first, last = [await rig.submit("waiting") for _ in range(2)]
        work = await rig.work_of(last, "assess")
        async with rig.database.write() as connection:
            row = tables.outbox.update().where(tables.outbox.c.id == work["id"])
            await connection.execute(row.values(attempts=MAX_ATTEMPTS - 1))
    draining = asyncio.create_task(rig.engine.drain())
    while not rig.foreign.WAITING:
        await asyncio.sleep(0.05)
    later = await rig.submit("pangan")
    while (await standing(rig, later, "pangan-assess")) != DONE:
        await asyncio.sleep(0.1)
    assert (await standing(rig, first, "assess"))["attempts"] == 0
    await draining
    limit = f"Flow run exceeded timeout of {float(rig.engine._context.flow_seconds)} second(s)"
    reason = f"RuntimeError: flow waiting-assess ended TimedOut: {limit}"
    assert await standing(rig, first, "assess") == {"status": "pending", "attempts": 1, "reason": reason}
    assert await standing(rig, last, "assess") == {"status": "parked", "attempts": MAX_ATTEMPTS, "reason": reason}
    assert await rig.assessments_of(first) == []
    assert [one["state"] for one in await rig.assessments_of(last)] == ["failed"]
    assert [run["state"] for run in rig.runs("waiting assess × 2")] == ["FAILED"]


async def test_work_of_a_program_that_is_gone_waits_for_it(rig: Any) -> None:
    (driven,) = await rig.submit_all("pangan", [10])
    work = await rig.work_of(driven, "pangan-assess")
    moved = {"program_id": "seni_budaya", "consumer": "assess", "status": "pending"}
    for changes in (moved, {"program_id": "pangan", "consumer": "pangan-assess"}):
        async with rig.database.write() as connection:
            await connection.execute(tables.outbox.update().where(tables.outbox.c.id == work["id"]).values(**changes))
        await rig.engine.drain()
        row = await rig.work_of(driven, changes["consumer"])
        expected = "pending" if changes is moved else "done"
        assert (row["status"], row["attempts"], row["reason"], row["batch_id"] is None) == (
            expected,
            0,
            "",
            changes is moved,
        )


async def test_a_repeated_batch_has_its_effects_once(rig: Any) -> None:
    driven = await rig.world.drive(Step.CONFIRMED, program_id="umkm")
    (assessed,) = await rig.submit_all("umkm", [10])
    await rig.engine.drain()
    assess = await rig.work_of(assessed, "umkm-assess")
    (follow_up,) = await rig.rows(tables.outbox, subject_id=driven.handover.id, consumer="umkm-follow-up")
    events = await rig.rows(tables.events)
    for consumer, item in (("umkm-assess", assess["id"]), ("umkm-follow-up", follow_up["id"])):
        batch = Batch(id="again", program_id="umkm", consumer=consumer, items=(item, item))
        await rig.on_engine(lambda batch=batch: rig.engine._work_off(batch))
        assert rig.runs(f"umkm {consumer} × 2")[-1]["state"] == "COMPLETED"
    assert await rig.rows(tables.events) == events
    assert await rig.rows(tables.outbox, id=assess["id"]) == [assess]
    assert len(await rig.assessments_of(assessed)) == 1
    assert len(await rig.follow_ups_of(driven)) == 1


async def test_the_report_is_made_and_kept_with_its_hash(rig: Any) -> None:
    driven = await rig.world.drive(Step.CONFIRMED, program_id="pangan")
    await rig.engine.drain()
    (work,) = await rig.rows(tables.outbox, subject_id=driven.handover.id, consumer=RENDER_REPORT)
    assert (work["status"], work["reason"]) == ("done", "")
    (report,) = await rig.rows(tables.reports, handover_id=driven.handover.id)
    async with rig.world.platform.reading_desk(SYSTEM) as desk:
        media_type, content = await content_of(desk, report["file_sha256"])
    assert media_type == "application/pdf"
    assert hashlib.sha256(content).hexdigest() == report["file_sha256"]
    pages = pypdf.PdfReader(BytesIO(content)).pages
    text = " ".join(" ".join(page.extract_text().split()) for page in pages)
    for said in ("BERITA ACARA SERAH TERIMA BANTUAN", report["number"], driven.commitment.number, "Siti Contoh"):
        assert said in text
    assert rig.runs("pangan handover_report × 1")[-1]["state"] == "COMPLETED"


async def test_listeners_are_told_after_the_commit(rig: Any) -> None:
    driven = await rig.world.drive(Step.CLOSED, program_id="pangan")
    await rig.engine.drain()
    told = rig.diary.about(driven)
    assert [(event.stage, seen) for event, seen in told] == [
        (stage, True)
        for stage in ("submitted", "approved", "allocated", "received", "dispatched", "handed_over", "closed")
    ]
    assert {event.commitment_number for event, _ in told} == {driven.commitment.number}
    assert {event.program_id for event, _ in told} == {"pangan"}
    handed_over = next(event for event, _ in told if event.stage == Stage.HANDED_OVER)
    assert handed_over.data["report"]["number"] == driven.report.number
    assert handed_over.at == rig.clock.now()


async def test_a_listener_that_raises_is_counted_and_stops_nobody(rig: Any) -> None:
    failures = rig.host.failures["raiser"]
    (driven,) = await rig.submit_all("pangan", [10])
    await rig.engine.drain()
    assert rig.host.failures["raiser"] == failures + 1
    assert [event.stage for event, _ in rig.diary.about(driven)] == ["submitted"]
    assert await standing(rig, driven, "lifecycle") == DONE
