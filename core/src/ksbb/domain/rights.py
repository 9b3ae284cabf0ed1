"""Who may do what, where: roles bound to program and area, and ownership."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ksbb.domain.areas import within
from ksbb.domain.errors import Forbidden, Problem
from ksbb.domain.text import Text


class Role(StrEnum):
    """The roles of the field. `system` is the platform's own machine steps and holds no account."""

    COLLABORATOR = "collaborator"
    AGGREGATOR = "aggregator"
    ASSESSOR = "assessor"
    EXECUTOR = "executor"
    WITNESS = "witness"
    RECIPIENT = "recipient"
    SECRETARIAT = "secretariat"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"


class Permission(StrEnum):
    """Every act that needs a right. Reading public figures needs none."""

    COMMIT = "commit"
    ASSESS = "assess"
    PROPOSE = "propose"
    ALLOCATE = "allocate"
    REFUSE_OFFER = "refuse_offer"
    RECEIVE = "receive"
    DISPATCH = "dispatch"
    HAND_OVER = "hand_over"
    WITNESS = "witness"
    CLOSE = "close"
    CANCEL = "cancel"
    MANAGE_TARGETS = "manage_targets"
    MANAGE_NEEDS = "manage_needs"
    UPDATE_OWN_NEEDS = "update_own_needs"
    MANAGE_PARTIES = "manage_parties"
    VERIFY_AGGREGATORS = "verify_aggregators"
    APPLY_AS_AGGREGATOR = "apply_as_aggregator"
    COMPLETE_FOLLOW_UP = "complete_follow_up"
    READ_PROPOSALS = "read_proposals"
    READ_COMMITMENTS = "read_commitments"
    READ_PARTIES = "read_parties"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_ENGINE = "manage_engine"
    MACHINE_STEP = "machine_step"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COLLABORATOR: frozenset(
        {
            Permission.COMMIT,
            Permission.CANCEL,
            Permission.CLOSE,
            Permission.READ_COMMITMENTS,
            Permission.COMPLETE_FOLLOW_UP,
        }
    ),
    Role.AGGREGATOR: frozenset(
        {
            Permission.RECEIVE,
            Permission.DISPATCH,
            Permission.APPLY_AS_AGGREGATOR,
            Permission.READ_COMMITMENTS,
            Permission.COMPLETE_FOLLOW_UP,
        }
    ),
    Role.ASSESSOR: frozenset(
        {
            Permission.ASSESS,
            Permission.PROPOSE,
            Permission.ALLOCATE,
            Permission.REFUSE_OFFER,
            Permission.CLOSE,
            Permission.CANCEL,
            Permission.MANAGE_TARGETS,
            Permission.MANAGE_NEEDS,
            Permission.READ_PROPOSALS,
            Permission.READ_COMMITMENTS,
            Permission.READ_PARTIES,
            Permission.COMPLETE_FOLLOW_UP,
        }
    ),
    Role.EXECUTOR: frozenset({Permission.HAND_OVER, Permission.READ_COMMITMENTS, Permission.COMPLETE_FOLLOW_UP}),
    Role.WITNESS: frozenset({Permission.WITNESS, Permission.READ_COMMITMENTS}),
    Role.RECIPIENT: frozenset({Permission.UPDATE_OWN_NEEDS, Permission.REFUSE_OFFER, Permission.READ_COMMITMENTS}),
    Role.SECRETARIAT: frozenset(
        {
            Permission.MANAGE_PARTIES,
            Permission.VERIFY_AGGREGATORS,
            Permission.PROPOSE,
            Permission.MANAGE_TARGETS,
            Permission.MANAGE_NEEDS,
            Permission.READ_PROPOSALS,
            Permission.READ_COMMITMENTS,
            Permission.READ_PARTIES,
            Permission.COMPLETE_FOLLOW_UP,
        }
    ),
    Role.ADMIN: frozenset(
        {Permission.MANAGE_ACCOUNTS, Permission.MANAGE_ENGINE, Permission.MANAGE_PARTIES, Permission.READ_PARTIES}
    ),
    Role.AUDITOR: frozenset({Permission.READ_PROPOSALS, Permission.READ_COMMITMENTS, Permission.READ_PARTIES}),
    Role.SYSTEM: frozenset({Permission.MACHINE_STEP, Permission.PROPOSE, Permission.READ_COMMITMENTS}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role, where it holds: None means every program, every area."""

    role: Role
    program_id: str | None = None
    area_code: str | None = None

    def reaches(self, program_id: str | None, area_code: str | None) -> bool:
        """Whether the grant holds for a program and an area; None asks for the right anywhere."""
        program_fits = self.program_id is None or program_id is None or self.program_id == program_id
        area_fits = self.area_code is None or area_code is None or within(area_code, self.area_code)
        return program_fits and area_fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. `party_id` is the organisation that the account belongs to; `scopes` narrows a system's token."""

    account_id: str
    name: str
    party_id: str | None = None
    target_id: str | None = None
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Permission] | None = None

    def role_for(
        self, permission: Permission, program_id: str | None = None, area_code: str | None = None
    ) -> Role | None:
        """The role by which the actor may do this there, or None."""
        if self.scopes is not None and permission not in self.scopes:
            return None
        for grant in self.grants:
            if permission in PERMISSIONS[grant.role] and grant.reaches(program_id, area_code):
                return grant.role
        return None

    def holds(self, *roles: Role) -> bool:
        """Whether the actor has one of the roles anywhere."""
        return any(grant.role in roles for grant in self.grants)


SYSTEM = Actor(account_id="system", name="KSBB", grants=(Grant(role=Role.SYSTEM),))


def require(actor: Actor, permission: Permission, program_id: str | None = None, area_code: str | None = None) -> Role:
    """The role by which the actor may do this there. Raises Forbidden when there is none."""
    role = actor.role_for(permission, program_id, area_code)
    if role is None:
        place = ", ".join(filter(None, (program_id, area_code))) or "KSBB"
        needed = sorted(
            r for r, permissions in PERMISSIONS.items() if permission in permissions and r is not Role.SYSTEM
        )
        raise Forbidden(
            Problem(
                code="right_missing",
                message=Text(
                    f"tindakan {permission} di {place} memerlukan peran {' / '.join(needed)}",
                    f"{permission} at {place} needs the role {' / '.join(needed)}",
                ),
                expected=needed,
                given=sorted({grant.role for grant in actor.grants}),
            )
        )
    return role


def require_everywhere(actor: Actor, permission: Permission, program_id: str, area_codes: Iterable[str]) -> Role:
    """The role by which the actor may do this in all of these areas; with none, anywhere in the program. Raises Forbidden that names
    the first area where the actor may not.
    """
    roles = [require(actor, permission, program_id, code) for code in sorted(set(area_codes))]
    return roles[0] if roles else require(actor, permission, program_id)


def require_other(actor_party: str | None, parties: dict[str, str | None], *, code: str, message: Text) -> None:
    """Raises Forbidden when the actor's own party is one of `parties` (what each is → party id)."""
    if actor_party is not None and actor_party in parties.values():
        raise Forbidden(Problem(code=code, message=message))
