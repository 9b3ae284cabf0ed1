"""Idempotency: an act is done once per account and key, and told again as it was."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from ksbb.domain.errors import KsbbError, conflict, invalid
from ksbb.domain.rights import Actor
from ksbb.domain.text import Text
from ksbb.storage import tables
from ksbb.storage.prepared import Prepared
from ksbb.usecases.desk import Desk
from ksbb.usecases.platform import Platform

_KEPT = Prepared(
    select(tables.idempotency).where(
        tables.idempotency.c.account_id == bindparam("account_id"), tables.idempotency.c.key == bindparam("key")
    )
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How an act ended: what it is answered with, and what a repetition is told, which differs where the answer has a secret.

    `replayed`: it is the answer to an earlier request.
    """

    answer: StoredAnswer
    kept: StoredAnswer
    replayed: bool = False


async def once(
    platform: Platform, actor: Actor, key: str, request_sha256: str, act: Callable[[Desk], Awaitable[Done]]
) -> Done:
    """Do an act in one transaction together with what is kept under its key.

    The act goes first, for most keys are new; it can't be done twice, because its row would be the second with this key. When it
    fails, for whatever reason, and the key is known, the earlier answer is told. While the first request with a key runs, the
    second waits for it. Raises what the act raises, InvalidInput when the earlier request was another one.
    """
    try:
        async with platform.desk(actor) as desk:
            done = await act(desk)
            _keep(desk, key, request_sha256, done.kept)
    except KsbbError:
        async with platform.reading_desk(actor) as desk:
            before = await _find(desk, key, request_sha256)
        if before is None:
            raise
        return Done(answer=before, kept=before, replayed=True)
    return done


async def _find(desk: Desk, key: str, request_sha256: str) -> StoredAnswer | None:
    found = await _KEPT.record(desk.unit.link, _Row, account_id=desk.actor.account_id, key=key)
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


def in_flight(key: str) -> Exception:
    """That the first request with a key still runs."""
    return conflict(
        "in_flight",
        Text(
            "permintaan dengan Idempotency-Key ini masih berjalan; tunggu lalu ulangi",
            "a request with this Idempotency-Key is still running; wait, then retry",
        ),
        "/header/Idempotency-Key",
        given=key,
    )


def _keep(desk: Desk, key: str, request_sha256: str, answer: StoredAnswer) -> None:
    desk.unit.insert_row(
        tables.idempotency,
        {
            "account_id": desk.actor.account_id,
            "key": key,
            "request_sha256": request_sha256,
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body,
            "created_at": desk.now,
        },
    )
