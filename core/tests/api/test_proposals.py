"""Proposals over the API, computed and carried out by the engine's flows."""

import hashlib
from typing import Any

import pytest

from ksbb.testing import Step, World

RUNS = "/allocation-runs"
pytestmark = pytest.mark.xdist_group("prefect")


async def aid(world: World, *quantities: int) -> None:
    """Approved commitments of staple food, of which nothing is allocated."""
    for quantity in quantities:
        await world.drive(Step.APPROVED, lines=world.lines("pangan", quantity=quantity))


async def proposal_of(api: Any, world: World, engine: Any) -> Any:
    """A proposal that was asked for and computed."""
    asked = await api.send(world.assessor, "POST", RUNS, json={"program_id": "pangan", "aid_types": ["staple_food"]})
    await engine.drain()
    (proposal,) = (await api.get(world.auditor, f"{RUNS}/{asked.json()['id']}")).json()["proposals"]
    return proposal


async def test_from_asking_to_allocations(api: Any, world: World, engine: Any) -> None:
    await aid(world, 60, 40)
    asked = await api.send(world.assessor, "POST", RUNS, json={"program_id": "pangan", "aid_types": ["staple_food"]})
    run = asked.json()
    assert (asked.status_code, asked.headers["location"]) == (202, f"/api/v1{RUNS}/{run['id']}")
    assert run == {
        "id": run["id"],
        "number": "PANGAN-ALOKASI-2026-0001",
        "program_id": "pangan",
        "aid_types": ["staple_food"],
        "status": "queued",
        "computed": 0,
        "asked_at": "2026-08-03T02:00:00Z",
        "ended_at": None,
        "version": 1,
        "proposals": [],
    }
    await engine.drain()
    done = (await api.get(world.assessor, f"{RUNS}/{run['number']}")).json()
    (proposal,) = done.pop("proposals")
    assert done == {k: v for k, v in run.items() if k != "proposals"} | {
        "status": "done",
        "computed": 1,
        "ended_at": "2026-08-03T02:00:00Z",
        "version": 3,
    }
    assert proposal == {
        "id": proposal["id"],
        "run_id": run["id"],
        "program_id": "pangan",
        "aid_type": "staple_food",
        "status": "open",
        "supply": 100,
        "need": 200,
        "units": 100,
        "drops": proposal["drops"],
        "targets": 2,
        "value": 20_000_000,
        "before": 200.0,
        "after": 100.0,
        "of_optimum": proposal["of_optimum"],
        "edits": 0,
        "approvals": 0,
        "approvals_needed": 1,
        "problem_sha256": proposal["problem_sha256"],
        "plan_sha256": proposal["plan_sha256"],
        "created_at": "2026-08-03T02:00:00Z",
        "decided_at": None,
        "version": 1,
    }
    path = f"/proposals/{proposal['id']}"
    drops = (await api.get(world.auditor, f"{path}/drops")).json()["items"]
    assert sum(drop["quantity"] for drop in drops) == 100
    first = drops[0]
    assert first == {
        "line_id": first["line_id"],
        "commitment_id": first["commitment_id"],
        "commitment_number": first["commitment_number"],
        "target_id": first["target_id"],
        "target_code": "31.71.06.1002-RW001",
        "target_name": "Sasaran contoh 1",
        "area_code": "31.71.06.1002",
        "synthetic": True,
        "computed": first["quantity"],
        "quantity": first["quantity"],
        "edited": False,
        "why": first["why"],
        "reasons": {
            "need": 100,
            "given": 0,
            "total": first["quantity"],
            "weight": 1.0,
            "before": 1.0,
            "after": 0.4,
            "next_target_id": first["reasons"]["next_target_id"],
            "next_score": 0.6,
            "next_higher": True,
            "next_off_area": False,
            "next_least": 25,
            "by_kind": True,
            "own_area": True,
            "off_area": False,
            "at_home": None,
            "tie": False,
            "least": 25,
            "least_gap": 0.2,
            "by_gap": False,
        },
        "status": "proposed",
        "allocation_id": None,
        "failure": "",
    }
    edit = {
        "line_id": first["line_id"],
        "target_id": first["target_id"],
        "quantity": first["quantity"] - 5,
        "reason": "lima sudah datang",
    }
    edited = await api.send(world.assessor, "POST", f"{path}/edits", version=1, json=edit)
    assert (edited.status_code, edited.json()["units"], edited.headers["etag"]) == (200, 95, '"2"')
    checks = (await api.get(world.auditor, f"{path}/verification")).json()
    assert [(check["holds"], check["objections"]) for check in checks] == [(True, [])] * 3
    for what, digest in (("inputs", proposal["problem_sha256"]), ("plan", proposal["plan_sha256"])):
        stored = await api.get(world.auditor, f"{path}/{what}")
        assert hashlib.sha256(stored.content).hexdigest() == digest
    approved = await api.send(world.assessor, "POST", f"{path}/approve", version=2)
    assert (approved.status_code, approved.json()["status"], approved.json()["approvals"]) == (200, "approved", 1)
    await engine.drain()
    assert (await api.get(world.assessor, path)).json()["status"] == "carried_out"
    after = (await api.get(world.assessor, f"{path}/drops", status="allocated")).json()["items"]
    assert sum(drop["quantity"] for drop in after) == 95
    allocations = [
        allocation
        for drop in after
        for allocation in (await api.get(world.assessor, f"/commitments/{drop['commitment_id']}")).json()["allocations"]
        if allocation["id"] == drop["allocation_id"]
    ]
    assert [(one["quantity"], one["reason"]) for one in allocations] == [
        (drop["quantity"], drop["why"]["id"]) for drop in after
    ]


async def test_why_is_told_to_the_target_itself(api: Any, world: World, engine: Any) -> None:
    await aid(world, 60)
    path = f"/proposals/{(await proposal_of(api, world, engine))['id']}/targets"
    first, second = await world.serve("pangan")
    told = await api.get(world.recipient, f"{path}/{first.id}")
    assert (told.status_code, told.json()["target_code"]) == (200, first.code)
    assert all(set(sentence) == {"id", "en"} for sentence in told.json()["sentences"])
    assert (await api.get(world.recipient, f"{path}/{second.id}")).status_code == 403
    (latest,) = (await api.get(world.recipient, f"/targets/{first.id}/explanations")).json()
    assert latest == told.json()
    assert (await api.get(world.recipient, f"/targets/{second.id}/explanations")).status_code == 403
    assert (await api.get(None, f"{path}/{first.id}")).status_code in (401, 403)


async def test_a_run_is_called_off(api: Any, world: World, engine: Any) -> None:
    asked = (await api.send(world.assessor, "POST", RUNS, json={"program_id": "pangan"})).json()
    path = f"{RUNS}/{asked['id']}/cancel"
    cancelled = await api.send(world.assessor, "POST", path, version=1, json={"reason": "besok saja"})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    await engine.drain()
    assert (await api.get(world.assessor, f"{RUNS}/{asked['id']}")).json()["computed"] == 0


async def test_the_rules_are_public(api: Any) -> None:
    answer = await api.get(None, f"{RUNS}/rules")
    assert answer.json() == {
        "tiers": {"normal": 1.0, "vulnerable": 1.5, "high": 2.0, "extreme": 3.0},
        "off_area": 0.2,
        "lot_least": 10,
        "lot_percent": 25,
        "seed": "ksbb",
        "two_people_above_units": 1_000,
        "two_people_above_rupiah": 100_000_000,
        "nightly": True,
        "refine": True,
    }


async def test_proposals_are_not_for_everybody(api: Any, world: World, engine: Any) -> None:
    await aid(world, 60)
    proposal = await proposal_of(api, world, engine)
    path = f"/proposals/{proposal['id']}"
    reads = [RUNS, f"{RUNS}/{proposal['run_id']}", path, f"{path}/drops", f"{path}/remarks", f"{path}/verification"]
    reads += [f"{path}/inputs", f"{path}/plan", f"{path}/history"]
    for actor in (
        None,
        world.collaborator,
        world.aggregator,
        world.executor,
        world.witness,
        world.recipient,
        world.admin,
    ):
        for address in reads:
            assert (await api.get(actor, address)).status_code in (401, 403), (actor, address)
    for actor in (world.assessor, world.secretariat, world.auditor):
        for address in reads:
            assert (await api.get(actor, address)).status_code == 200, (actor, address)
    for actor in (world.collaborator, world.secretariat, world.auditor):
        refused = await api.send(actor, "POST", f"{path}/approve", version=1)
        assert refused.status_code == 403
    refused = await api.send(world.auditor, "POST", RUNS, json={"program_id": "pangan"})
    assert refused.json()["errors"][0]["message"] == "propose at pangan, 31 needs the role assessor / secretariat"


async def test_each_night_proposes_what_there_is_to_place(api: Any, world: World, engine: Any) -> None:
    await engine.run_schedule("ksbb.nightly_proposals")
    await engine.drain()
    assert (await api.get(world.auditor, RUNS)).json()["items"] == []
    await aid(world, 60)
    await engine.run_schedule("ksbb.nightly_proposals")
    await engine.drain()
    (run,) = (await api.get(world.auditor, RUNS)).json()["items"]
    assert (run["program_id"], run["status"], run["aid_types"]) == ("pangan", "done", ["staple_food"])


async def test_the_night_leaves_alone_what_people_decide_on(api: Any, world: World, engine: Any) -> None:
    await aid(world, 60)
    proposal = await proposal_of(api, world, engine)
    drop = (await api.get(world.auditor, f"/proposals/{proposal['id']}/drops")).json()["items"][0]
    edit = {"line_id": drop["line_id"], "target_id": drop["target_id"], "quantity": 1, "reason": "cukup satu"}
    await api.send(world.assessor, "POST", f"/proposals/{proposal['id']}/edits", version=1, json=edit)
    await engine.run_schedule("ksbb.nightly_proposals")
    await engine.drain()
    assert len((await api.get(world.auditor, RUNS)).json()["items"]) == 1
    assert (await api.get(world.auditor, f"/proposals/{proposal['id']}")).json()["status"] == "open"


async def test_every_write_is_done_once(api: Any, world: World, engine: Any) -> None:
    await aid(world, 60)
    proposal = await proposal_of(api, world, engine)
    path = f"/proposals/{proposal['id']}/approve"
    first = await api.send(world.assessor, "POST", path, version=1, key="approve-once")
    again = await api.send(world.assessor, "POST", path, version=1, key="approve-once")
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    stale = await api.send(world.assessor, "POST", path, version=1)
    assert stale.status_code == 412
