"""People who send requests to a real server: one account of each role, made as an operator makes them."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ksbb.testing import PASSWORD
from ksbb.usecases.desk import jakarta_day

AREA = "31.71.06.1002"
"""Where the targets are: Kebon Sirih, Menteng."""
_keys = itertools.count()


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends requests below `/api/v1` as the account of a role; as nobody where none is named."""

    client: httpx.Client
    _tokens: dict[str, str] = field(default_factory=dict)

    def send(
        self, role: str, method: str, path: str, *, version: int | None = None, new: bool = False, **content: Any
    ) -> httpx.Response:
        """Send a request: a change of the `version` that was seen, or of what is `new`."""
        headers = {"Idempotency-Key": f"dropins-{next(_keys)}"} if method == "POST" else {}
        if role:
            headers["Authorization"] = f"Bearer {self._token(role)}"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if new:
            headers["If-None-Match"] = "*"
        return self.client.request(method, f"/api/v1{path}", headers=headers, **content)

    def read(self, role: str, path: str, **query: Any) -> Any:
        """Read what must be there."""
        return _answer(self.send(role, "GET", path, params=query or None))

    def act(self, role: str, path: str, body: Any = None, *, version: int | None = None, **content: Any) -> Any:
        """Act, which must succeed."""
        return _answer(self.send(role, "POST", path, version=version, json=body, **content))

    def _token(self, role: str) -> str:
        if role not in self._tokens:
            body = {"email": address(role), "password": PASSWORD}
            self._tokens[role] = _answer(self.client.post("/api/v1/auth/login", json=body))["access_token"]
        return self._tokens[role]


@dataclass(slots=True)
class Town:
    """Who takes part, by the ids that were given to them. `targets` are the ids of a target of each program."""

    aggregator_id: str
    executor_id: str
    witness_id: str
    targets: dict[str, str] = field(default_factory=dict)


def address(role: str) -> str:
    """The e-mail address of a role's account."""
    return f"{role}@example.org"


def found(caller: Caller) -> Town:
    """Register an organisation of each kind, and an account of each role but those that the command line made."""
    donor = caller.act("admin", "/collaborators", {"name": "PT Contoh Seni", "collaborator_class": "enterprise"})
    executor = caller.act("admin", "/executors", {"name": "Relawan Contoh"})
    _account(caller, "collaborator", party_id=donor["id"])
    _account(caller, "executor", party_id=executor["id"])
    _account(caller, "assessor")
    witness = _account(caller, "witness", area_code=AREA)
    aggregator = caller.act("admin", "/aggregators", {"name": "Lembaga Contoh", "legal_form": "Yayasan"})
    _account(caller, "aggregator", party_id=aggregator["id"])
    today = jakarta_day(datetime.now(UTC))
    licence = {
        "kind": "fundraising_permit",
        "number": "PUB-CONTOH-001",
        "issuer": "Kementerian Sosial",
        "area_code": "31",
        "valid_from": (today - timedelta(days=30)).isoformat(),
        "valid_to": (today + timedelta(days=335)).isoformat(),
    }
    path = f"/aggregators/{aggregator['id']}"
    caller.act("admin", f"{path}/licences", licence)
    version = caller.read("admin", path)["version"]
    caller.act("admin", f"{path}/status", {"status": "active"}, version=version)
    return Town(aggregator["id"], executor["id"], witness["id"])


def recipient_of(caller: Caller, target_id: str) -> None:
    """An account for who speaks for a target."""
    _account(caller, "recipient", target_id=target_id)


def _account(caller: Caller, role: str, *, area_code: str | None = None, **belongs: str) -> Any:
    body = {
        "email": address(role),
        "name": f"{role} contoh",
        "password": PASSWORD,
        "grants": [{"role": role, "area_code": area_code}],
        **belongs,
    }
    return caller.act("admin", "/accounts", body)


def _answer(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()
