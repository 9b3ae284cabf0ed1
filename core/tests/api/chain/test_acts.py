"""The chain by HTTP: one whole way, and what is refused on it, with whole answers."""

from typing import Any

from sqlalchemy import func, select

from ksbb.storage import tables
from ksbb.testing import Driven, Step, World
from ksbb.usecases.read.detail import load_commitment


def _errors(answer: Any) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return [
        {key: item.get(key) for key in ("code", "pointer", "expected", "given")} for item in answer.json()["errors"]
    ]


async def _draft(world: World, api: Any, quantity: int = 10) -> dict[str, Any]:
    (line,) = world.lines("pangan")
    answer = await api.send(
        world.collaborator,
        "POST",
        "/commitments",
        json={
            "program_id": "pangan",
            "lines": [{"aid_type": line.aid_type, "quantity": quantity, "attributes": line.attributes}],
            "planned_handover_on": "2026-08-17",
            "aggregator_id": world.aggregator_party.id,
            "target_kind": "rw",
        },
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/commitments/{body['id']}"
    assert answer.headers["etag"] == '"1"'
    return body


async def test_the_whole_way(world: World, api: Any) -> None:
    """From draft to closed by HTTP alone; only the machine's assessment comes from the platform."""
    drafted = await _draft(world, api)
    one = f"/commitments/{drafted['id']}"
    line = drafted["lines"][0]["id"]
    target = world.targets["pangan"][0]
    version = 1

    async def act(actor: Any, path: str, body: dict[str, Any] | None, status: int = 200) -> dict[str, Any]:
        nonlocal version
        content = {} if body is None else {"json": body}
        answer = await api.send(actor, "POST", path, version=version, **content)
        assert answer.status_code == status, answer.text
        version = int(answer.headers["etag"].strip('"'))
        found: dict[str, Any] = answer.json()
        return found

    submitted = await act(world.collaborator, f"{one}/submit", None)
    assert (submitted["status"], submitted["assessment"], submitted["version"]) == ("submitted", "pending", 2)
    async with world.platform.reading_desk(world.auditor) as desk:
        found = await load_commitment(desk, drafted["id"])
    await world.assess(Driven(step=Step.SUBMITTED, commitment=found, target=target))
    version = 3
    assert (await act(world.assessor, f"{one}/approve", {"note": "sesuai"}))["status"] == "approved"
    allocated = await act(
        world.assessor, f"{one}/allocations", {"line_id": line, "target_id": target.id, "quantity": 8}, 201
    )
    assert allocated["commitment"]["lines"][0]["balance"]["unallocated"] == 2
    received = await act(world.aggregator, f"{one}/receipts", {"lines": [{"line_id": line, "quantity": 10}]}, 201)
    assert received["commitment"]["lines"][0]["balance"] == {
        "committed": 10,
        "cancelled": 0,
        "outstanding": 0,
        "received": 10,
        "written_off": 0,
        "in_custody": 10,
        "reserved": 8,
        "free": 2,
        "allocated": 8,
        "unallocated": 2,
        "dispatched": 0,
        "in_transit": 0,
        "accepted": 0,
        "rejected": 0,
        "lost": 0,
    }
    spoilt = {"lines": [{"line_id": line, "quantity": 2}], "reason": "kemasan rusak"}
    assert (await act(world.aggregator, f"{one}/write-offs", spoilt, 201))["receipt"]["kind"] == "write_off"
    sent = await act(
        world.aggregator,
        f"{one}/dispatches",
        {
            "target_id": target.id,
            "executor_id": world.executor_party.id,
            "vehicle": "B 1234 XYZ",
            "lines": [{"allocation_id": allocated["allocation"]["id"], "quantity": 8}],
        },
        201,
    )
    dispatch = sent["dispatch"]
    assert dispatch["lines"][0]["in_transit"] == 8
    witnesses = (await api.get(world.executor, f"/dispatches/{dispatch['id']}/witnesses")).json()
    assert [one["account_id"] for one in witnesses] == [world.witness.account_id]
    recorded = await act(
        world.executor,
        f"/dispatches/{dispatch['id']}/handovers",
        {
            "lines": [
                {
                    "dispatch_line_id": dispatch["lines"][0]["id"],
                    "delivered": 8,
                    "accepted": 6,
                    "rejected": 1,
                    "lost": 1,
                    "reason": "satu penyok, satu hilang",
                    "condition": "baik",
                }
            ],
            "recipient_name": "Siti Contoh",
            "recipient_office": "Ketua RW 001",
            "witness_account_id": witnesses[0]["account_id"],
            "place": "Balai RW 001",
            "handed_over_at": world.clock.now().isoformat(),
        },
        201,
    )
    handover = f"/handovers/{recorded['handover']['id']}"
    photo = await api.send(
        world.executor, "POST", f"{handover}/evidence", files={"file": ("a.jpg", _JPEG, "image/jpeg")}
    )
    assert (photo.status_code, photo.json()["media_type"]) == (201, "image/jpeg")
    version = int(photo.headers["etag"].strip('"'))
    confirmed = await act(world.witness, f"{handover}/confirm", None)
    assert confirmed["handover"]["status"] == "confirmed"
    assert confirmed["handover"]["report"]["number"] == "0001/BAST/KSBB-PANGAN/31.71.06.1002/VIII/2026"
    assert confirmed["commitment"]["lines"][0]["balance"]["in_transit"] == 0
    assert (await act(world.collaborator, f"{one}/close", {}))["status"] == "closed"
    shown = (await api.get(world.collaborator, one)).json()
    assert shown["next_acts"] == []
    assert shown["fulfilment"] == {"allocated": "partial", "received": "complete", "handed_over": "partial"}
    history = (await api.get(world.collaborator, f"{one}/history")).json()["items"]
    assert [(entry["sequence"], entry["kind"], entry["role"]) for entry in history] == [
        (1, "drafted", "collaborator"),
        (2, "submitted", "collaborator"),
        (3, "assessed", "system"),
        (4, "approved", "assessor"),
        (5, "allocated", "assessor"),
        (6, "received", "aggregator"),
        (7, "written_off", "aggregator"),
        (8, "dispatched", "aggregator"),
        (9, "handover_recorded", "executor"),
        (10, "evidence_attached", "executor"),
        (11, "handed_over", "witness"),
        (12, "closed", "collaborator"),
    ]


_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(9) + b"\xff\xda\x00\x02\x00\xff\xd9"


async def test_more_than_is_outstanding_is_refused(world: World, api: Any) -> None:
    driven = await world.drive(Step.APPROVED)
    line = driven.commitment.lines[0].id
    answer = await api.send(
        world.aggregator,
        "POST",
        f"/commitments/{driven.commitment.id}/receipts",
        version=driven.commitment.version,
        json={"lines": [{"line_id": line, "quantity": 11}]},
    )
    assert answer.status_code == 422
    assert _errors(answer) == [
        {"code": "over_quantity", "pointer": "/lines/0/quantity", "expected": {"maximum": 10}, "given": 11}
    ]
    assert answer.json()["detail"] == "at most 10 outstanding, given 11"
    assert (await world.reload(driven)).commitment == driven.commitment


async def test_more_than_is_unallocated_or_needed_is_refused(world: World, api: Any) -> None:
    driven = await world.drive(Step.APPROVED, lines=world.lines("pangan", quantity=150))
    path = f"/commitments/{driven.commitment.id}/allocations"
    line, target = driven.commitment.lines[0].id, driven.target.id
    for quantity, maximum in ((151, 150), (101, 100)):
        answer = await api.send(
            world.assessor,
            "POST",
            path,
            version=driven.commitment.version,
            json={"line_id": line, "target_id": target, "quantity": quantity},
        )
        assert answer.status_code == 422
        assert _errors(answer) == [
            {"code": "over_quantity", "pointer": "/quantity", "expected": {"maximum": maximum}, "given": quantity}
        ]


async def test_an_act_in_the_wrong_status_is_refused(world: World, api: Any) -> None:
    driven = await world.drive(Step.SUBMITTED)
    answer = await api.send(
        world.aggregator,
        "POST",
        f"/commitments/{driven.commitment.id}/receipts",
        version=driven.commitment.version,
        json={"lines": [{"line_id": driven.commitment.lines[0].id, "quantity": 1}]},
    )
    assert answer.status_code == 409
    assert _errors(answer) == [
        {"code": "wrong_status", "pointer": "/status", "expected": ["approved"], "given": "submitted"}
    ]


async def test_a_stale_version_is_told_the_current_one(world: World, api: Any) -> None:
    driven = await world.drive(Step.SUBMITTED)
    answer = await api.send(
        world.collaborator, "POST", f"/commitments/{driven.commitment.id}/withdraw", version=1, json={"note": ""}
    )
    assert (answer.status_code, answer.headers["etag"]) == (412, '"2"')
    assert answer.json()["current"] == 2
    assert (await world.reload(driven)).commitment.status == "submitted"


async def test_an_act_without_a_version_is_refused(world: World, api: Any) -> None:
    driven = await world.drive(Step.DRAFTED)
    answer = await api.send(world.collaborator, "POST", f"/commitments/{driven.commitment.id}/submit")
    assert answer.status_code == 428
    assert _errors(answer) == [
        {"code": "if_match_missing", "pointer": "/header/If-Match", "expected": '"3"', "given": None}
    ]


async def test_a_repeated_act_is_done_once(world: World, api: Any) -> None:
    driven = await world.drive(Step.APPROVED)
    path = f"/commitments/{driven.commitment.id}/receipts"
    body = {"lines": [{"line_id": driven.commitment.lines[0].id, "quantity": 4}]}
    version = driven.commitment.version
    first = await api.send(world.aggregator, "POST", path, version=version, key="the-same-key", json=body)
    again = await api.send(world.aggregator, "POST", path, version=version, key="the-same-key", json=body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert (await world.reload(driven)).commitment.lines[0].received == 4
    other = await api.send(
        world.aggregator, "POST", path, version=version, key="the-same-key", json={**body, "note": "x"}
    )
    assert other.status_code == 422, other.text


async def test_only_the_named_witness_confirms(world: World, api: Any) -> None:
    driven = await world.drive(Step.EVIDENCED)
    assert driven.handover is not None
    other = await world.account(world.witness.grants[0].role, area_code="31.71")
    answer = await api.send(
        other, "POST", f"/handovers/{driven.handover.id}/confirm", version=driven.commitment.version
    )
    assert (answer.status_code, _errors(answer)[0]["code"]) == (403, "other_witness")


async def test_a_handover_without_evidence_is_not_confirmed(world: World, api: Any) -> None:
    driven = await world.drive(Step.RECORDED)
    assert driven.handover is not None
    answer = await api.send(
        world.witness, "POST", f"/handovers/{driven.handover.id}/confirm", version=driven.commitment.version
    )
    assert answer.status_code == 409
    assert _errors(answer) == [
        {"code": "evidence_missing", "pointer": "", "expected": {"evidence": "at least 1"}, "given": 0}
    ]


async def test_a_body_with_wrong_fields_names_each_of_them(world: World, api: Any) -> None:
    answer = await api.send(
        world.collaborator,
        "POST",
        "/commitments",
        json={
            "program_id": "pangan",
            "lines": [{"aid_type": "staple_food", "quantity": "5", "attributes": {}}],
            "planned_handover_on": "tomorrow",
            "owner": "me",
        },
    )
    assert answer.status_code == 422
    assert {item["pointer"] for item in _errors(answer)} == {"/lines/0/quantity", "/planned_handover_on", "/owner"}
    async with world.platform.database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(tables.commitments))).scalar_one() == 0


async def test_walls_by_http(world: World, api: Any) -> None:
    """They are given with the draft, shown with the commitment, and an allocation outside of them is refused."""
    (line,) = world.lines("pangan")
    given = {"aid_type": line.aid_type, "quantity": 10, "attributes": line.attributes, "lot": 5}
    body = {
        "program_id": "pangan",
        "lines": [given],
        "planned_handover_on": "2026-08-17",
        "aggregator_id": world.aggregator_party.id,
        "area_code": "31.72",
        "area_only": True,
        "target_kind": "rw",
        "target_kind_only": True,
    }
    drafted = (await api.send(world.collaborator, "POST", "/commitments", json=body)).json()
    shown = (await api.send(world.collaborator, "GET", f"/commitments/{drafted['id']}")).json()
    (listed,) = (await api.send(world.collaborator, "GET", "/commitments")).json()["items"]
    walls = {"area_code": "31.72", "area_only": True, "target_kind": "rw", "target_kind_only": True}
    assert {name: shown[name] for name in walls} == {name: listed[name] for name in walls} == walls
    assert [one["lot"] for one in shown["lines"]] == [5]
    target = world.targets["pangan"][0]
    async with world.platform.reading_desk(world.auditor) as desk:
        found = await load_commitment(desk, drafted["id"])
    await world.advance(Driven(step=Step.DRAFTED, commitment=found, target=target), Step.APPROVED)
    answer = await api.send(
        world.assessor,
        "POST",
        f"/commitments/{drafted['id']}/allocations",
        json={"line_id": drafted["lines"][0]["id"], "target_id": target.id, "quantity": 5},
        version=4,
    )
    assert answer.status_code == 409, answer.text
    assert _errors(answer) == [
        {"code": "outside_area", "pointer": "/target_id", "expected": "31.72", "given": "31.71.06.1002"}
    ]
    wrong = {**body, "target_kind": None, "lines": [{**given, "lot": 11}]}
    answer = await api.send(world.collaborator, "POST", "/commitments", json=wrong)
    assert answer.status_code == 422
    assert [one["code"] for one in _errors(answer)] == ["lot", "target_kind_missing"]
