"""Accounts of a world."""

from functools import lru_cache

from argon2 import PasswordHasher

from ksbb.domain.rights import Actor, Grant, Role
from ksbb.storage import tables
from ksbb.storage.unit import new_id
from ksbb.usecases.platform import Platform

PASSWORD = "kata-sandi-untuk-uji"  # noqa: S105 - of made-up accounts
"""The password of every account of a world."""


@lru_cache(maxsize=1)
def _password_hash() -> str:
    """Hashed once per process: hashing is slow by intention."""
    return PasswordHasher().hash(PASSWORD)


async def make_account(
    platform: Platform,
    role: Role,
    *,
    party_id: str | None = None,
    target_id: str | None = None,
    program_id: str | None = None,
    area_code: str | None = None,
) -> Actor:
    """A new account with one grant, signing in with `PASSWORD`.

    Stored directly: the use case would hash the password anew for each account.
    """
    grant = Grant(role=role, program_id=program_id, area_code=area_code)
    actor = Actor(account_id=new_id(), name=f"{role} contoh", party_id=party_id, target_id=target_id, grants=(grant,))
    async with platform.database.write() as connection:
        await connection.execute(
            tables.accounts.insert().values(
                id=actor.account_id,
                email=f"{role}-{actor.account_id}@example.org",
                name=actor.name,
                password_hash=_password_hash(),
                party_id=party_id,
                target_id=target_id,
                active=True,
                created_at=platform.clock.now(),
                version=1,
            )
        )
        await connection.execute(
            tables.grants.insert().values(
                account_id=actor.account_id, position=0, role=role, program_id=program_id, area_code=area_code
            )
        )
    return actor
