"""A flow run as it is watched: its ids on every log line, its duration and outcome counted, its span linked to the
requests that caused it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from structlog.contextvars import bind_contextvars, bound_contextvars

from ksbb.telemetry import metrics, tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span

Outcome = Literal["completed", "failed", "crashed"]


@dataclass(slots=True)
class FlowRun:
    """A run under way; `outcome` is what it will be counted as, "failed" until somebody says better."""

    program: str
    consumer: str
    outcome: Outcome = "failed"
    span: "Span | None" = None


_running: ContextVar[FlowRun | None] = ContextVar("ksbb_flow_run", default=None)


@contextmanager
def flow_run(*, program: str, consumer: str, traces: Iterable[str | None] = ()) -> Iterator[FlowRun]:
    """Watch a run: `consumer` is the flow of `program` ("ksbb" for core's), `traces` the `trace` of its outbox rows.

    Set `outcome` before the block ends; a block that raises counts as crashed.
    """
    tracing.configure()
    run = FlowRun(program, consumer)
    began = perf_counter()
    attributes = {"ksbb.program": program, "ksbb.consumer": consumer}
    mark = _running.set(run)
    try:
        with (
            bound_contextvars(program=program, consumer=consumer),
            tracing.span(f"{program} {consumer}", kind="consumer", links=traces, attributes=attributes) as run.span,
        ):
            yield run
            if run.outcome != "completed":
                tracing.fail(run.span, run.outcome)
    except BaseException:
        run.outcome = "crashed"
        raise
    finally:
        _running.reset(mark)
        metrics.FLOW_RUNS.labels(program, consumer, run.outcome).inc()
        metrics.FLOW_RUN_SECONDS.labels(program, consumer).observe(perf_counter() - began)


def named(run_id: str) -> None:
    """Tell Prefect's id of the present run: every further log line of it and its span carry the id."""
    bind_contextvars(flow_run_id=run_id)
    run = _running.get()
    if run is not None and run.span is not None:
        run.span.set_attribute("ksbb.flow_run_id", run_id)


def count_items(*, done: int, failed: int) -> None:
    """Count items that the present run worked on; nothing outside of a run."""
    run = _running.get()
    if run is not None:
        metrics.ITEMS.labels(run.program, run.consumer, "done").inc(done)
        metrics.ITEMS.labels(run.program, run.consumer, "failed").inc(failed)
