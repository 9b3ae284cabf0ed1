"""Idempotency: an act is done once per account and key, and told again as it was."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from ksbb.domain.errors import invalid
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.rows import fetch_one
from ksbb.usecases.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """What an act was answered with: HTTP status, headers, and the body as JSON text, empty for none."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    request_sha256: str
    status: int
    headers: dict[str, str]
    body: str


async def claim(desk: Desk, key: str) -> bool:
    """Take the key until the unit ends; False while another unit holds it. SQLite has one writer, so it is always free
    there.
    """
    connection = desk.unit.connection
    if connection.dialect.name != "postgresql":
        return True
    digest = hashlib.sha256(f"{desk.actor.account_id}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    return bool((await connection.execute(select(func.pg_try_advisory_xact_lock(number)))).scalar_one())


async def find(desk: Desk, key: str, request_sha256: str) -> StoredAnswer | None:
    """The answer to an earlier request with this key. Raises InvalidInput when that request was another one."""
    table = tables.idempotency
    query = select(table).where(table.c.account_id == desk.actor.account_id, table.c.key == key)
    found = await fetch_one(desk.unit.connection, query, _Row)
    if found is None:
        return None
    if found.request_sha256 != request_sha256:
        raise invalid(
            "idempotency_key_used",
            Text(
                "Idempotency-Key ini sudah dipakai untuk permintaan lain; pilih kunci baru",
                "this Idempotency-Key was used for another request; choose a new key",
            ),
            "/header/Idempotency-Key",
            given=key,
        )
    return StoredAnswer(status=found.status, headers=found.headers, body=found.body)


async def keep(desk: Desk, key: str, request_sha256: str, answer: StoredAnswer) -> None:
    """Keep the answer in the transaction of the act."""
    await desk.unit.connection.execute(
        tables.idempotency.insert().values(
            account_id=desk.actor.account_id,
            key=key,
            request_sha256=request_sha256,
            status=answer.status,
            headers=dict(answer.headers),
            body=answer.body,
            created_at=desk.now,
        )
    )
