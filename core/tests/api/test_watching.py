"""What is logged, counted and traced of requests, and who may see the figures."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import httpx
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select, update

from ksbb.api.auth import access_token
from ksbb.domain.rights import Permission
from ksbb.storage import tables
from ksbb.testing import PASSWORD, FakeClock, Step, World
from ksbb.usecases import accounts

CLIENT = ("203.0.113.9", 4711)
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ACCOUNT = {"email": "Siti@Example.org", "name": "Siti Contoh", "password": "rahasia-sekali-ini", "grants": []}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a scrape gave."""

    values: dict[tuple[str, tuple[tuple[str, str], ...]], float]

    def of(self, name: str, **labels: str) -> float:
        """The value of one figure; 0 where there is none."""
        return self.values.get((name, tuple(sorted(labels.items()))), 0.0)

    def all_of(self, name: str) -> dict[tuple[str, ...], float]:
        """The values of a figure by its labels, sorted by their names."""
        return {
            tuple(value for _, value in labels): found for (one, labels), found in self.values.items() if one == name
        }


async def ask(api: Any, client: tuple[str, int] = ("127.0.0.1", 1), **headers: str) -> httpx.Response:
    """Ask for the figures from an address."""
    transport = httpx.ASGITransport(cast("Any", api.app), client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://ksbb.example") as asking:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await asking.get("/metrics", headers={"Accept-Language": "en", **sent})


async def scrape(api: Any) -> Figures:
    """The figures, as Prometheus on the same machine reads them."""
    answer = await ask(api)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return Figures(
        {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }
    )


async def test_a_line_tells_request_actor_and_commitment(api: Any, world: World, lines: Any) -> None:
    driven = await world.drive(Step.DRAFTED)
    path = f"/commitments/{driven.commitment.id}"
    lines()
    seen = await api.get(world.collaborator, path)
    refused = await api.send(world.collaborator, "POST", f"{path}/submit", version=9)
    told = lines()
    assert [{**line, "ms": None} for line in told] == [
        {
            "event": "request",
            "level": "info",
            "method": method,
            "path_template": f"/api/v1/commitments/{{commitment_id}}{rest}",
            "status": answer.status_code,
            "ms": None,
            "request_id": answer.headers["x-request-id"],
            "actor": world.collaborator.account_id,
            "commitment_id": driven.commitment.id,
        }
        for method, rest, answer in (("GET", "", seen), ("POST", "/submit", refused))
    ]
    assert (seen.status_code, refused.status_code) == (200, 412)
    assert all(line["ms"] > 0 for line in told)


async def test_no_line_tells_of_people(api: Any, world: World, lines: Any) -> None:
    made = await api.send(world.admin, "POST", "/accounts", json=ACCOUNT)
    await api.send(world.admin, "POST", "/accounts", json=ACCOUNT)
    await api.get(None, "/targets", q="Siti@Example.org")
    await api.raw("POST", "/api/v1/auth/login", json={"email": "siti@example.org", "password": PASSWORD})
    await api.raw("GET", "/api/v1/nothing/siti@example.org")
    told = lines()
    assert [line["status"] for line in told] == [201, 409, 400, 401, 404]
    assert made.status_code == 201
    for personal in ("iti", "xample", "rahasia", PASSWORD, "Bearer"):
        assert personal not in str(told), personal


async def test_requests_and_acts_are_counted(api: Any, world: World) -> None:
    driven = await world.drive(Step.DRAFTED)
    path = f"/commitments/{driven.commitment.id}/submit"
    before = await scrape(api)
    assert (await api.send(world.auditor, "POST", path, version=1)).status_code == 403
    assert (await api.send(world.collaborator, "POST", path, version=7)).status_code == 412
    for _ in range(2):
        assert (await api.send(world.collaborator, "POST", path, version=1, key="the-same-key")).status_code == 200
    assert (await api.get(None, "/no-such-address")).status_code == 404
    assert (await api.raw("BREW", "/api/v1/targets")).status_code == 405
    after = await scrape(api)
    template = "/api/v1/commitments/{commitment_id}/submit"

    def grown(name: str, **labels: str) -> float:
        return after.of(name, **labels) - before.of(name, **labels)

    outcomes = ("done", "replayed", "refused", "stale", "unavailable", "failed")
    assert {one: grown("ksbb_acts_total", act="submit_commitment", outcome=one) for one in outcomes} == {
        "done": 1,
        "replayed": 1,
        "refused": 1,
        "stale": 1,
        "unavailable": 0,
        "failed": 0,
    }
    assert grown("ksbb_act_seconds_count", act="submit_commitment") == 4
    assert grown("ksbb_http_requests_total", method="POST", path_template=template, status="200") == 2
    assert grown("ksbb_http_requests_total", method="POST", path_template=template, status="412") == 1
    assert grown("ksbb_http_request_seconds_count", method="POST", path_template=template) == 4
    assert grown("ksbb_http_requests_total", method="GET", path_template="none", status="404") == 1
    assert "other" in {method for method, _, _ in after.all_of("ksbb_http_requests_total")}
    assert "BREW" not in str(after)
    assert "no-such-address" not in str(after)


async def test_the_outbox_is_counted_as_it_is(api: Any, world: World, clock: FakeClock) -> None:
    await world.drive(Step.SUBMITTED)
    waiting = await scrape(api)
    counted = waiting.all_of("ksbb_outbox_items")
    assert {key[1:] for key in counted} == {("pangan", "pending")}
    consumer = next(iter(counted))[0]
    items = waiting.of("ksbb_outbox_items", program="pangan", consumer=consumer, status="pending")
    assert items >= 1
    assert waiting.of("ksbb_outbox_oldest_seconds", program="pangan", consumer=consumer) == 0
    clock.forward(timedelta(seconds=90))
    assert (await scrape(api)).of("ksbb_outbox_oldest_seconds", program="pangan", consumer=consumer) == 90
    async with world.platform.database.write() as connection:
        outbox = tables.outbox
        one = select(outbox.c.id).where(outbox.c.consumer == consumer).limit(1).scalar_subquery()
        await connection.execute(update(outbox).where(outbox.c.id == one).values(status="parked"))
        await connection.execute(update(outbox).where(outbox.c.id != one).values(status="done"))
    parked = await scrape(api)
    assert parked.all_of("ksbb_outbox_items") == {(consumer, "pangan", "parked"): 1}
    assert parked.all_of("ksbb_outbox_oldest_seconds") == {}


async def test_the_platform_is_told(api: Any, world: World) -> None:
    found = await scrape(api)
    assert found.of("ksbb_database_up") == 1
    assert found.of("ksbb_program", program="pangan", state="active") == 1
    assert found.of("ksbb_engine", state="elsewhere") == 1
    assert list(found.all_of("ksbb_build_info").values()) == [1]
    assert found.of("ksbb_database_pool_size") == 5
    assert found.of("ksbb_database_pool_used") == 0
    async with world.platform.database.read():
        assert (await scrape(api)).of("ksbb_database_pool_used") == 1
    assert found.of("process_resident_memory_bytes") > 0


async def test_openmetrics_where_it_is_asked_for(api: Any) -> None:
    answer = await ask(api, Accept="application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.text.endswith("# EOF\n")
    assert re.search(r"^ksbb_build_info\{", answer.text, re.MULTILINE)


async def test_figures_arent_for_everybody(api: Any, world: World) -> None:
    assert (await ask(api, client=("::1", 1))).status_code == 200
    for refused in (
        await ask(api, client=CLIENT),
        await ask(api, X_Forwarded_For="127.0.0.1"),
        await ask(api, Forwarded="for=127.0.0.1"),
        await ask(api, client=("unix", 0)),
    ):
        assert refused.status_code == 401
        assert refused.json()["detail"] == "manage_engine at KSBB needs the role admin"
    bearer = f"Bearer {access_token(api.app.state.ksbb, world.auditor.account_id)}"
    assert (await ask(api, client=CLIENT, Authorization=bearer)).status_code == 403
    async with world.platform.desk(world.admin) as desk:
        scopes = [Permission.MANAGE_ENGINE]
        _, secret = await accounts.create_api_token(
            desk, world.admin.account_id, name="prometheus", scopes=scopes, days=30
        )
    answer = await ask(api, client=CLIENT, Authorization=f"Bearer {secret}")
    assert (answer.status_code, "ksbb_build_info" in answer.text) == (200, True)


async def test_a_request_is_a_span_whose_trace_stands_in_the_outbox(
    api: Any, world: World, spans: InMemorySpanExporter
) -> None:
    driven = await world.drive(Step.DRAFTED)
    path = f"/commitments/{driven.commitment.id}/submit"
    spans.clear()
    answer = await api.send(world.collaborator, "POST", path, version=1, headers={"traceparent": PARENT})
    (made,) = spans.get_finished_spans()
    assert made.name == "POST /api/v1/commitments/{commitment_id}/submit"
    assert (made.kind, made.status.status_code) == (SpanKind.SERVER, StatusCode.UNSET)
    assert made.attributes == {
        "http.request.method": "POST",
        "http.route": "/api/v1/commitments/{commitment_id}/submit",
        "http.response.status_code": 200,
        "ksbb.request_id": answer.headers["x-request-id"],
        "ksbb.actor": world.collaborator.account_id,
        "ksbb.commitment_id": driven.commitment.id,
    }
    assert made.parent is not None
    own = f"00-0af7651916cd43dd8448eb211c80319c-{made.context.span_id:016x}-01"
    async with world.platform.database.read() as connection:
        found = set((await connection.execute(select(tables.outbox.c.trace))).scalars())
    assert found == {own}
