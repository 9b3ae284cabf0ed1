"""Every operation outside the chain, asked for by every role: who may, and who is refused. The chain has a table of its own."""

from typing import Any

import pytest

from ksbb.testing import World

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
)
EVERYBODY = frozenset(ROLES)
PARTIES = frozenset({"secretariat", "admin"})
REGISTERS = frozenset({"assessor", "secretariat"})
READS_PARTIES = frozenset({"assessor", "secretariat", "admin", "auditor"})
NONE = "01900000-0000-7000-8000-000000000000"

ALLOWED: dict[str, tuple[str, str, frozenset[str]]] = {
    "me": ("GET", "/auth/me", EVERYBODY),
    "import_areas": ("POST", "/areas/import", PARTIES),
    "register_target": ("POST", "/targets", REGISTERS),
    "change_target": ("PUT", "/targets/{target}", REGISTERS),
    "import_targets": ("POST", "/targets/import", REGISTERS),
    "set_need": ("PUT", "/needs/{target}/pangan/staple_food", REGISTERS | {"recipient"}),
    "import_needs": ("POST", "/needs/import", REGISTERS),
    "estimate_needs": ("POST", "/needs/estimates", REGISTERS),
    "list_collaborators": ("GET", "/collaborators", READS_PARTIES | {"collaborator", "aggregator", "executor"}),
    "register_collaborator": ("POST", "/collaborators", PARTIES),
    "get_collaborator": ("GET", "/collaborators/{donor}", READS_PARTIES | {"collaborator"}),
    "change_collaborator": ("PUT", "/collaborators/{donor}", PARTIES | {"collaborator"}),
    "apply_as_aggregator": ("POST", "/aggregators", PARTIES | {"aggregator"}),
    "change_aggregator_status": ("POST", "/aggregators/{aggregator}/status", frozenset({"secretariat"})),
    "add_licence": ("POST", "/aggregators/{aggregator}/licences", frozenset({"secretariat", "aggregator"})),
    "list_executors": ("GET", "/executors", READS_PARTIES | {"aggregator"}),
    "register_executor": ("POST", "/executors", PARTIES),
    "list_follow_ups": ("GET", "/follow-ups", EVERYBODY - {"admin"}),
    "list_accounts": ("GET", "/accounts", frozenset({"admin"})),
    "create_account": ("POST", "/accounts", frozenset({"admin"})),
    "get_account": ("GET", "/accounts/{account}", frozenset({"admin"})),
    "change_account": ("PUT", "/accounts/{account}", frozenset({"admin"})),
    "list_tokens": ("GET", "/accounts/{account}/tokens", frozenset({"admin", "auditor"})),
    "create_token": ("POST", "/accounts/{account}/tokens", frozenset({"admin"})),
    "ask_for_allocation": ("POST", "/allocation-runs", REGISTERS),
    "list_allocation_runs": ("GET", "/allocation-runs", REGISTERS | {"auditor"}),
    "list_parked": ("GET", "/engine/parked", frozenset({"admin"})),
    "retry_work": ("POST", f"/engine/parked/{NONE}/retry", frozenset({"admin"})),
    "drop_work": ("POST", f"/engine/parked/{NONE}/drop", frozenset({"admin"})),
}
"""Operation → method, path, and the roles that may. The account of the paths is the auditor's."""

ELSEWHERE = frozenset(
    {
        "complete_follow_up",
        "get_follow_up",
        "revoke_token",
        "logout",
    }
)
"""Operations on a record of one's own, whose rights `test_work.py` and `test_auth.py` show."""

PROPOSALS = frozenset(
    {
        "approve_proposal",
        "cancel_allocation_run",
        "edit_proposal",
        "explain_target",
        "explain_to_target",
        "get_allocation_run",
        "get_proposal",
        "list_drops",
        "list_remarks",
        "proposal_history",
        "proposal_inputs",
        "proposal_plan",
        "reject_proposal",
        "verify_proposal",
    }
)
"""Operations on a run or a proposal, whose rights `test_proposals.py` and `usecases/propose` show."""

PUBLIC = frozenset(
    {
        "get_aggregator",
        "get_aid_schema",
        "get_allocation_rules",
        "get_area",
        "get_coverage",
        "get_guide",
        "get_need",
        "get_need_periods",
        "get_program",
        "get_reference",
        "get_statistics",
        "get_target",
        "list_aggregators",
        "list_aid_schemas",
        "list_areas",
        "list_licences",
        "list_needs",
        "list_program_figures",
        "list_programs",
        "list_reference",
        "list_targets",
        "live",
        "login",
        "pangan.eid-window",
        "pangan.standard-package",
        "pendidikan.imei-check",
        "ready",
        "refresh",
        "verify_document",
    }
)
"""Operations that need nobody signed in."""

CHAIN = frozenset(
    {
        "allocate",
        "approve_commitment",
        "attach_evidence",
        "cancel_commitment",
        "close_commitment",
        "confirm_handover",
        "dispatch",
        "draft_commitment",
        "get_commitment",
        "get_commitment_assessments",
        "get_commitment_history",
        "get_dispatch",
        "get_evidence",
        "get_handover",
        "get_handover_report",
        "get_travel_document",
        "list_commitments",
        "list_evidence",
        "list_possible_witnesses",
        "receive",
        "refuse_offer",
        "record_handover",
        "refuse_handover",
        "reject_commitment",
        "release_allocation",
        "request_commitment_revision",
        "revise_commitment",
        "submit_commitment",
        "withdraw_commitment",
        "write_off",
    }
)
"""Operations whose roles stand in `chain/test_role_matrix.py`."""

BODIES: dict[str, dict[str, Any]] = {
    "import_areas": {"files": {"file": ("areas.csv", b"code,name\n", "text/csv")}},
    "import_targets": {"files": {"file": ("targets.csv", b"code,kind,name,area_code\n", "text/csv")}},
    "import_needs": {
        "files": {"file": ("needs.csv", b"target_code,program_id,aid_type,quantity,source,as_of\n", "text/csv")}
    },
    "estimate_needs": {
        "data": {"program_id": "pangan", "aid_type": "staple_food"},
        "files": {"file": ("figures.csv", b"target_code,residents\n", "text/csv")},
    },
    "register_target": {
        "json": {"code": "31.71.06.1002-RW090", "kind": "rw", "name": "RW 090", "area_code": "31.71.06.1002"}
    },
    "change_target": {"json": {"name": "RW", "households": 10, "contact_office": "", "ziswaf_entitled": False}},
    "set_need": {"json": {"quantity": 500, "source": "Uji", "as_of": "2026-08-01"}},
    "register_collaborator": {"json": {"name": "Donatur uji", "collaborator_class": "enterprise"}},
    "change_collaborator": {"json": {"address": "Jakarta", "contact_office": ""}},
    "apply_as_aggregator": {"json": {"name": "Agregator uji", "legal_form": "yayasan"}},
    "change_aggregator_status": {"json": {"status": "suspended", "reason": "uji"}},
    "add_licence": {
        "json": {
            "kind": "zakat",
            "number": "LAZ-9",
            "issuer": "Uji",
            "area_code": "31",
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        }
    },
    "register_executor": {"json": {"name": "Relawan uji"}},
    "ask_for_allocation": {"json": {"program_id": "pangan"}},
    "create_account": {
        "json": {"email": "baru@example.org", "name": "Baru", "password": "kata-sandi-panjang", "grants": []}
    },
    "change_account": {"json": {"grants": [], "active": True}},
    "create_token": {"json": {"name": "uji", "days": 1, "scopes": ["read_parties"]}},
    "drop_work": {"json": {"reason": "uji"}},
    "retry_work": {"json": {}},
}
VERSIONED = frozenset(
    {"change_target", "set_need", "change_collaborator", "change_aggregator_status", "change_account"}
)
UNCHANGED_ANSWERS = frozenset({400, 401, 403, 415, 422, 428})


@pytest.mark.parametrize("operation", sorted(ALLOWED))
async def test_who_may(api: Any, world: World, operation: str) -> None:
    method, template, allowed = ALLOWED[operation]
    path = template.format(
        target=world.targets["pangan"][0].id,
        donor=world.collaborator_party.id,
        aggregator=world.aggregator_party.id,
        account=world.auditor.account_id,
    )
    version = {"version": 99} if operation in VERSIONED else {}
    answers = {}
    for role in ROLES:
        request = {**BODIES.get(operation, {}), **version}
        actor = getattr(world, role)
        answer = await (api.get(actor, path) if method == "GET" else api.send(actor, method, path, **request))
        answers[role] = answer.status_code
    # An allowed role passes the check of rights: it succeeds, or is told that the version or the record isn't right.
    assert {role for role, status in answers.items() if status not in UNCHANGED_ANSWERS} == set(allowed), answers
    assert {status for role, status in answers.items() if role not in allowed} <= {403}, answers


@pytest.mark.parametrize("operation", sorted(ALLOWED))
async def test_nobody_signed_in_may(api: Any, world: World, operation: str) -> None:
    method, template, _ = ALLOWED[operation]
    path = template.format(
        target=world.targets["pangan"][0].id,
        donor=world.collaborator_party.id,
        aggregator=world.aggregator_party.id,
        account=world.auditor.account_id,
    )
    version = {"version": 99} if operation in VERSIONED else {}
    request = {**BODIES.get(operation, {}), **version}
    answer = await (api.get(None, path) if method == "GET" else api.send(None, method, path, **request))
    assert answer.status_code == 401


async def test_every_operation_stands_in_a_table(api: Any) -> None:
    document = (await api.get(None, "/openapi.json")).json()
    operations = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }
    assert operations == ALLOWED.keys() | ELSEWHERE | PROPOSALS | PUBLIC | CHAIN
