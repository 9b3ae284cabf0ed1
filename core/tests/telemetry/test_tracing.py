"""Spans: off without cost, on with parents and links, and never with messages of errors."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ksbb.telemetry import traceparent, tracing

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-1bf7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"


def test_off_it_imports_nothing() -> None:
    code = """
import sys
from ksbb.telemetry import traceparent, tracing
tracing.configure()
with tracing.span("x", kind="server") as made:
    print(made, traceparent(), [name for name in sys.modules if name.startswith("opentelemetry")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert done.stdout == "None None []\n"


def test_an_endpoint_without_the_extra_is_told() -> None:
    code = """
import sys
sys.modules["opentelemetry.sdk"] = None
from ksbb.telemetry import tracing
tracing.configure()
tracing.configure()
print(tracing.is_on())
"""
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "NO_COLOR": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    told, off = done.stdout.splitlines()
    assert off == "False"
    assert "traces_off" in told
    assert "remedy=install ksbb[otel], or unset OTEL_EXPORTER_OTLP_ENDPOINT" in told.replace("'", "")


def test_an_endpoint_turns_it_on() -> None:
    code = "from ksbb.telemetry import tracing; tracing.configure(); print(tracing.is_on())"
    for more, on in (({}, "True"), ({"OTEL_SDK_DISABLED": "true"}, "False")):
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", **more}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
        assert done.stdout == f"{on}\n"


def test_a_span_with_parent_and_links(spans: InMemorySpanExporter) -> None:
    with tracing.span(
        "work",
        kind="consumer",
        parent=PARENT,
        links=[OTHER, OTHER, None, "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-00"],
    ):
        inside = traceparent()
    (made,) = spans.get_finished_spans()
    assert inside == f"00-0af7651916cd43dd8448eb211c80319c-{made.context.span_id:016x}-01"
    assert len(inside) == 55
    assert made.parent is not None
    assert made.parent.span_id == 0xB7AD6B7169203331
    assert [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in made.links] == [OTHER[3:-3]]
    assert (made.name, made.kind, made.status.status_code) == ("work", SpanKind.CONSUMER, StatusCode.UNSET)
    assert traceparent() is None


@pytest.mark.parametrize("parent", [None, "", "00-xyz", PARENT + "-more", PARENT.upper()])
def test_without_a_valid_parent_a_span_is_a_root(spans: InMemorySpanExporter, parent: str | None) -> None:
    with tracing.span("work", kind="server", parent=parent):
        pass
    assert spans.get_finished_spans()[0].parent is None


def test_an_error_is_told_by_its_type_alone(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Siti"), tracing.span("work", kind="server"):
        raise ValueError("Siti")
    (made,) = spans.get_finished_spans()
    assert (made.status.status_code, made.status.description, made.events) == (StatusCode.ERROR, None, ())
    assert made.attributes == {"error.type": "ValueError"}
