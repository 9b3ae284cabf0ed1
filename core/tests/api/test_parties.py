"""Collaborators, aggregators and licences."""

from typing import Any

from ksbb.testing import World

DONOR = {
    "name": "Yayasan Baru",
    "collaborator_class": "social_organisation",
    "address": "Jl. Contoh 1",
    "contact_office": "021-1",
    "synthetic": True,
}
LICENCE = {
    "kind": "zakat",
    "number": "LAZ-1",
    "issuer": "Kementerian Agama",
    "area_code": "31",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}


async def test_a_collaborator_is_registered_seen_and_changed(api: Any, world: World) -> None:
    made = await api.send(world.secretariat, "POST", "/collaborators", json=DONOR)
    found = made.json()
    assert made.status_code == 201
    assert found == {**DONOR, "id": found["id"], "created_at": "2026-08-03T02:00:00Z", "version": 1}
    path = f"/collaborators/{found['id']}"
    assert (await api.get(world.auditor, path)).json() == found
    body = {"address": "Jl. Contoh 2", "contact_office": "021-2"}
    changed = await api.send(world.admin, "PUT", path, version=1, json=body)
    assert (changed.json(), changed.headers["etag"]) == ({**found, **body, "version": 2}, '"2"')
    taken = await api.send(world.secretariat, "POST", "/collaborators", json=DONOR)
    assert (taken.status_code, taken.json()["errors"][0]["pointer"]) == (409, "/name")


async def test_a_collaborator_sees_and_changes_itself_only(api: Any, world: World) -> None:
    own = f"/collaborators/{world.collaborator_party.id}"
    other = f"/collaborators/{world.executor_party.id}"
    listed = await api.get(world.collaborator, "/collaborators")
    assert [party["id"] for party in listed.json()["items"]] == [world.collaborator_party.id]
    assert len((await api.get(world.auditor, "/collaborators")).json()["items"]) == 2
    only = await api.get(world.auditor, "/collaborators", collaborator_class="community")
    assert [party["id"] for party in only.json()["items"]] == [world.executor_party.id]
    assert (await api.get(world.collaborator, own)).status_code == 200
    assert (await api.get(world.collaborator, other)).status_code == 403
    body = {"address": "", "contact_office": ""}
    assert (await api.send(world.collaborator, "PUT", own, version=1, json=body)).status_code == 200
    assert (await api.send(world.collaborator, "PUT", other, version=1, json=body)).status_code == 403


async def test_the_public_sees_active_aggregators_with_licences(api: Any, world: World) -> None:
    await api.send(world.admin, "POST", "/aggregators", json={"name": "Calon", "legal_form": "Yayasan"})
    listed = await api.get(None, "/aggregators")
    found = listed.json()["items"]
    assert found == [
        {
            "id": world.aggregator_party.id,
            "name": "Lembaga Contoh Peduli",
            "address": "",
            "contact_office": None,
            "legal_form": "Yayasan",
            "status": "active",
            "status_reason": None,
            "synthetic": True,
            "created_at": "2026-08-03T02:00:00Z",
            "version": 3,
            "licences": [
                {
                    "id": world.licence.id,
                    "kind": "fundraising_permit",
                    "number": "PUB-CONTOH-001",
                    "issuer": "Kementerian Sosial",
                    "area_code": "31",
                    "valid_from": "2026-01-01",
                    "valid_to": "2026-12-31",
                    "synthetic": True,
                }
            ],
        }
    ]
    assert (await api.get(None, f"/aggregators/{world.aggregator_party.id}/licences")).json() == found[0]["licences"]
    everyone = await api.get(world.secretariat, "/aggregators", sort="-name")
    assert [party["status"] for party in everyone.json()["items"]] == ["active", "applied"]
    assert (await api.get(None, "/aggregators", status="applied")).json()["items"] == []


async def test_an_aggregator_from_application_to_suspension(api: Any, world: World) -> None:
    applied = await api.send(world.aggregator, "POST", "/aggregators", json={"name": "Calon", "legal_form": "Yayasan"})
    assert (applied.status_code, applied.json()["status"], applied.headers["etag"]) == (201, "applied", '"1"')
    path = f"/aggregators/{applied.json()['id']}"
    assert (await api.get(None, path)).status_code == 404
    verify = {"status": "active"}
    early = await api.send(world.secretariat, "POST", f"{path}/status", version=1, json=verify)
    assert (early.status_code, early.json()["errors"][0]["code"]) == (409, "licence_missing")
    licence = await api.send(world.secretariat, "POST", f"{path}/licences", json=LICENCE)
    assert licence.status_code == 201
    assert licence.json() == {**LICENCE, "id": licence.json()["id"], "synthetic": False}
    active = await api.send(world.secretariat, "POST", f"{path}/status", version=2, json=verify)
    assert (active.status_code, active.json()["status"], active.json()["version"]) == (200, "active", 3)
    assert (await api.get(None, path)).json()["licences"] == [licence.json()]
    silent = await api.send(world.secretariat, "POST", f"{path}/status", version=3, json={"status": "suspended"})
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (422, "/reason")
    body = {"status": "suspended", "reason": "Laporan terlambat"}
    suspended = await api.send(world.secretariat, "POST", f"{path}/status", version=3, json=body)
    assert (suspended.json()["status"], suspended.json()["status_reason"]) == ("suspended", "Laporan terlambat")
    assert (await api.get(None, path)).status_code == 404
    assert (await api.get(world.auditor, path)).json()["status_reason"] == "Laporan terlambat"


async def test_an_aggregator_sees_itself_in_full(api: Any, world: World) -> None:
    found = (await api.get(world.aggregator, f"/aggregators/{world.aggregator_party.id}")).json()
    assert (found["contact_office"], found["status_reason"]) == ("", "")


async def test_a_licence_whose_days_are_turned_round(api: Any, world: World) -> None:
    path = f"/aggregators/{world.aggregator_party.id}/licences"
    body = {**LICENCE, "valid_from": "2026-12-31", "valid_to": "2026-01-01"}
    answer = await api.send(world.secretariat, "POST", path, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "code": "validity",
            "pointer": "/valid_to",
            "message": "the validity ends before it starts",
            "expected": {"minimum": "2026-12-31"},
            "given": "2026-01-01",
        }
    ]


async def test_parties_are_managed_by_those_who_may(api: Any, world: World) -> None:
    status = f"/aggregators/{world.aggregator_party.id}/status"
    suspend = {"status": "suspended", "reason": "x"}
    for actor in (world.collaborator, world.assessor, world.executor, world.witness, world.auditor):
        assert (await api.send(actor, "POST", "/collaborators", json=DONOR)).status_code == 403
        application = {"name": "Calon", "legal_form": "Yayasan"}
        assert (await api.send(actor, "POST", "/aggregators", json=application)).status_code == 403
        assert (await api.send(actor, "POST", status, version=3, json=suspend)).status_code == 403
