"""Events: what happened, in one hash chain per stream (a commitment, a party, a target …)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GENESIS = "0" * 64
"""The hash before a stream's first event."""


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: who (`account_id`, `role`), when (UTC), what (`kind`, `payload`), why (`reason`), after which (`previous`)."""

    id: str
    stream: str
    sequence: int
    kind: str
    at: datetime
    account_id: str
    role: str
    reason: str
    payload: dict[str, Any]
    previous: str
    hash: str


def event_hash(
    *,
    event_id: str,
    stream: str,
    sequence: int,
    kind: str,
    at: datetime,
    account_id: str,
    role: str,
    reason: str,
    payload: dict[str, Any],
    previous: str,
) -> str:
    """SHA-256 (hex) over the canonical JSON of an event's contents and the hash of the one before it."""
    body = {
        "account_id": account_id,
        "at": at.isoformat(timespec="microseconds"),
        "id": event_id,
        "kind": kind,
        "payload": _canonical(payload),
        "previous": previous,
        "reason": reason,
        "role": role,
        "sequence": sequence,
        "stream": stream,
    }
    return hashlib.sha256(_CANONICAL.encode(body).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """JSON values with whole numbers as integers: PostgreSQL keeps the number, not the way it was written (1e20, 5.0)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _canonical(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(inner) for inner in value]
    return value


def broken_at(events: list[Event]) -> int | None:
    """The sequence of the first event of a stream whose place, hash or predecessor isn't right; None for a sound chain."""
    previous = GENESIS
    for position, event in enumerate(events, start=1):
        expected = event_hash(
            event_id=event.id,
            stream=event.stream,
            sequence=event.sequence,
            kind=event.kind,
            at=event.at,
            account_id=event.account_id,
            role=event.role,
            reason=event.reason,
            payload=event.payload,
            previous=previous,
        )
        if event.sequence != position or event.previous != previous or event.hash != expected:
            return position
        previous = event.hash
    return None
