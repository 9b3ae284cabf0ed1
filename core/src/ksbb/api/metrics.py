"""`/metrics` for Prometheus: the figures of this process, and those of the database as they are at the scrape."""

import platform as machine
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from ipaddress import ip_address

from litestar import MediaType, Response, get
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from ksbb.api import auth
from ksbb.api.context import ApiRequest, Context, context
from ksbb.domain.rights import Permission, require
from ksbb.storage.trouble import trouble_of
from ksbb.telemetry.metrics import REGISTRY
from ksbb.usecases.engine import waits_for_program
from ksbb.usecases.read.backlog import Backlog, read_backlog

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")


@get("/metrics", include_in_schema=False, middleware=[auth.Authentication])
async def metrics(request: ApiRequest) -> Response[bytes]:
    """Figures in the format that Prometheus asks for.

    For programs on the same machine, and for accounts that manage the engine: what the figures tell of the city's work in
    progress isn't public. A request that came through a proxy doesn't count as from the same machine.
    """
    if not _is_local(request):
        require(request.user, Permission.MANAGE_ENGINE)
    found = context(request.app)
    backlog: list[Backlog] | None
    try:
        async with found.platform.database.read() as connection:
            backlog = await read_backlog(connection)
    except Exception as error:
        if trouble_of(error) is None:
            raise
        backlog = None
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    body: bytes = encode(_Scrape(found, backlog))
    return Response(body, media_type=media_type or MediaType.TEXT)


def _is_local(request: ApiRequest) -> bool:
    client = request.client.host if request.client else ""
    try:
        loopback = ip_address(client).is_loopback
    except ValueError:
        return False
    return loopback and not any(name in request.headers for name in _FORWARDED)


class _Scrape(CollectorRegistry):
    """What this process counted, and the given state of the platform."""

    def __init__(self, found: Context, backlog: list[Backlog] | None) -> None:
        super().__init__()
        self._found = found
        self._backlog = backlog

    def collect(self) -> Iterable[Metric]:
        """All figures."""
        yield from REGISTRY.collect()
        yield from self._platform()
        yield from self._pool()
        yield from self._outbox()

    def _platform(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("ksbb_build_info", "Which version runs", labels=["version", "python"])
        build.add_metric([version("ksbb"), machine.python_version()], 1)
        yield build
        statuses = GaugeMetricFamily("ksbb_program", "Programs by their state", labels=["program", "state"])
        for status in self._found.host.statuses():
            statuses.add_metric([status.id, str(status.state)], 1)
        yield statuses
        engine = GaugeMetricFamily("ksbb_engine", "The engine in this process by its state", labels=["state"])
        engine.add_metric([self._found.engine()], 1)
        yield engine

    def _pool(self) -> Iterator[Metric]:
        pool = self._found.platform.database.pool
        yield GaugeMetricFamily("ksbb_database_pool_size", "Connections that the pool may hold", value=pool.size)
        yield GaugeMetricFamily("ksbb_database_pool_used", "Connections in use", value=pool.used)
        yield GaugeMetricFamily("ksbb_database_pool_waiting", "Transactions that wait for one", value=pool.waiting)

    def _outbox(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("ksbb_database_up", "Whether the database answered this scrape")
        up.add_metric([], 0 if self._backlog is None else 1)
        yield up
        if self._backlog is None:
            return
        labels = ["program", "consumer", "status"]
        depth = GaugeMetricFamily("ksbb_outbox_items", "Work in the outbox that isn't done", labels=labels)
        age = GaugeMetricFamily(
            "ksbb_outbox_oldest_seconds", "Seconds since the oldest pending work fell due", labels=labels[:2]
        )
        now = self._found.platform.clock.now()
        for waiting in self._backlog:
            away = waiting.status == "pending" and waits_for_program(
                self._found.host, waiting.program_id, waiting.consumer
            )
            status = "away" if away else waiting.status
            depth.add_metric([waiting.program_id, waiting.consumer, status], waiting.items)
            if status == "pending":
                age.add_metric([waiting.program_id, waiting.consumer], waiting.age(now))
        yield from (depth, age)
