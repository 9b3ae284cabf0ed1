"""A commitment on its way through a real server, each act by the person whose act it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.broken.server import until
from tests.dropins.caller import AREA, Caller, Town

from ksbb.testing.driven import tiny_png
from ksbb.usecases.desk import jakarta_day

Line = tuple[str, int, dict[str, Any]]
"""Aid type, quantity, attributes."""


@dataclass(slots=True, kw_only=True)
class Case:
    """One commitment. `caller` may be replaced when the server was started again."""

    caller: Caller
    town: Town
    program_id: str
    id: str = ""

    @property
    def path(self) -> str:
        """Its address."""
        return f"/commitments/{self.id}"

    def read(self, role: str = "auditor") -> Any:
        """All of it, as somebody sees it."""
        return self.caller.read(role, self.path)

    def draft(self, lines: Sequence[Line]) -> None:
        """The collaborator drafts."""
        self.id = self.caller.act("collaborator", "/commitments", self.body(lines))["id"]

    def submit(self) -> None:
        """The collaborator submits."""
        self._act("collaborator", "submit")

    def revise(self, lines: Sequence[Line], reason: str) -> None:
        """The assessor asks for a revision, the collaborator gives it and submits again."""
        self._act("assessor", "request-revision", {"reason": reason})
        body = self.body(lines)
        answer = self.caller.send("collaborator", "PUT", self.path, version=self.read()["version"], json=body)
        assert answer.status_code == 200, answer.text
        self.submit()

    def assessment(self) -> tuple[str, list[tuple[str, str, str]]]:
        """Wait for the program's flow; its verdict, and of each finding severity, code and pointer."""
        until(lambda: self.read()["assessment"] != "pending")
        shown = self.read()
        findings = [(one["severity"], one["code"], one["pointer"]) for one in shown["latest_assessment"]["findings"]]
        return shown["assessment"], findings

    def approve(self) -> None:
        """The assessor approves."""
        self._act("assessor", "approve", {})

    def receive(self) -> None:
        """The aggregator takes all of it in."""
        lines = [{"line_id": line["id"], "quantity": line["balance"]["committed"]} for line in self.read()["lines"]]
        self._act("aggregator", "receipts", {"lines": lines})

    def hand_over(self) -> str:
        """All that was received goes to the program's target, is recorded with a photo and confirmed; the handover's id."""
        target_id, lines = self.town.targets[self.program_id], []
        for line in self.read()["lines"]:
            quantity = line["balance"]["committed"]
            body = {"line_id": line["id"], "target_id": target_id, "quantity": quantity}
            made = self._act("assessor", "allocations", body)["allocation"]
            lines.append({"allocation_id": made["id"], "quantity": quantity})
        body = {"target_id": target_id, "executor_id": self.town.executor_id, "lines": lines}
        sent = self._act("aggregator", "dispatches", body)["dispatch"]
        outcome = {
            "lines": [
                {"dispatch_line_id": one["id"], "delivered": one["quantity"], "accepted": one["quantity"]}
                for one in sent["lines"]
            ],
            "recipient_name": "Siti Contoh",
            "recipient_office": "Pengurus",
            "witness_account_id": self.town.witness_id,
            "place": "Balai warga",
            "handed_over_at": datetime.now(UTC).isoformat(),
        }
        version = self.read()["version"]
        told = self.caller.act("executor", f"/dispatches/{sent['id']}/handovers", outcome, version=version)
        one = f"/handovers/{told['handover']['id']}"
        self.caller.act("executor", f"{one}/evidence", files={"file": ("serah-terima.png", tiny_png())})
        self.caller.act("witness", f"{one}/confirm", version=self.read()["version"])
        return str(told["handover"]["id"])

    def close(self) -> None:
        """The collaborator closes."""
        self._act("collaborator", "close", {})

    def report(self, handover_id: str, language: str = "id", role: str = "auditor") -> bytes:
        """The handover report, as soon as it is made, for somebody who may have it."""
        until(lambda: self.caller.read("auditor", f"/handovers/{handover_id}")["report"]["ready"])
        path = f"/handovers/{handover_id}/report"
        answer = self.caller.send(role, "GET", path, params={"language": language})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf"), answer.text
        return answer.content

    def follow_up(self) -> Any:
        """The obligation that the program's flow opens after the handover."""
        query = {"commitment_id": self.id}
        until(lambda: self.caller.read("aggregator", "/follow-ups", **query)["items"])
        (one,) = self.caller.read("aggregator", "/follow-ups", **query)["items"]
        return one

    def body(self, lines: Sequence[Line]) -> dict[str, Any]:
        """What the collaborator gives."""
        return {
            "program_id": self.program_id,
            "lines": [
                {"aid_type": aid_type, "quantity": quantity, "attributes": attributes}
                for aid_type, quantity, attributes in lines
            ],
            "planned_handover_on": (today() + timedelta(days=14)).isoformat(),
            "aggregator_id": self.town.aggregator_id,
            "area_code": AREA,
        }

    def _act(self, role: str, act: str, body: Any = None) -> Any:
        return self.caller.act(role, f"{self.path}/{act}", body, version=self.read()["version"])


def today() -> date:
    """The day in Jakarta."""
    return jakarta_day(datetime.now(UTC))


def day(after: int) -> str:
    """The day so many days from now."""
    return (today() + timedelta(days=after)).isoformat()
