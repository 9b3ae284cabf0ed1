"""Traces: a request, and the flows that its outbox rows cause, as spans of OpenTelemetry.

Off, and free of cost, unless `OTEL_EXPORTER_OTLP_ENDPOINT` says where spans go and the extra `ksbb[otel]` is installed.
Spans carry ids, never bodies, messages of errors or personal data.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanContext, Tracer

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
MOST_LINKS = 128
"""Links that a span keeps; more are cut off by the SDK's default as well."""


class _State:
    """The tracer of this process, None while traces are off; `asked` once the environment was read."""

    tracer: "Tracer | None" = None
    asked = False


def configure() -> None:
    """Read the environment once, and send spans where it says. The other variables of OpenTelemetry hold too.

    An endpoint without the extra is told in a log line; the platform runs without traces then.
    """
    if _State.asked:
        return
    _State.asked = True
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or not any(os.environ.get(name) for name in _ENDPOINTS):
        return
    try:
        from opentelemetry import trace  # noqa: PLC0415 - paid for only where traces are wanted
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        import structlog  # noqa: PLC0415 - `traceparent` must not need it

        structlog.get_logger("ksbb.telemetry").warning(
            "traces_off", reason=str(error), remedy="install ksbb[otel], or unset OTEL_EXPORTER_OTLP_ENDPOINT"
        )
        return
    service = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "ksbb"), "service.version": version("ksbb")}
    provider = TracerProvider(resource=Resource.create(service))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    # Prefect's own spans of runs and tasks go the same way.
    trace.set_tracer_provider(provider)
    use(provider)


def use(provider: "TracerProvider | None") -> None:
    """Make spans with this provider; None: make none."""
    _State.asked = True
    _State.tracer = provider.get_tracer("ksbb", version("ksbb")) if provider else None


def is_on() -> bool:
    """Whether spans are made."""
    return _State.tracer is not None


def traceparent() -> str | None:
    """The present span as a W3C `traceparent` of 55 characters, to keep with what the span causes; None outside of one."""
    if _State.tracer is None:
        return None
    from opentelemetry import trace  # noqa: PLC0415 - imported already where there is a tracer

    found = trace.get_current_span().get_span_context()
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}" if found.is_valid else None


@contextmanager
def span(
    name: str,
    *,
    kind: Literal["server", "consumer"],
    parent: str | None = None,
    links: Iterable[str | None] = (),
    attributes: Mapping[str, str | int] | None = None,
) -> Iterator["Span | None"]:
    """A span around the block; None where traces are off.

    `parent` and `links` are `traceparent`s; those that aren't valid, and None, are left out. A block that raises ends
    its span as an error, with the error's type alone.
    """
    if _State.tracer is None:
        yield None
        return
    from opentelemetry import trace  # noqa: PLC0415 - imported already where there is a tracer

    above = _context_of(parent)
    linked = [trace.Link(found) for found in map(_context_of, dict.fromkeys(links)) if found is not None]
    with _State.tracer.start_as_current_span(
        name,
        context=trace.set_span_in_context(trace.NonRecordingSpan(above)) if above else None,
        kind=trace.SpanKind.SERVER if kind == "server" else trace.SpanKind.CONSUMER,
        links=linked[:MOST_LINKS],
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield made
        except BaseException as error:
            fail(made, type(error).__name__)
            raise


def fail(made: "Span | None", kind: str) -> None:
    """Mark a span as failed, by the kind of the error."""
    if made is not None:
        from opentelemetry import trace  # noqa: PLC0415 - imported already where there is a span

        made.set_attribute("error.type", kind)
        made.set_status(trace.Status(trace.StatusCode.ERROR))


def _context_of(parent: str | None) -> "SpanContext | None":
    from opentelemetry import trace  # noqa: PLC0415 - imported already where there is a tracer

    found = _TRACEPARENT.fullmatch(parent or "")
    if found is None:
        return None
    trace_id, span_id, flags = (int(part, 16) for part in found.groups())
    context = trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=trace.TraceFlags(flags))
    return context if context.is_valid else None
