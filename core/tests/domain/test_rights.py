"""Who may do what, where: the whole matrix, and how grants and scopes narrow it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.errors import Forbidden, Problem
from ksbb.domain.rights import (
    PERMISSIONS,
    SYSTEM,
    Actor,
    Grant,
    Permission,
    Role,
    require,
    require_other,
)
from ksbb.domain.text import Text

MATRIX = {
    "collaborator": "commit cancel close read_commitments complete_follow_up",
    "aggregator": "receive dispatch apply_as_aggregator read_commitments complete_follow_up",
    "assessor": "assess propose allocate refuse_offer close cancel manage_targets manage_needs read_proposals "
    "read_commitments read_parties complete_follow_up",
    "executor": "hand_over read_commitments complete_follow_up",
    "witness": "witness read_commitments",
    "recipient": "update_own_needs refuse_offer read_commitments",
    "secretariat": "manage_parties verify_aggregators propose manage_targets manage_needs read_proposals read_commitments "
    "read_parties complete_follow_up",
    "admin": "manage_accounts manage_engine manage_parties read_parties",
    "auditor": "read_proposals read_commitments read_parties",
    "system": "machine_step propose read_commitments",
}
MESSAGE = Text("bukan milik sendiri", "not one's own")


def an_actor(*grants: Grant, scopes: frozenset[Permission] | None = None, party_id: str | None = None) -> Actor:
    return Actor(account_id="u1", name="Contoh", grants=grants, scopes=scopes, party_id=party_id)


def test_the_matrix_whole() -> None:
    assert {str(role): {str(one) for one in allowed} for role, allowed in PERMISSIONS.items()} == {
        role: set(allowed.split()) for role, allowed in MATRIX.items()
    }
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == frozenset(Permission)


def test_auditors_recipients_and_witnesses_change_nothing_else() -> None:
    reading = {Permission.READ_COMMITMENTS, Permission.READ_PARTIES, Permission.READ_PROPOSALS}
    assert PERMISSIONS[Role.AUDITOR] <= reading
    assert PERMISSIONS[Role.RECIPIENT] - reading == {Permission.UPDATE_OWN_NEEDS, Permission.REFUSE_OFFER}
    assert PERMISSIONS[Role.WITNESS] - reading == {Permission.WITNESS}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_matrix_says(role: Role, permission: Permission) -> None:
    actor = an_actor(Grant(role=role))
    if str(permission) in MATRIX[role].split():
        assert require(actor, permission) is role
        return
    needed = sorted(name for name, allowed in MATRIX.items() if permission in allowed.split() and name != "system")
    with pytest.raises(Forbidden) as caught:
        require(actor, permission, "pangan", "31.71")
    roles = " / ".join(needed)
    assert caught.value.problems == (
        Problem(
            code="right_missing",
            message=Text(
                f"tindakan {permission} di pangan, 31.71 memerlukan peran {roles}",
                f"{permission} at pangan, 31.71 needs the role {roles}",
            ),
            expected=needed,
            given=[str(role)],
        ),
    )


@pytest.mark.parametrize(
    ("program_id", "area_code", "place"),
    [(None, None, "KSBB"), ("pangan", None, "pangan"), (None, "31.71", "31.71"), ("pangan", "31", "pangan, 31")],
)
def test_a_refusal_names_the_place(program_id: str | None, area_code: str | None, place: str) -> None:
    with pytest.raises(Forbidden) as caught:
        require(an_actor(), Permission.WITNESS, program_id, area_code)
    assert caught.value.problems[0].message.en == f"witness at {place} needs the role witness"
    assert caught.value.problems[0].given == []


@pytest.mark.parametrize(
    ("grant", "program_id", "area_code", "reaches"),
    [
        ((None, None), "pangan", "31.71.06.1002", True),
        (("pangan", None), "pangan", "31", True),
        (("pangan", None), "umkm", "31", False),
        (("pangan", None), None, "31", True),
        ((None, "31.71"), "umkm", "31.71.06.1002", True),
        ((None, "31.71"), "umkm", "31.71", True),
        ((None, "31.71"), "umkm", "31.72", False),
        ((None, "31.71"), "umkm", "31", False),
        ((None, "31.71"), "umkm", None, True),
        (("pangan", "31.71"), "pangan", "31.72", False),
        (("pangan", "31.71"), "umkm", "31.71", False),
    ],
)
def test_a_grant_reaches_its_program_and_area(
    grant: tuple[str | None, str | None], program_id: str | None, area_code: str | None, *, reaches: bool
) -> None:
    held = Grant(role=Role.WITNESS, program_id=grant[0], area_code=grant[1])
    assert held.reaches(program_id, area_code) is reaches
    role = an_actor(held).role_for(Permission.WITNESS, program_id, area_code)
    assert role is (Role.WITNESS if reaches else None)


def test_the_first_grant_that_allows_it_counts() -> None:
    actor = an_actor(
        Grant(role=Role.AUDITOR),
        Grant(role=Role.ASSESSOR, program_id="umkm"),
        Grant(role=Role.SECRETARIAT),
    )
    assert actor.role_for(Permission.MANAGE_NEEDS, "umkm") is Role.ASSESSOR
    assert actor.role_for(Permission.MANAGE_NEEDS, "pangan") is Role.SECRETARIAT
    assert actor.role_for(Permission.READ_PARTIES, "pangan") is Role.AUDITOR


@given(
    roles=st.lists(st.sampled_from(Role), max_size=4),
    scopes=st.none() | st.frozensets(st.sampled_from(Permission)),
    permission=st.sampled_from(Permission),
)
def test_scopes_only_narrow(roles: list[Role], scopes: frozenset[Permission] | None, permission: Permission) -> None:
    actor = an_actor(*(Grant(role=role) for role in roles), scopes=scopes)
    allowed = any(str(permission) in MATRIX[role].split() for role in roles)
    in_scope = scopes is None or permission in scopes
    assert (actor.role_for(permission) is not None) is (allowed and in_scope)


def test_holds() -> None:
    actor = an_actor(Grant(role=Role.WITNESS, area_code="31.71"))
    assert actor.holds(Role.WITNESS)
    assert actor.holds(Role.ADMIN, Role.WITNESS)
    assert not actor.holds(Role.ADMIN, Role.AUDITOR)
    assert not actor.holds()


def test_the_machine() -> None:
    assert SYSTEM.role_for(Permission.MACHINE_STEP) is Role.SYSTEM
    assert SYSTEM.role_for(Permission.COMMIT) is None


@pytest.mark.parametrize(("party", "refused"), [("p1", True), ("p2", True), ("p3", False), (None, False)])
def test_nobody_judges_their_own(party: str | None, *, refused: bool) -> None:
    parties = {"collaborator": "p1", "aggregator": "p2", "executor": None}
    if not refused:
        require_other(party, parties, code="own", message=MESSAGE)
        return
    with pytest.raises(Forbidden) as caught:
        require_other(party, parties, code="own", message=MESSAGE)
    assert caught.value.problems == (Problem(code="own", message=MESSAGE),)
