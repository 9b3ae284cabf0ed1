"""Every operation of the chain, asked for by every role: who may, who is refused, and for whom the record doesn't exist."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ksbb.domain.parties import CollaboratorClass
from ksbb.domain.rights import Actor, Role
from ksbb.testing import Driven, Step, World, tiny_png
from ksbb.testing.databases import SETUP
from ksbb.usecases import parties

ROLES = (
    "collaborator",
    "aggregator",
    "assessor",
    "executor",
    "witness",
    "recipient",
    "secretariat",
    "admin",
    "auditor",
    "stranger",
    "anonymous",
)
"""The nine roles of people, a collaborator of another organisation, and nobody. The role `system` holds no account."""

# Columns in the order of ROLES:  coll aggr asse exec witn reci secr admi audi stra anon
EXPECTED = {
    "draft": (201, 403, 403, 403, 403, 403, 403, 403, 403, 201, 401),
    "revise": (200, 404, 404, 404, 404, 404, 404, 404, 403, 404, 401),
    "submit": (200, 404, 404, 404, 404, 404, 404, 404, 403, 404, 401),
    "withdraw": (200, 403, 403, 404, 404, 404, 403, 404, 403, 404, 401),
    "approve": (403, 403, 200, 404, 404, 404, 403, 404, 403, 404, 401),
    "request_revision": (403, 403, 200, 404, 404, 404, 403, 404, 403, 404, 401),
    "reject": (403, 403, 200, 404, 404, 404, 403, 404, 403, 404, 401),
    "cancel": (200, 403, 200, 404, 404, 404, 403, 404, 403, 404, 401),
    "allocate": (403, 403, 201, 404, 404, 404, 403, 404, 403, 404, 401),
    "release": (403, 403, 200, 404, 404, 403, 403, 404, 403, 404, 401),
    "refuse_offer": (403, 403, 200, 404, 404, 200, 403, 404, 403, 404, 401),
    "receive": (403, 201, 403, 404, 404, 403, 403, 404, 403, 404, 401),
    "write_off": (403, 201, 403, 404, 404, 404, 403, 404, 403, 404, 401),
    "dispatch": (403, 201, 403, 404, 404, 403, 403, 404, 403, 404, 401),
    "record_handover": (403, 403, 403, 201, 403, 403, 403, 404, 403, 404, 401),
    "attach_evidence": (403, 403, 403, 201, 201, 403, 403, 404, 403, 404, 401),
    "refuse_handover": (403, 403, 403, 403, 200, 403, 403, 404, 403, 404, 401),
    "confirm_handover": (403, 403, 403, 403, 200, 403, 403, 404, 403, 404, 401),
    "close": (200, 403, 200, 403, 403, 403, 403, 404, 403, 404, 401),
    "list_commitments": (200, 200, 200, 200, 200, 200, 200, 403, 200, 200, 401),
    "get_commitment": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "get_history": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "get_assessments": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "get_dispatch": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "list_witnesses": (403, 403, 403, 200, 403, 403, 403, 404, 403, 404, 401),
    "get_travel_document": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "get_handover": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "list_evidence": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    "get_evidence": (200, 200, 200, 200, 200, 200, 200, 404, 200, 404, 401),
    # 409: the right to the report is there, its PDF isn't made yet
    "get_report": (409, 409, 409, 409, 409, 409, 409, 404, 409, 404, 401),
    "verify": (200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
}

Body = dict[str, Any]
Prepare = Callable[[World], Awaitable[Driven]]


@dataclass(frozen=True)
class Operation:
    """How a case is prepared and asked for: `path` and `content` from the driven commitment; `acts` sends If-Match."""

    prepare: Prepare
    method: str
    path: Callable[[Driven], str]
    content: Callable[[World, Driven], Body] = lambda _world, _driven: {}
    acts: bool = True


def _to(step: Step) -> Prepare:
    async def prepare(world: World) -> Driven:
        return await world.drive(step)

    return prepare


async def _in_custody_unpromised(world: World) -> Driven:
    return await world.receive(await world.drive(Step.APPROVED))


def _given(world: World, _driven: Driven) -> Body:
    (line,) = world.lines("pangan")
    return {
        "json": {
            "program_id": "pangan",
            "lines": [{"aid_type": line.aid_type, "quantity": line.quantity, "attributes": line.attributes}],
            "planned_handover_on": "2026-08-17",
            "aggregator_id": world.aggregator_party.id,
        }
    }


def _json(**body: Any) -> Callable[[World, Driven], Body]:
    return lambda _world, _driven: {"json": body}


def _one_unit(**more: Any) -> Callable[[World, Driven], Body]:
    return lambda _world, driven: {
        "json": {"lines": [{"line_id": driven.commitment.lines[0].id, "quantity": 1}], **more}
    }


def _allocation(_world: World, driven: Driven) -> Body:
    return {"json": {"line_id": driven.commitment.lines[0].id, "target_id": driven.target.id, "quantity": 1}}


def _sending(world: World, driven: Driven) -> Body:
    lines = [{"allocation_id": driven.allocations[0].id, "quantity": 1}]
    return {"json": {"target_id": driven.target.id, "executor_id": world.executor_party.id, "lines": lines}}


def _outcome(world: World, driven: Driven) -> Body:
    assert driven.dispatch is not None
    (line,) = driven.dispatch.lines
    return {
        "json": {
            "lines": [{"dispatch_line_id": line.id, "delivered": line.quantity, "accepted": line.quantity}],
            "recipient_name": "Siti Contoh",
            "recipient_office": "Ketua RW",
            "witness_account_id": world.witness.account_id,
            "place": "Balai RW",
            "handed_over_at": world.clock.now().isoformat(),
        }
    }


def _photo(_world: World, _driven: Driven) -> Body:
    return {"files": {"file": ("foto.png", tiny_png(7), "image/png")}}


def _commitment(rest: str = "") -> Callable[[Driven], str]:
    return lambda driven: f"/commitments/{driven.commitment.id}{rest}"


def _dispatch(rest: str = "") -> Callable[[Driven], str]:
    return lambda driven: f"/dispatches/{driven.dispatch.id if driven.dispatch else ''}{rest}"


def _handover(rest: str = "") -> Callable[[Driven], str]:
    return lambda driven: f"/handovers/{driven.handover.id if driven.handover else ''}{rest}"


def _read(path: Callable[[Driven], str]) -> Operation:
    return Operation(_to(Step.CONFIRMED), "GET", path, acts=False)


OPERATIONS = {
    "draft": Operation(_to(Step.DRAFTED), "POST", lambda _: "/commitments", _given, acts=False),
    "revise": Operation(_to(Step.DRAFTED), "PUT", _commitment(), _given),
    "submit": Operation(_to(Step.DRAFTED), "POST", _commitment("/submit")),
    "withdraw": Operation(_to(Step.SUBMITTED), "POST", _commitment("/withdraw"), _json(note="batal")),
    "approve": Operation(_to(Step.ASSESSED), "POST", _commitment("/approve"), _json()),
    "request_revision": Operation(
        _to(Step.ASSESSED), "POST", _commitment("/request-revision"), _json(reason="lengkapi")
    ),
    "reject": Operation(_to(Step.ASSESSED), "POST", _commitment("/reject"), _json(reason="tidak layak")),
    "cancel": Operation(_to(Step.APPROVED), "POST", _commitment("/cancel"), _one_unit(reason="stok kurang")),
    "allocate": Operation(_to(Step.APPROVED), "POST", _commitment("/allocations"), _allocation),
    "release": Operation(
        _to(Step.ALLOCATED),
        "POST",
        lambda driven: f"/commitments/{driven.commitment.id}/allocations/{driven.allocations[0].id}/release",
        _json(quantity=1, reason="salah sasaran"),
    ),
    "refuse_offer": Operation(
        _to(Step.ALLOCATED),
        "POST",
        lambda driven: f"/commitments/{driven.commitment.id}/allocations/{driven.allocations[0].id}/refuse",
        _json(quantity=1, reason="gudang penuh"),
    ),
    "receive": Operation(_to(Step.ALLOCATED), "POST", _commitment("/receipts"), _one_unit()),
    "write_off": Operation(_in_custody_unpromised, "POST", _commitment("/write-offs"), _one_unit(reason="rusak")),
    "dispatch": Operation(_to(Step.RECEIVED), "POST", _commitment("/dispatches"), _sending),
    "record_handover": Operation(_to(Step.DISPATCHED), "POST", _dispatch("/handovers"), _outcome),
    "attach_evidence": Operation(_to(Step.RECORDED), "POST", _handover("/evidence"), _photo, acts=False),
    "refuse_handover": Operation(_to(Step.EVIDENCED), "POST", _handover("/refuse"), _json(reason="jumlah keliru")),
    "confirm_handover": Operation(_to(Step.EVIDENCED), "POST", _handover("/confirm")),
    "close": Operation(_to(Step.CONFIRMED), "POST", _commitment("/close"), _json()),
    "list_commitments": _read(lambda _: "/commitments"),
    "get_commitment": _read(_commitment()),
    "get_history": _read(_commitment("/history")),
    "get_assessments": _read(_commitment("/assessments")),
    "get_dispatch": _read(_dispatch()),
    "list_witnesses": _read(_dispatch("/witnesses")),
    "get_travel_document": _read(_dispatch("/travel-document")),
    "get_handover": _read(_handover()),
    "list_evidence": _read(_handover("/evidence")),
    "get_evidence": _read(
        lambda driven: f"{_handover('/evidence')(driven)}/{driven.evidence.id if driven.evidence else ''}"
    ),
    "get_report": _read(_handover("/report")),
    "verify": _read(lambda driven: f"/verify/{driven.report.verify_code if driven.report else ''}"),
}


async def _stranger(world: World) -> Actor:
    party = await world.act(
        SETUP, parties.register_collaborator, name="PT Lain", collaborator_class=CollaboratorClass.ENTERPRISE
    )
    return await world.account(Role.COLLABORATOR, party_id=party.id)


def test_the_table_has_every_operation() -> None:
    assert EXPECTED.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
async def test_who_may(name: str, world: World, api: Any) -> None:
    operation = OPERATIONS[name]
    stranger = await _stranger(world)
    driven = await operation.prepare(world)
    found = []
    for role in ROLES:
        actor = {"stranger": stranger, "anonymous": None}.get(role) or getattr(world, role, None)
        answer = await api.send(
            actor,
            operation.method,
            operation.path(driven),
            version=driven.commitment.version if operation.acts else None,
            **operation.content(world, driven),
        )
        found.append(answer.status_code)
        if operation.method != "GET" and answer.is_success:
            # It was done: the next role needs a case of its own
            driven = await operation.prepare(world)
    assert dict(zip(ROLES, found, strict=True)) == dict(zip(ROLES, EXPECTED[name], strict=True))
