"""The figures of one process, for Prometheus. Several processes are scraped each by itself."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

_REQUEST_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_RUN_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)


def _counter(name: str, what: str, *labels: str) -> Counter:
    return Counter(name, what, labels, registry=REGISTRY)


def _histogram(name: str, what: str, buckets: Sequence[float], *labels: str) -> Histogram:
    return Histogram(name, what, labels, registry=REGISTRY, buckets=buckets)


REQUESTS = _counter("ksbb_http_requests", "HTTP requests that were answered", "method", "path_template", "status")
REQUEST_SECONDS = _histogram(
    "ksbb_http_request_seconds", "Seconds until the answer began", _REQUEST_BUCKETS, "method", "path_template"
)
ACTS = _counter(
    "ksbb_acts",
    "Acts by HTTP: done, replayed (the first answer again), refused, stale, unavailable, failed",
    "act",
    "outcome",
)
ACT_SECONDS = _histogram("ksbb_act_seconds", "Seconds that acts took", _REQUEST_BUCKETS, "act")
DATABASE_TROUBLE = _counter(
    "ksbb_database_trouble", "Requests that the database's trouble kept from being served", "trouble"
)
FLOW_RUNS = _counter(
    "ksbb_flow_runs", "Flow runs: completed, failed, crashed (never reached an end)", "program", "consumer", "outcome"
)
FLOW_RUN_SECONDS = _histogram(
    "ksbb_flow_run_seconds", "Seconds that flow runs took", _RUN_BUCKETS, "program", "consumer"
)
ITEMS = _counter(
    "ksbb_items", "Items of flow runs: done, failed (waits or is parked)", "program", "consumer", "outcome"
)
PROGRAM_FAILURES = _counter(
    "ksbb_program_failures", "Calls of programs' functions that failed or weren't done in time", "program", "what"
)
HOOK_FAILURES = _counter("ksbb_program_hook_failures", "Life-cycle hooks of a program that raised or hung", "program")
