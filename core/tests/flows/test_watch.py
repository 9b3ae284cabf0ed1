"""Runs of flows as they are watched: log lines with their ids, figures, spans linked to what caused them; old keys go."""

import logging
from collections.abc import Callable, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import func, select, update

from ksbb.domain.rights import SYSTEM
from ksbb.flows import core_flows
from ksbb.flows.context import EngineContext, enter
from ksbb.programs import ProgramHost
from ksbb.storage import tables
from ksbb.telemetry import metrics
from ksbb.testing import FakeClock
from ksbb.usecases.platform import Platform

PARENTS = [f"00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333{number}-01" for number in (1, 2)]
on_the_rig = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("prefect")]


@pytest.fixture
def told() -> list[dict[str, Any]]:
    """What is logged from now on, with what is bound to it."""
    lines: list[dict[str, Any]] = []

    def keep(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
        lines.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, keep],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    return lines


def counted(name: str, **labels: str) -> float:
    """The value of a figure of this process; 0 where there is none."""
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


class TestOnTheRig:
    """With a real Prefect."""

    pytestmark = on_the_rig

    async def test_a_batch(self, rig: Any, spans: InMemorySpanExporter, told: list[dict[str, Any]]) -> None:
        run = {"program": "flaky", "consumer": "assess"}
        names: dict[str, Callable[[], float]] = {
            "completed": lambda: counted("ksbb_flow_runs_total", **run, outcome="completed"),
            "timed": lambda: counted("ksbb_flow_run_seconds_count", **run),
            "done": lambda: counted("ksbb_items_total", **run, outcome="done"),
            "failed": lambda: counted("ksbb_items_total", **run, outcome="failed"),
        }
        before = {name: read() for name, read in names.items()}
        async with rig.pause():
            driven = [await rig.submit("flaky", quantity=quantity) for quantity in (10, 11)]
            # Once in the set of both, and once by itself
            rig.foreign.FAILURES[driven[0].commitment.number] = 2
            outbox = tables.outbox
            async with rig.database.write() as connection:
                for one, parent in zip(driven, PARENTS, strict=True):
                    where = (outbox.c.subject_id == one.commitment.id, outbox.c.consumer == "assess")
                    await connection.execute(update(outbox).where(*where).values(trace=parent))
            told.clear()
        await rig.engine.drain()
        grown = {name: read() - before[name] for name, read in names.items()}
        assert grown == {"completed": 1, "timed": 1, "done": 1, "failed": 1}
        (made,) = [made for made in spans.get_finished_spans() if made.name == "flaky assess"]
        attributes = dict(made.attributes or {})
        run_id = attributes.pop("ksbb.flow_run_id")
        assert attributes == {"ksbb.program": "flaky", "ksbb.consumer": "assess"}
        assert sorted(f"{link.context.span_id:016x}" for link in made.links) == [parent[36:52] for parent in PARENTS]
        (failed,) = [line for line in told if line["event"] == "item_failed"]
        assert (failed["program"], failed["consumer"], failed["flow_run_id"]) == ("flaky", "assess", run_id)

    async def test_a_run_that_fails(self, rig: Any, told: list[dict[str, Any]]) -> None:
        run = {"program": "crashing", "consumer": "assess"}
        before = counted("ksbb_flow_runs_total", **run, outcome="failed")
        await rig.submit_all("crashing", [10])
        await rig.engine.drain()
        assert counted("ksbb_flow_runs_total", **run, outcome="failed") - before == 1
        assert "flow_run_id" not in next(line for line in told if line["event"] == "batch_done")

    async def test_a_schedule(self, rig: Any) -> None:
        run = {"program": "ksbb", "consumer": "idempotency_purge"}
        before = counted("ksbb_flow_runs_total", **run, outcome="completed")
        await rig.engine.run_schedule("ksbb.idempotency_purge")
        assert counted("ksbb_flow_runs_total", **run, outcome="completed") - before == 1


@pytest.mark.parametrize("at_once", [1000, 7])
async def test_old_idempotency_keys_go(
    platform: Platform, programs: ProgramHost, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(core_flows, "KEYS_AT_ONCE", at_once)
    table, now = tables.idempotency, clock.now()
    ages = [timedelta(days=7, seconds=1)] * 20 + [timedelta(days=400), timedelta(days=7), timedelta(0)]
    async with platform.database.write() as connection:
        rows = [
            {
                "account_id": SYSTEM.account_id,
                "key": f"key-{number}",
                "request_sha256": "",
                "status": 200,
                "headers": {},
                "body": "",
                "created_at": now - age,
            }
            for number, age in enumerate(ages)
        ]
        await connection.execute(table.insert(), rows)
    enter(EngineContext(platform=platform, host=programs, public_url="https://ksbb.example"))
    for _ in range(2):
        await core_flows.idempotency_purge.fn()
        async with platform.database.read() as connection:
            left = (await connection.execute(select(table.c.key).order_by(table.c.key))).scalars().all()
            total = (await connection.execute(select(func.count()).select_from(table))).scalar_one()
        assert (list(left), total) == (["key-21", "key-22"], 2)
