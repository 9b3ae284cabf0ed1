"""Areas, targets and needs: public to read, for assessors and the secretariat to write."""

from typing import Any

import pytest

from ksbb.testing import World

RW = {"code": "31.71.06.1002-RW009", "kind": "rw", "name": "RW 009", "area_code": "31.71.06.1002", "households": 120}
TARGETS_CSV = """code,kind,name,area_code,households,contact_office
31.71.06.1002-RW001,rw,RW 001,31.71.06.1002,300,021-1
31.71.06.1002-RW011,rw,RW 011,31.71.06.1002,310,021-2
"""
NEEDS_CSV = """target_code,program_id,aid_type,quantity,source,as_of
31.71.06.1002-RW001,pangan,staple_food,150,Kelurahan,2026-08-01
"""


def csv(content: str) -> dict[str, Any]:
    """An upload of a CSV file."""
    return {"files": {"file": ("tabel.csv", content.encode(), "text/csv")}}


async def test_areas_by_level_and_parent(api: Any) -> None:
    cities = await api.get(None, "/areas", level="city")
    assert [area["code"] for area in cities.json()["items"]] == ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]
    assert cities.json()["next"] is None
    below = await api.get(None, "/areas", parent="31.71.06", sort="name")
    assert [area["level"] for area in below.json()["items"]] == ["subdistrict"] * 5
    one = await api.get(None, "/areas/31.71.06.1002")
    assert one.json() == {
        "code": "31.71.06.1002",
        "level": "subdistrict",
        "name": one.json()["name"],
        "parent_code": "31.71.06",
        "bps_code": None,
    }
    assert (await api.get(None, "/areas/99")).json()["detail"] == "area 99 was not found"


async def test_areas_are_imported_whole_or_not_at_all(api: Any, world: World) -> None:
    wrong = await api.send(world.secretariat, "POST", "/areas/import", **csv("code,name\n32,Jawa Barat\n32.7,Bogor\n"))
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == [
        {
            "code": "cell",
            "pointer": "/rows/2/code",
            "message": "row 2, column code: not a Kemendagri code",
            "expected": "31.71.06.1002",
            "given": "32.7",
        }
    ]
    assert (await api.get(None, "/areas/32")).status_code == 404
    done = await api.send(world.secretariat, "POST", "/areas/import", **csv("code,name\n32,Jawa Barat\n32.71,Bogor\n"))
    assert (done.status_code, done.json()) == (200, {"new": 2, "changed": 0, "unchanged": 0})
    assert (await api.send(world.assessor, "POST", "/areas/import", **csv("code,name\n"))).status_code == 403


async def test_the_public_sees_targets_without_contacts(api: Any, world: World) -> None:
    body = {**RW, "contact_office": "021-555"}
    made = await api.send(world.assessor, "POST", "/targets", json=body)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    target = made.json()
    assert target == {
        **body,
        "id": target["id"],
        "ziswaf_entitled": False,
        "synthetic": False,
        "created_at": "2026-08-03T02:00:00Z",
        "version": 1,
    }
    assert made.headers["location"] == f"/api/v1/targets/{target['id']}"
    public = await api.get(None, f"/targets/{target['id']}")
    assert public.json() == {**target, "contact_office": None}
    for actor in (world.executor, world.witness, world.auditor):
        assert (await api.get(actor, f"/targets/{target['id']}")).json() == target
    listed = await api.get(None, "/targets", area_code="31.71", kind="rw", code=RW["code"])
    assert listed.json() == {"items": [public.json()], "next": None}
    assert (await api.get(None, "/targets", area_code="31.72")).json() == {"items": [], "next": None}


async def test_the_own_representative_sees_the_contact(api: Any, world: World) -> None:
    own, other = world.targets["pangan"]
    assert (await api.get(world.recipient, f"/targets/{own.id}")).json()["contact_office"] == ""
    assert (await api.get(world.recipient, f"/targets/{other.id}")).json()["contact_office"] is None


async def test_a_target_is_changed_on_its_version(api: Any, world: World) -> None:
    target = world.targets["pangan"][0]
    body = {"name": "Baru", "households": None, "contact_office": "021", "ziswaf_entitled": True}
    changed = await api.send(world.secretariat, "PUT", f"/targets/{target.id}", version=1, json=body)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert {key: changed.json()[key] for key in (*body, "version", "code")} == {
        **body,
        "version": 2,
        "code": target.code,
    }
    again = await api.send(world.secretariat, "PUT", f"/targets/{target.id}", version=1, json=body)
    assert (again.status_code, again.json()["current"]) == (412, 2)


@pytest.mark.parametrize(
    ("change", "pointer", "message"),
    [
        ({"code": "RW9"}, "/code", "the target's code must be like 31.71.06.1002-RW001"),
        ({"area_code": "31.71.06"}, "/area_code", "31.71.06 isn't a known sub-district code"),
    ],
)
async def test_a_target_that_breaks_a_rule(
    api: Any, world: World, change: dict[str, str], pointer: str, message: str
) -> None:
    answer = await api.send(world.assessor, "POST", "/targets", json={**RW, **change})
    assert answer.status_code == 422
    assert [(error["pointer"], error["message"]) for error in answer.json()["errors"]] == [(pointer, message)]


async def test_targets_are_registered_by_those_who_may(api: Any, world: World) -> None:
    for actor in (world.collaborator, world.aggregator, world.executor, world.witness, world.admin, world.auditor):
        assert (await api.send(actor, "POST", "/targets", json=RW)).status_code == 403


async def test_targets_and_needs_are_imported(api: Any, world: World) -> None:
    first = await api.send(world.secretariat, "POST", "/targets/import", key="import-1", **csv(TARGETS_CSV))
    again = await api.send(world.secretariat, "POST", "/targets/import", key="import-1", **csv(TARGETS_CSV))
    other = await api.send(world.secretariat, "POST", "/targets/import", key="import-1", **csv(NEEDS_CSV))
    assert (first.status_code, first.json()) == (200, {"new": 1, "changed": 1, "unchanged": 0})
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert other.status_code == 422
    marked = await api.send(
        world.secretariat, "POST", "/targets/import", params={"synthetic": True}, **csv(TARGETS_CSV)
    )
    assert marked.json() == {"new": 0, "changed": 2, "unchanged": 0}
    needs = await api.send(world.secretariat, "POST", "/needs/import", **csv(NEEDS_CSV))
    assert needs.json() == {"new": 0, "changed": 1, "unchanged": 0}


async def test_an_upload_without_a_file(api: Any, world: World) -> None:
    answer = await api.send(
        world.secretariat, "POST", "/targets/import", files={"other": ("x.csv", b"code", "text/csv")}
    )
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:ksbb:problem:malformed_request")
    plain = await api.send(world.secretariat, "POST", "/targets/import", json={"file": "x"})
    assert (plain.status_code, plain.json()["errors"][0]["expected"]) == (415, "multipart/form-data")


async def test_a_need_is_created_then_changed(api: Any, world: World) -> None:
    made = (await api.send(world.assessor, "POST", "/targets", json=RW)).json()
    path = f"/needs/{made['id']}/pangan/staple_food"
    body = {"quantity": 40, "source": "Kelurahan", "as_of": "2026-08-01"}
    assert (await api.get(None, path)).status_code == 404
    neither = await api.send(world.assessor, "PUT", path, json=body)
    assert (neither.status_code, neither.json()["type"]) == (428, "urn:ksbb:problem:version_required")
    created = await api.send(world.assessor, "PUT", path, headers={"If-None-Match": "*"}, json=body)
    assert (created.status_code, created.headers["etag"]) == (200, '"1"')
    assert created.json() == {
        "id": created.json()["id"],
        "target_id": made["id"],
        "target_code": RW["code"],
        "target_name": "RW 009",
        "target_kind": "rw",
        "area_code": "31.71.06.1002",
        "program_id": "pangan",
        "aid_type": "staple_food",
        "promised": 0,
        "accepted": 0,
        "open": 40,
        "tier": "normal",
        "period": "",
        "carried": 0,
        "suppressed": False,
        "synthetic": False,
        "version": 1,
        **body,
    }
    twice = await api.send(world.assessor, "PUT", path, headers={"If-None-Match": "*"}, json=body)
    assert (twice.status_code, twice.json()["current"]) == (412, 1)
    changed = await api.send(world.assessor, "PUT", path, version=1, json={**body, "quantity": 50})
    assert (changed.json()["quantity"], changed.headers["etag"]) == (50, '"2"')
    assert (await api.get(None, path)).json() == changed.json()
    odd = await api.send(world.assessor, "PUT", path, headers={"If-None-Match": '"1"'}, json=body)
    assert (odd.status_code, odd.json()["detail"]) == (400, "If-None-Match on a PUT must be *")


async def test_needs_are_filtered(api: Any, world: World) -> None:
    first, second = world.targets["pangan"]
    listed = await api.get(None, "/needs", program_id="pangan", aid_type="staple_food", area_code="31.71.06")
    assert [need["target_code"] for need in listed.json()["items"]] == [first.code, second.code]
    own = await api.get(world.auditor, "/needs", target_id=first.id, sort="-quantity")
    assert {need["target_id"] for need in own.json()["items"]} == {first.id}
    unmet = await api.get(None, "/needs", unmet=True, target_id=first.id)
    assert len(unmet.json()["items"]) == len(own.json()["items"])


async def test_needs_are_set_by_those_who_may(api: Any, world: World) -> None:
    path = f"/needs/{world.targets['pangan'][0].id}/pangan/staple_food"
    body = {"quantity": 1, "source": "x", "as_of": "2026-08-01"}
    for actor in (world.collaborator, world.executor, world.witness, world.auditor):
        if actor is not None:
            assert (await api.send(actor, "PUT", path, version=1, json=body)).status_code in (401, 403)
