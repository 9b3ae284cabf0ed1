"""Sessions of people: opened by password, renewed by a refresh token that is good for one use, closed."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases import accounts
from ksbb.usecases.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open session: whose it is, and the secret of its refresh token."""

    account_id: str
    secret: str


async def open_session(desk: Desk, email: str, password: str) -> Opened:
    """Sign in. Raises Unauthenticated when e-mail or password isn't right, or the account is switched off."""
    actor = await accounts.authenticate(desk.unit.connection, email, password)
    return await _open(desk, actor.account_id)


async def renew(desk: Desk, secret: str) -> Opened | None:
    """Replace a refresh token by a new one; None when it isn't valid.

    A token that was replaced before is in two hands: then all sessions of its account are ended (RFC 9700, 4.14.2).
    None is answered, not raised, so that this is kept.
    """
    table = tables.tokens
    connection = desk.unit.connection
    query = select(table).where(table.c.secret_sha256 == _digest(secret), table.c.kind == "refresh").with_for_update()
    token = await fetch_one(connection, query, accounts.Token)
    if token is None or token.expires_at <= desk.now:
        return None
    if token.revoked_at is not None:
        await _revoke(desk, token.account_id)
        return None
    await connection.execute(update(table).where(table.c.id == token.id).values(revoked_at=desk.now))
    if await accounts.load_actor(desk.unit.link, token.account_id) is None:
        return None
    return await _open(desk, token.account_id)


async def close_session(desk: Desk, secret: str) -> None:
    """Revoke a refresh token; nothing happens for an unknown one."""
    table = tables.tokens
    which = (table.c.secret_sha256 == _digest(secret), table.c.kind == "refresh", table.c.revoked_at.is_(None))
    await desk.unit.connection.execute(update(table).where(*which).values(revoked_at=desk.now))


async def _open(desk: Desk, account_id: str) -> Opened:
    lifetime = timedelta(days=accounts.REFRESH_DAYS)
    _, secret = await accounts.issue_token(desk, account_id, kind="refresh", name="", lifetime=lifetime)
    return Opened(account_id=account_id, secret=secret)


async def _revoke(desk: Desk, account_id: str) -> None:
    table = tables.tokens
    which = (table.c.account_id == account_id, table.c.kind == "refresh", table.c.revoked_at.is_(None))
    await desk.unit.connection.execute(update(table).where(*which).values(revoked_at=desk.now))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
