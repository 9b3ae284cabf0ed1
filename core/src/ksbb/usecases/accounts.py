"""Accounts, their grants, and the tokens that prove who asks."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.errors import Problem, Unauthenticated, conflict, invalid, not_found, stale
from ksbb.domain.rights import Actor, Grant, Permission, Role, require
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.prepared import Link, Prepared, link_of
from ksbb.storage.rows import as_record, fetch_all
from ksbb.storage.unit import new_id
from ksbb.usecases.chain import load_target, plain
from ksbb.usecases.desk import Desk

_MIN_PASSWORD = 12
REFRESH_DAYS = 14
_HASHER = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified when an e-mail is unknown, so that the answer takes as long as for a known one."""
    return _HASHER.hash(secrets.token_urlsafe(16))


_ACTOR = Prepared(
    select(*tables.accounts.columns, *tables.grants.columns)
    .join_from(tables.accounts, tables.grants, isouter=True)
    .where(tables.accounts.c.id == bindparam("account_id"), tables.accounts.c.active.is_(True))
    .order_by(tables.grants.c.position)
)
_TOKEN = Prepared(
    select(tables.tokens).where(
        tables.tokens.c.secret_sha256 == bindparam("digest"), tables.tokens.c.kind == bindparam("of_kind")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's or a system's account, without its secrets."""

    id: str
    email: str
    name: str
    party_id: str | None
    target_id: str | None
    active: bool
    created_at: datetime
    version: int
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A refresh token of a person (`kind` refresh) or a system's token (`kind` api); the secret itself is never kept."""

    id: str
    account_id: str
    kind: str
    name: str
    scopes: list[str] | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


async def load_actor(link: Link, account_id: str) -> Actor | None:
    """Who an active account is, with its grants; None for an unknown or inactive one."""
    rows = await _ACTOR.joined(link, account_id=account_id)
    if not rows:
        return None
    account = rows[0][0]
    grants = tuple(msgspec.convert(grant, Grant) for _, grant in rows if grant["role"] is not None)
    return Actor(
        account_id=account["id"],
        name=account["name"],
        party_id=account["party_id"],
        target_id=account["target_id"],
        grants=grants,
    )


async def create(
    desk: Desk,
    *,
    email: str,
    name: str,
    password: str,
    grants: Sequence[Grant],
    party_id: str | None = None,
    target_id: str | None = None,
) -> Account:
    """A new account with its grants. Raises InvalidInput for a short password, Conflict for an e-mail in use."""
    role = require(desk.actor, Permission.MANAGE_ACCOUNTS)
    if len(password) < _MIN_PASSWORD:
        raise invalid(
            "password_short",
            Text(
                f"kata sandi paling sedikit {_MIN_PASSWORD} karakter",
                f"a password has at least {_MIN_PASSWORD} characters",
            ),
            "/password",
            {"minLength": _MIN_PASSWORD},
            len(password),
        )
    connection = desk.unit.connection
    address = email.strip().lower()
    if (await connection.execute(select(tables.accounts.c.id).where(tables.accounts.c.email == address))).first():
        raise conflict("email_used", Text(f"{address} sudah dipakai", f"{address} is in use"), "/email", given=address)
    await _check_references(desk, grants, party_id, target_id)
    account = Account(
        id=new_id(),
        email=address,
        name=name,
        party_id=party_id,
        target_id=target_id,
        active=True,
        created_at=desk.now,
        version=1,
        grants=tuple(grants),
    )
    await connection.execute(
        tables.accounts.insert().values(
            **{name: getattr(account, name) for name in _FIELDS},
            password_hash=await asyncio.to_thread(_HASHER.hash, password),
        )
    )
    await _put_grants(connection, account.id, grants)
    await _record(
        desk,
        account.id,
        "account_created",
        role,
        after=0,
        payload={"grants": plain(list(grants)), "party_id": party_id},
    )
    return account


async def change(
    desk: Desk, account_id: str, *, grants: Sequence[Grant], active: bool, expected_version: int
) -> Account:
    """Replace an account's grants, and switch it on or off; off revokes its tokens."""
    role = require(desk.actor, Permission.MANAGE_ACCOUNTS)
    connection, table = desk.unit.connection, tables.accounts
    await connection.execute(select(table.c.id).where(table.c.id == account_id).with_for_update())
    account = await load(desk, account_id)
    if account.version != expected_version:
        raise stale(expected_version, account.version)
    await _check_references(desk, grants, None, None)
    await connection.execute(delete(tables.grants).where(tables.grants.c.account_id == account_id))
    await _put_grants(connection, account_id, grants)
    await connection.execute(
        update(table).where(table.c.id == account_id).values(active=active, version=account.version + 1)
    )
    if not active:
        await _revoke(connection, desk.now, tables.tokens.c.account_id == account_id)
    payload = {"grants": plain(list(grants)), "active": active}
    await _record(desk, account_id, "account_changed", role, after=account.version, payload=payload)
    return await load(desk, account_id)


async def load(desk: Desk, account_id: str) -> Account:
    """An account with its grants. Raises NotFound."""
    found = [account for account in await find(desk) if account.id == account_id]
    if not found:
        raise not_found(Text("akun", "account"), account_id)
    return found[0]


async def find(desk: Desk) -> list[Account]:
    """All accounts with their grants, by e-mail; for those who manage accounts."""
    require(desk.actor, Permission.MANAGE_ACCOUNTS)
    connection = desk.unit.connection
    accounts = await fetch_all(connection, select(tables.accounts).order_by(tables.accounts.c.email), Account)
    rows = (await connection.execute(select(tables.grants).order_by(tables.grants.c.position))).mappings()
    held: dict[str, list[Grant]] = {}
    for row in rows:
        held.setdefault(row["account_id"], []).append(as_record(row, Grant))
    return [
        Account(**{**{name: getattr(account, name) for name in _FIELDS}, "grants": tuple(held.get(account.id, ()))})
        for account in accounts
    ]


_FIELDS = ("id", "email", "name", "party_id", "target_id", "active", "created_at", "version")


async def authenticate(connection: AsyncConnection, email: str, password: str) -> Actor:
    """Who signs in with this e-mail and password. Raises Unauthenticated, the same for a wrong e-mail and a wrong password."""
    table = tables.accounts
    row = (await connection.execute(select(table).where(table.c.email == email.strip().lower()))).mappings().first()
    try:
        await asyncio.to_thread(_HASHER.verify, row["password_hash"] if row else _nobody(), password)
    except (VerificationError, InvalidHashError) as error:
        raise _refused() from error
    actor = await load_actor(link_of(connection), row["id"]) if row else None
    if actor is None:
        raise _refused()
    return actor


async def issue_token(
    desk: Desk,
    account_id: str,
    *,
    kind: str,
    name: str,
    lifetime: timedelta,
    scopes: Sequence[Permission] | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which is told once and never kept."""
    secret = f"ksbb_{secrets.token_urlsafe(32)}"
    token = Token(
        id=new_id(),
        account_id=account_id,
        kind=kind,
        name=name,
        scopes=None if scopes is None else sorted(scopes),
        created_at=desk.now,
        expires_at=desk.now + lifetime,
        revoked_at=None,
    )
    await desk.unit.connection.execute(
        tables.tokens.insert().values(
            id=token.id,
            account_id=account_id,
            kind=kind,
            name=name,
            secret_sha256=_digest(secret),
            scopes=token.scopes,
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )
    return token, secret


async def create_api_token(
    desk: Desk, account_id: str, *, name: str, days: int, scopes: Sequence[Permission]
) -> tuple[Token, str]:
    """A token for a system that acts as an account, narrowed to `scopes`; by those who manage accounts."""
    require(desk.actor, Permission.MANAGE_ACCOUNTS)
    await load(desk, account_id)
    return await issue_token(desk, account_id, kind="api", name=name, lifetime=timedelta(days=days), scopes=scopes)


async def find_token(link: Link, secret: str, kind: str, now: datetime) -> Token:
    """The valid token with this secret. Raises Unauthenticated for an unknown, expired or revoked one."""
    token = await _TOKEN.record(link, Token, digest=_digest(secret), of_kind=kind)
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        raise Unauthenticated(
            Problem(
                code="token_invalid",
                message=Text(
                    "token tidak dikenal, kedaluwarsa, atau dicabut; masuk kembali",
                    "the token is unknown, expired or revoked; sign in again",
                ),
            )
        )
    return token


async def revoke_token(desk: Desk, account_id: str, token_id: str) -> None:
    """Revoke a token of an account; one's own, or any by those who manage accounts. Raises NotFound."""
    table = tables.tokens
    query = select(table.c.id).where(table.c.id == token_id, table.c.account_id == account_id)
    known = (await desk.unit.connection.execute(query)).first() is not None
    mine = account_id == desk.actor.account_id
    if not known or not (mine or desk.actor.role_for(Permission.MANAGE_ACCOUNTS)):
        raise not_found(Text("token", "token"), token_id)
    await _revoke(desk.unit.connection, desk.now, table.c.id == token_id)


async def list_tokens(desk: Desk, account_id: str) -> list[Token]:
    """The API tokens of an account, the newest first; one's own, or any by those who manage accounts."""
    if account_id != desk.actor.account_id:
        require(desk.actor, Permission.MANAGE_ACCOUNTS)
    table = tables.tokens
    query = select(table).where(table.c.account_id == account_id, table.c.kind == "api").order_by(table.c.id.desc())
    return await fetch_all(desk.unit.connection, query, Token)


async def _revoke(connection: AsyncConnection, now: datetime, which: ColumnElement[bool]) -> None:
    table = tables.tokens
    await connection.execute(update(table).where(which, table.c.revoked_at.is_(None)).values(revoked_at=now))


async def _put_grants(connection: AsyncConnection, account_id: str, grants: Sequence[Grant]) -> None:
    if grants:
        await connection.execute(
            tables.grants.insert(),
            [
                {
                    "account_id": account_id,
                    "position": position,
                    "role": grant.role,
                    "program_id": grant.program_id,
                    "area_code": grant.area_code,
                }
                for position, grant in enumerate(grants)
            ],
        )


async def _check_references(desk: Desk, grants: Sequence[Grant], party_id: str | None, target_id: str | None) -> None:
    connection = desk.unit.connection
    for position, grant in enumerate(grants):
        if grant.role is Role.SYSTEM:
            raise invalid(
                "role",
                Text("peran system hanya untuk mesin", "the role system is the machine's own"),
                f"/grants/{position}/role",
                given="system",
            )
        if grant.area_code is not None:
            area = tables.areas
            if (await connection.execute(select(area.c.code).where(area.c.code == grant.area_code))).first() is None:
                raise not_found(Text("wilayah", "area"), grant.area_code, f"/grants/{position}/area_code")
    if party_id is not None:
        party = tables.parties
        if (await connection.execute(select(party.c.id).where(party.c.id == party_id))).first() is None:
            raise not_found(Text("pihak", "party"), party_id, "/party_id")
    if target_id is not None:
        await load_target(desk, target_id)


async def _record(
    desk: Desk, account_id: str, kind: str, role: Role, *, after: int, payload: dict[str, object]
) -> None:
    await desk.unit.append(
        f"account:{account_id}",
        kind,
        after=after,
        at=desk.now,
        account_id=desk.actor.account_id,
        role=role,
        payload=payload,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _refused() -> Unauthenticated:
    return Unauthenticated(
        Problem(
            code="credentials",
            message=Text("surel atau kata sandi tidak cocok", "the e-mail or the password isn't right"),
        )
    )
