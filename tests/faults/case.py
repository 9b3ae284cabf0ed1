"""The life of a case as people live it over HTTP, with the turns that it may take."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ksbb.testing.driven import tiny_png

from .client import Client
from .world import FITTING

_ASSESSED_WITHIN_SECONDS = 180


@dataclass(slots=True)
class Case:
    """A commitment on its way; `version` is the one that its last answer told."""

    client: Client
    program_id: str = "pangan"
    quantity: int = 10
    dice: random.Random = field(default_factory=random.Random)
    id: str = ""
    version: int = 0
    line_id: str = ""

    def body(self) -> dict[str, Any]:
        """What the collaborator gives."""
        world = self.client.seeded.world
        aid_type = world.platform.programs.require(self.program_id).program.aid_types[0]
        attributes = {**aid_type.examples[0], **FITTING.get(self.program_id, {})}
        planned: date = (datetime.now(UTC) + timedelta(days=14)).date()
        return {
            "program_id": self.program_id,
            "lines": [{"aid_type": aid_type.id, "quantity": self.quantity, "attributes": attributes}],
            "planned_handover_on": planned.isoformat(),
            "aggregator_id": world.aggregator_party.id,
        }

    async def draft(self) -> None:
        """The collaborator drafts."""
        made = await self.client.act("collaborator", "/commitments", self.body(), kind="drafted")
        self.id, self.version, self.line_id = made["id"], made["version"], made["lines"][0]["id"]

    async def change(self, role: str, name: str, kind: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """An act on the commitment itself or below it."""
        answer = await self.client.act(role, f"/commitments/{self.id}/{name}", body, kind=kind, version=self.version)
        self.version = answer.get("commitment", answer)["version"]
        return answer

    async def submit(self) -> None:
        """The collaborator submits."""
        await self.change("collaborator", "submit", "submitted")

    async def assessed(self) -> None:
        """Wait for the machine's assessment."""
        end = asyncio.get_running_loop().time() + _ASSESSED_WITHIN_SECONDS
        while asyncio.get_running_loop().time() < end:
            found = await self.client.read("assessor", f"/commitments/{self.id}")
            if found["assessment"] != "pending":
                assert found["assessment"] == "passed", found["latest_assessment"]
                self.version = found["version"]
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"commitment {self.id} wasn't assessed within {_ASSESSED_WITHIN_SECONDS} s")

    async def approve(self) -> None:
        """The assessor approves."""
        await self.change("assessor", "approve", "approved", {})

    async def allocate(self, quantity: int) -> str:
        """The assessor promises to the first target; the allocation's id."""
        target = self.client.seeded.world.targets[self.program_id][0]
        body = {"line_id": self.line_id, "target_id": target.id, "quantity": quantity}
        return str((await self.change("assessor", "allocations", "allocated", body))["allocation"]["id"])

    async def receive(self, quantity: int) -> None:
        """The aggregator takes goods in."""
        body = {"lines": [{"line_id": self.line_id, "quantity": quantity}]}
        await self.change("aggregator", "receipts", "received", body)

    async def dispatch(self, allocation_id: str, quantity: int) -> dict[str, Any]:
        """The aggregator sends goods; the dispatch."""
        world = self.client.seeded.world
        body = {
            "target_id": world.targets[self.program_id][0].id,
            "executor_id": world.executor_party.id,
            "lines": [{"allocation_id": allocation_id, "quantity": quantity}],
        }
        sent: dict[str, Any] = (await self.change("aggregator", "dispatches", "dispatched", body))["dispatch"]
        return sent

    def outcome(self, sent: dict[str, Any], *, lost: int = 0) -> dict[str, Any]:
        """What the executor tells of a dispatch with one line."""
        (line,) = sent["lines"]
        told = {"dispatch_line_id": line["id"], "delivered": line["in_transit"], "lost": lost}
        told |= {"accepted": line["in_transit"] - lost, "reason": "tercecer" if lost else ""}
        return {
            "lines": [told],
            "recipient_name": "Siti Contoh",
            "recipient_office": "Ketua RW",
            "witness_account_id": self.client.seeded.world.witness.account_id,
            "place": "Balai RW",
            "handed_over_at": datetime.now(UTC).isoformat(),
        }

    async def record(self, sent: dict[str, Any], *, lost: int = 0) -> str:
        """The executor records a handover; its id."""
        path = f"/dispatches/{sent['id']}/handovers"
        body = self.outcome(sent, lost=lost)
        answer = await self.client.act("executor", path, body, kind="handover_recorded", version=self.version)
        self.version = answer["commitment"]["version"]
        return str(answer["handover"]["id"])

    async def attach(self, handover_id: str) -> None:
        """The executor attaches a photo."""
        photo = {"file": ("serah-terima.png", tiny_png(self.dice.randrange(256)))}
        path = f"/handovers/{handover_id}/evidence"
        await self.client.act("executor", path, kind="evidence_attached", commitment_id=self.id, files=photo)
        self.version += 1

    async def decide(self, handover_id: str, *, confirm: bool) -> None:
        """The witness confirms or refuses."""
        path = f"/handovers/{handover_id}/{'confirm' if confirm else 'refuse'}"
        kind = "handed_over" if confirm else "handover_refused"
        body = None if confirm else {"reason": "jumlah tidak cocok"}
        answer = await self.client.act("witness", path, body, kind=kind, version=self.version)
        self.version = answer["commitment"]["version"]

    async def finish(self) -> str:
        """From approval to the end of an assessed case: all of it handed over at once; the handover's id."""
        await self.approve()
        allocation_id = await self.allocate(self.quantity)
        await self.receive(self.quantity)
        handover_id = await self.record(await self.dispatch(allocation_id, self.quantity))
        await self.attach(handover_id)
        await self.decide(handover_id, confirm=True)
        await self.change("collaborator", "close", "closed", {})
        return handover_id

    async def live(self) -> None:
        """A whole life, with a turn here and there; some end early, because a report costs a second of computing."""
        dice = self.dice
        await self.draft()
        if dice.random() < 0.1:
            await self.change("collaborator", "withdraw", "withdrawn", {"note": "berubah rencana"})
            return
        await self.submit()
        await self.assessed()
        await self.approve()
        first = await self.allocate(6)
        if dice.random() < 0.3:
            body = {"quantity": 2, "reason": "sasaran lain lebih perlu"}
            await self.change("assessor", f"allocations/{first}/release", "released", body)
            await self.allocate(2)
        await self.receive(8)
        if dice.random() < 0.3:
            body = {"lines": [{"line_id": self.line_id, "quantity": 2}], "reason": "tidak jadi"}
            await self.change("collaborator", "cancel", "cancelled", body)
        sent = await self.dispatch(first, 4)
        handover_id = await self.record(sent, lost=dice.randrange(2))
        if dice.random() < 0.5:
            await self.decide(handover_id, confirm=False)
        elif dice.random() < 0.2:
            await self.attach(handover_id)
            await self.decide(handover_id, confirm=True)
