"""The acts of the replay over HTTP, to several API processes in turn, of which any may be killed at any time."""

import asyncio
import itertools
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import httpx
import jwt
import msgspec
from sqlalchemy import select

from ksbb.cli.replay.acts import Outcome
from ksbb.domain.commitments import Commitment
from ksbb.domain.handovers import Handover
from ksbb.domain.rights import SYSTEM, Actor, Role
from ksbb.storage import tables
from ksbb.storage.rows import fetch_all
from ksbb.usecases.allocate import Allocation
from ksbb.usecases.chain import load_commitment
from ksbb.usecases.commit import CommitmentInput
from ksbb.usecases.dispatch import Dispatch
from ksbb.usecases.hand_over import load_dispatch, load_handover
from ksbb.usecases.platform import Platform

from ..faults.client import Acknowledged, Refused, asks_again
from ..faults.processes import SECRET

PATIENCE_SECONDS = 180
_ATTEMPT_SECONDS = 60
_FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class ActsOverHttp:
    """Each act is repeated with its key until it is answered. `platform` only reads what stands after it.

    `under_way` counts open requests by address, `troubles` attempts without an answer, `told_again` answers to a repetition.
    """

    addresses: tuple[str, ...]
    platform: Platform
    acknowledged: list[Acknowledged] = field(default_factory=list)
    under_way: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    told_again: int = 0
    _http: httpx.AsyncClient = field(init=False)
    _turns: "itertools.cycle[str]" = field(init=False)
    _donors: dict[str, "asyncio.Task[str]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the connections."""
        self._http = httpx.AsyncClient(timeout=_ATTEMPT_SECONDS)
        self._turns = itertools.cycle(self.addresses)

    @property
    def done(self) -> int:
        """How many acts were acknowledged."""
        return len(self.acknowledged)

    async def close_connections(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def draft(self, actor: Actor, given: CommitmentInput) -> Commitment:
        """As `Acts.draft`; synthetic because the donor is."""
        answer = await self._act(actor, "drafted", "", "/commitments", msgspec.to_builtins(given))
        return await self._read(answer["id"])

    async def revise(self, actor: Actor, commitment: Commitment, given: CommitmentInput) -> Commitment:
        """As `Acts.revise`."""
        body = msgspec.to_builtins(given)
        path = f"/commitments/{commitment.id}"
        try:
            await self._act(actor, "revised", commitment.id, path, body, version=commitment.version, method="PUT")
        except Refused as refused:
            # A PUT has no key: after a cut connection its version tells whether it was done
            found = await self._read(commitment.id)
            if refused.status != HTTPStatus.PRECONDITION_FAILED or found.version != commitment.version + 1:
                raise
            await self._acknowledge(actor, "revised", commitment.id, found.version, "")
        return await self._read(commitment.id)

    async def submit(self, actor: Actor, commitment: Commitment) -> Commitment:
        """As `Acts.submit`."""
        return await self._change(actor, commitment, "submitted", "/submit")

    async def request_revision(self, actor: Actor, commitment: Commitment, reason: str) -> Commitment:
        """As `Acts.request_revision`."""
        return await self._change(actor, commitment, "revision_requested", "/request-revision", {"reason": reason})

    async def approve(self, actor: Actor, commitment: Commitment) -> Commitment:
        """As `Acts.approve`."""
        return await self._change(actor, commitment, "approved", "/approve", {})

    async def place(self, assessors: tuple[Actor, Actor], program_id: str) -> None:
        """As `Acts.place`: the proposals are computed and carried out by whatever worker lives."""
        asked = await self._decide(assessors[0], "/allocation-runs", {"program_id": program_id}, None)
        run = await self._until(assessors[0], f"/allocation-runs/{asked['id']}", "done")
        for proposal in run["proposals"]:
            decided = proposal
            for assessor in assessors:
                if decided["status"] == "open" and decided["drops"]:
                    path = f"/proposals/{proposal['id']}/approve"
                    decided = await self._decide(assessor, path, None, decided["version"])
            if decided["status"] == "approved":
                await self._until(assessors[0], f"/proposals/{proposal['id']}", "carried_out")
                await self._acknowledge_drops(proposal["id"])

    async def _acknowledge_drops(self, proposal_id: str) -> None:
        """What was carried out is answered for with the approval: one allocation for each drop."""
        drop, event = tables.proposal_drops, tables.events
        of_drop = (event.c.kind == "allocated") & (event.c.payload["id"].as_string() == drop.c.allocation_id)
        query = select(drop.c.commitment_id, event.c.sequence, event.c.account_id)
        query = query.join(event, of_drop).where(drop.c.proposal_id == proposal_id)
        async with self.platform.reading_desk(SYSTEM) as desk:
            rows = (await desk.unit.connection.execute(query)).all()
        self.acknowledged += [
            Acknowledged(kind="allocated", account_id=account, commitment_id=commitment, version=sequence, key="")
            for commitment, sequence, account in rows
        ]

    async def _decide(self, actor: Actor, path: str, body: Mapping[str, Any] | None, version: int | None) -> Any:
        headers = {"If-Match": f'"{version}"'} if version is not None else {}
        key = str(uuid.uuid4())
        return (await self._insist(actor.account_id, "POST", path, key, headers=headers, json=body)).json()

    async def _until(self, actor: Actor, path: str, status: str) -> Any:
        """What stands at a path once it has this status. Raises TimeoutError when it doesn't come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = (await self._insist(actor.account_id, "GET", path, "", headers={})).json()
                if found["status"] == status:
                    return found
                await asyncio.sleep(0.2)

    async def allocate(
        self, actor: Actor, commitment: Commitment, *, line_id: str, target_id: str, quantity: int
    ) -> tuple[Commitment, Allocation]:
        """As `Acts.allocate`."""
        body = {"line_id": line_id, "target_id": target_id, "quantity": quantity}
        path = f"/commitments/{commitment.id}/allocations"
        answer = await self._act(actor, "allocated", commitment.id, path, body, version=commitment.version)
        table = tables.allocations
        async with self.platform.reading_desk(SYSTEM) as desk:
            query = select(table).where(table.c.id == answer["allocation"]["id"])
            (made,) = await fetch_all(desk.unit.connection, query, Allocation)
        return await self._read(commitment.id), made

    async def receive(self, actor: Actor, commitment: Commitment, *, line_id: str, quantity: int) -> Commitment:
        """As `Acts.receive`."""
        body = {"lines": [{"line_id": line_id, "quantity": quantity}]}
        return await self._change(actor, commitment, "received", "/receipts", body)

    async def dispatch(
        self, actor: Actor, commitment: Commitment, allocation: Allocation, *, executor_id: str, vehicle: str
    ) -> tuple[Commitment, Dispatch]:
        """As `Acts.dispatch`."""
        body = {
            "target_id": allocation.target_id,
            "executor_id": executor_id,
            "lines": [{"allocation_id": allocation.id, "quantity": allocation.quantity}],
            "vehicle": vehicle,
        }
        path = f"/commitments/{commitment.id}/dispatches"
        answer = await self._act(actor, "dispatched", commitment.id, path, body, version=commitment.version)
        async with self.platform.reading_desk(SYSTEM) as desk:
            return await load_commitment(desk, commitment.id), await load_dispatch(desk, answer["dispatch"]["id"])

    async def record(
        self, actor: Actor, commitment: Commitment, dispatch_id: str, outcome: Outcome
    ) -> tuple[Commitment, Handover]:
        """As `Acts.record`."""
        body = {
            "lines": [msgspec.to_builtins(outcome.line)],
            "recipient_name": outcome.recipient_name,
            "recipient_office": outcome.recipient_office,
            "witness_account_id": outcome.witness_account_id,
            "place": outcome.place,
            "handed_over_at": self.platform.clock.now().isoformat(),
        }
        path = f"/dispatches/{dispatch_id}/handovers"
        answer = await self._act(actor, "handover_recorded", commitment.id, path, body, version=commitment.version)
        return await self._both(commitment.id, answer["handover"]["id"])

    async def attach(self, actor: Actor, handover: Handover, *, file_name: str, content: bytes) -> Commitment:
        """As `Acts.attach`."""
        path = f"/handovers/{handover.id}/evidence"
        files = {"file": (file_name, content)}
        await self._act(actor, "evidence_attached", handover.commitment_id, path, files=files)
        return await self._read(handover.commitment_id)

    async def confirm(self, actor: Actor, commitment: Commitment, handover: Handover) -> tuple[Commitment, Handover]:
        """As `Acts.confirm`."""
        path = f"/handovers/{handover.id}/confirm"
        await self._act(actor, "handed_over", commitment.id, path, version=commitment.version)
        return await self._both(commitment.id, handover.id)

    async def cancel(
        self, actor: Actor, commitment: Commitment, *, line_id: str, quantity: int, reason: str
    ) -> Commitment:
        """As `Acts.cancel`."""
        body = {"lines": [{"line_id": line_id, "quantity": quantity}], "reason": reason}
        return await self._change(actor, commitment, "cancelled", "/cancel", body)

    async def close(self, actor: Actor, commitment: Commitment) -> Commitment:
        """As `Acts.close`."""
        return await self._change(actor, commitment, "closed", "/close", {})

    async def _change(
        self, actor: Actor, commitment: Commitment, kind: str, act: str, body: Mapping[str, Any] | None = None
    ) -> Commitment:
        path = f"/commitments/{commitment.id}{act}"
        await self._act(actor, kind, commitment.id, path, body, version=commitment.version)
        return await self._read(commitment.id)

    async def _read(self, commitment_id: str) -> Commitment:
        async with self.platform.reading_desk(SYSTEM) as desk:
            return await load_commitment(desk, commitment_id)

    async def _both(self, commitment_id: str, handover_id: str) -> tuple[Commitment, Handover]:
        async with self.platform.reading_desk(SYSTEM) as desk:
            return await load_commitment(desk, commitment_id), await load_handover(desk, handover_id)

    async def _act(
        self,
        actor: Actor,
        kind: str,
        commitment_id: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        files: Mapping[str, tuple[str, bytes]] | None = None,
        method: str = "POST",
    ) -> Any:
        """Do an act and note that it was acknowledged as an event of `kind`; the answer's body. Raises Refused."""
        account_id, key = await self._account(actor), str(uuid.uuid4())
        headers = {"If-Match": f'"{version}"'} if version is not None else {}
        response = await self._insist(account_id, method, path, key, headers=headers, json=body, files=files)
        answer = response.json()
        await self._acknowledge(
            actor, kind, commitment_id or answer["id"], int(response.headers["ETag"].strip('"')), key
        )
        return answer

    async def _acknowledge(self, actor: Actor, kind: str, commitment_id: str, version: int, key: str) -> None:
        account_id = await self._account(actor)
        self.acknowledged.append(
            Acknowledged(kind=kind, account_id=account_id, commitment_id=commitment_id, version=version, key=key)
        )

    async def _insist(
        self, account_id: str, method: str, path: str, key: str, *, headers: Mapping[str, str], **content: Any
    ) -> httpx.Response:
        """Ask one process after the other until one answers. Raises Refused, TimeoutError when none does."""
        token = jwt.encode({"sub": account_id, "exp": int(_FOREVER.timestamp())}, SECRET, "HS256")
        sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Accept-Language": "en", **headers}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                address = next(self._turns)
                self.under_way[address] += 1
                try:
                    response = await self._http.request(method, f"{address}/api/v1{path}", headers=sent, **content)
                except httpx.TransportError as error:
                    self.troubles[type(error).__name__] += 1
                else:
                    if response.is_success:
                        self.told_again += response.headers.get("Idempotency-Replayed") == "true"
                        return response
                    if not asks_again(response):
                        raise Refused(response)
                    self.troubles[str(response.status_code)] += 1
                finally:
                    self.under_way[address] -= 1
                await asyncio.sleep(0.1)

    async def _account(self, actor: Actor) -> str:
        """The account that acts: a donor, for whom one front desk acts in a single process, gets one of its own here."""
        if actor.party_id is None or not actor.holds(Role.COLLABORATOR):
            return actor.account_id
        if actor.party_id not in self._donors:
            self._donors[actor.party_id] = asyncio.create_task(self._open_account(actor.party_id))
        return await self._donors[actor.party_id]

    async def _open_account(self, party_id: str) -> str:
        async with self.platform.reading_desk(SYSTEM) as desk:
            table = tables.accounts
            query = select(table.c.id).where(table.c.email.startswith("admin@"))
            admin = str((await desk.unit.connection.execute(query)).scalar_one())
        body = {
            "email": f"donatur-{party_id}@demo.ksbb.example",
            "name": "Petugas donatur (sintetis)",
            "password": str(uuid.uuid4()),
            "grants": [{"role": Role.COLLABORATOR}],
            "party_id": party_id,
        }
        response = await self._insist(admin, "POST", "/accounts", str(uuid.uuid4()), headers={}, json=body)
        return str(response.json()["id"])
