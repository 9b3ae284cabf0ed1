"""How the platform is watched: log lines without personal data, figures for Prometheus, traces for OpenTelemetry.

Imports nothing else of ksbb. This package itself is cheap to import; `metrics` and `logs` bring their libraries.
"""

from ksbb.telemetry.tracing import traceparent

__all__ = ["traceparent"]
