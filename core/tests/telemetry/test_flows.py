"""A watched run: its ids on log lines, its outcome counted, its span linked."""

import asyncio
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from ksbb.telemetry import metrics
from ksbb.telemetry.flows import count_items, flow_run, named

LOG = structlog.get_logger("ksbb.test")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def counted(name: str, **labels: str) -> float:
    """The value of a figure of this process; 0 where there is none."""
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


def figures() -> dict[str, float]:
    """All figures of the runs of tests/watched."""
    run = {"program": "tests", "consumer": "watched"}
    outcomes = {one: counted("ksbb_flow_runs_total", **run, outcome=one) for one in ("completed", "failed", "crashed")}
    items = {one: counted("ksbb_items_total", **run, outcome=one) for one in ("done", "failed")}
    return {
        **{f"runs {name}": value for name, value in outcomes.items()},
        **{f"items {name}": value for name, value in items.items()},
        "timed": counted("ksbb_flow_run_seconds_count", **run),
    }


async def test_a_run_that_completes(lines: Any, spans: InMemorySpanExporter) -> None:
    before = figures()

    async def execute() -> None:
        named("run-1")
        LOG.info("item_done")
        count_items(done=3, failed=1)

    with flow_run(program="tests", consumer="watched", traces=[PARENT]) as run:
        await asyncio.create_task(execute())
        run.outcome = "completed"
    LOG.info("after")
    assert lines() == [
        {
            "event": "item_done",
            "level": "info",
            "program": "tests",
            "consumer": "watched",
            "flow_run_id": "run-1",
            "trace_id": f"{spans.get_finished_spans()[0].context.trace_id:032x}",
        },
        {"event": "after", "level": "info"},
    ]
    assert {name: value - before[name] for name, value in figures().items()} == {
        "runs completed": 1,
        "runs failed": 0,
        "runs crashed": 0,
        "items done": 3,
        "items failed": 1,
        "timed": 1,
    }
    (made,) = spans.get_finished_spans()
    assert made.name == "tests watched"
    assert made.attributes == {"ksbb.program": "tests", "ksbb.consumer": "watched", "ksbb.flow_run_id": "run-1"}
    assert [f"{link.context.span_id:016x}" for link in made.links] == ["b7ad6b7169203331"]
    assert made.status.status_code is StatusCode.UNSET


async def test_a_run_of_which_nobody_says_how_it_ended(spans: InMemorySpanExporter) -> None:
    before = figures()
    with flow_run(program="tests", consumer="watched"):
        pass
    assert figures()["runs failed"] - before["runs failed"] == 1
    assert spans.get_finished_spans()[0].status.status_code is StatusCode.ERROR


async def test_a_run_that_raises(spans: InMemorySpanExporter) -> None:
    before = figures()

    def crash() -> None:
        with flow_run(program="tests", consumer="watched") as run:
            run.outcome = "completed"
            raise OSError("away")

    with pytest.raises(OSError, match="away"):
        crash()
    assert figures()["runs crashed"] - before["runs crashed"] == 1
    assert figures()["runs completed"] == before["runs completed"]
    (made,) = spans.get_finished_spans()
    assert (made.status.status_code, dict(made.attributes or {})["error.type"]) == (StatusCode.ERROR, "OSError")


def test_items_outside_of_a_run_count_nowhere() -> None:
    before = figures()
    count_items(done=5, failed=5)
    assert figures() == before
