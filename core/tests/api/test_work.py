"""Accounts, follow-ups, and the engine's parked work."""

from datetime import timedelta
from typing import Any

import pytest_asyncio
from sqlalchemy import select, update

from ksbb.domain.rights import SYSTEM, Role
from ksbb.domain.text import Text
from ksbb.program import FollowUpPlan
from ksbb.storage import tables
from ksbb.testing import Step, World
from ksbb.usecases import follow_ups

ACCOUNT = {
    "email": "Siti@Example.org",
    "name": "Siti Contoh",
    "password": "rahasia-sekali-ini",
    "grants": [{"role": "assessor", "program_id": "pangan", "area_code": "31.71"}],
}


async def test_an_account_is_created_seen_and_changed(api: Any, world: World) -> None:
    made = await api.send(world.admin, "POST", "/accounts", json=ACCOUNT)
    found = made.json()
    assert made.status_code == 201
    assert found == {
        "id": found["id"],
        "email": "siti@example.org",
        "name": "Siti Contoh",
        "party_id": None,
        "target_id": None,
        "active": True,
        "created_at": "2026-08-03T02:00:00Z",
        "version": 1,
        "grants": ACCOUNT["grants"],
    }
    path = f"/accounts/{found['id']}"
    assert (await api.get(world.admin, path)).json() == found
    grants = [{"role": "auditor", "program_id": None, "area_code": None}]
    changed = await api.send(world.admin, "PUT", path, version=1, json={"grants": grants, "active": True})
    assert (changed.json(), changed.headers["etag"]) == ({**found, "grants": grants, "version": 2}, '"2"')
    listed = (await api.get(world.admin, "/accounts", limit=200)).json()["items"]
    assert changed.json() in listed
    assert [account["email"] for account in listed] == sorted(account["email"] for account in listed)


async def test_an_account_that_breaks_a_rule(api: Any, world: World) -> None:
    for change, pointer in (
        ({"password": "pendek"}, "/password"),
        ({"email": "siti"}, "/email"),
        ({"grants": [{"role": "system"}]}, "/grants/0/role"),
        ({"grants": [{"role": "wizard"}]}, "/grants/0/role"),
    ):
        answer = await api.send(world.admin, "POST", "/accounts", json={**ACCOUNT, **change})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        assert "rahasia" not in answer.text
        assert "pendek" not in answer.text


async def test_accounts_are_for_admins(api: Any, world: World) -> None:
    for actor in (world.secretariat, world.assessor, world.collaborator, world.auditor):
        assert (await api.get(actor, "/accounts")).status_code == 403
        assert (await api.get(actor, f"/accounts/{world.admin.account_id}")).status_code == 403
        assert (await api.get(actor, f"/accounts/{world.admin.account_id}/tokens")).status_code == 403
        assert (await api.send(actor, "POST", "/accounts", json=ACCOUNT)).status_code == 403
        assert (await api.get(actor, f"/accounts/{actor.account_id}/tokens")).json() == []


@pytest_asyncio.fixture
async def follow_up(world: World) -> str:
    """The id of a follow-up that the aggregator owns."""
    driven = await world.drive(Step.DRAFTED)
    async with world.platform.desk(SYSTEM) as desk:
        plan = FollowUpPlan(
            kind="check",
            due_on=desk.today + timedelta(days=7),
            owner=Role.AGGREGATOR,
            title=Text("Periksa", "Check"),
        )
        await follow_ups.open_follow_up(
            desk, plan, program_id="pangan", subject_id=driven.commitment.id, commitment=driven.commitment
        )
    async with world.platform.database.read() as connection:
        return str((await connection.execute(select(tables.follow_ups.c.id))).scalar_one())


async def test_a_follow_up_is_completed_by_its_owner(api: Any, world: World, follow_up: str) -> None:
    path = f"/follow-ups/{follow_up}"
    found = (await api.get(world.aggregator, path)).json()
    assert {key: found[key] for key in ("kind", "due_on", "owner_role", "owner_party_id", "title_en", "status")} == {
        "kind": "check",
        "due_on": "2026-08-10",
        "owner_role": "aggregator",
        "owner_party_id": world.aggregator_party.id,
        "title_en": "Check",
        "status": "open",
    }
    body = {"result": {"working": 48}}
    refused = await api.send(world.collaborator, "POST", f"{path}/complete", version=1, json=body)
    assert refused.status_code == 403
    done = await api.send(world.aggregator, "POST", f"{path}/complete", version=1, json=body)
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    assert done.json() == {
        **found,
        "status": "completed",
        "result": {"working": 48},
        "completed_at": "2026-08-03T02:00:00Z",
        "completed_by": world.aggregator.account_id,
        "version": 2,
    }
    again = await api.send(world.aggregator, "POST", f"{path}/complete", version=2, json=body)
    assert again.status_code == 409


async def test_follow_ups_are_seen_by_owners_and_watchers(api: Any, world: World, follow_up: str) -> None:
    elsewhere = await world.account(Role.ASSESSOR, program_id="umkm")
    here = await world.account(Role.ASSESSOR, program_id="pangan")
    for actor, sees in (
        (world.aggregator, True),
        (world.assessor, True),
        (world.secretariat, True),
        (world.auditor, True),
        (here, True),
        (elsewhere, False),
        (world.collaborator, False),
        (world.witness, False),
    ):
        listed = (await api.get(actor, "/follow-ups", program_id="pangan", status="open")).json()["items"]
        assert [item["id"] for item in listed] == ([follow_up] if sees else []), actor.name
        assert (await api.get(actor, f"/follow-ups/{follow_up}")).status_code == (200 if sees else 404), actor.name
    assert (await api.get(world.admin, "/follow-ups")).status_code == 403
    assert (await api.get(None, "/follow-ups")).status_code == 401
    assert (await api.get(world.auditor, "/follow-ups", due_to="2026-08-09")).json()["items"] == []


@pytest_asyncio.fixture
async def parked(world: World) -> str:
    """The id of work that was set aside."""
    await world.drive(Step.SUBMITTED)
    async with world.platform.database.write() as connection:
        found = (await connection.execute(select(tables.outbox.c.id).limit(1))).scalar_one()
        changes = {"status": "parked", "attempts": 5, "reason": "RuleFailed: halal"}
        await connection.execute(update(tables.outbox).where(tables.outbox.c.id == found).values(**changes))
    return str(found)


async def test_parked_work_is_seen_and_tried_again(api: Any, world: World, parked: str) -> None:
    listed = (await api.get(world.admin, "/engine/parked")).json()["items"]
    assert [(work["id"], work["attempts"], work["reason"]) for work in listed] == [(parked, 5, "RuleFailed: halal")]
    assert (await api.get(world.admin, "/engine/parked", program_id="umkm")).json()["items"] == []
    answer = await api.send(world.admin, "POST", f"/engine/parked/{parked}/retry")
    assert (answer.status_code, answer.json()) == (200, {**listed[0], "status": "pending", "attempts": 0})
    again = await api.send(world.admin, "POST", f"/engine/parked/{parked}/retry")
    assert (again.status_code, again.json()["errors"][0]["given"]) == (409, "pending")
    async with world.platform.database.read() as connection:
        events = tables.events
        query = select(events.c.kind, events.c.account_id).where(events.c.stream == f"work:{parked}")
        found = [tuple(row) for row in await connection.execute(query)]
    assert found == [("work_retried", world.admin.account_id)]


async def test_parked_work_is_given_up_with_a_reason(api: Any, world: World, parked: str) -> None:
    path = f"/engine/parked/{parked}/drop"
    silent = await api.send(world.admin, "POST", path, json={"reason": " "})
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
    done = await api.send(world.admin, "POST", path, json={"reason": "Komitmen ditarik"})
    assert (done.json()["status"], done.json()["reason"]) == ("dropped", "Komitmen ditarik")
    assert (await api.get(world.admin, "/engine/parked")).json()["items"] == []


async def test_the_engine_is_for_admins(api: Any, world: World, parked: str) -> None:
    for actor in (world.secretariat, world.assessor, world.auditor, world.collaborator):
        assert (await api.get(actor, "/engine/parked")).status_code == 403
        assert (await api.send(actor, "POST", f"/engine/parked/{parked}/retry")).status_code == 403
