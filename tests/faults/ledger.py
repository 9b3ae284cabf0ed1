"""What should stand in the tables, told by the events alone."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ksbb.domain.areas import city_of
from ksbb.domain.parties import DONOR_CLASS, CollaboratorClass
from ksbb.program import Stage
from ksbb.usecases.desk import Programs, jakarta_day
from ksbb.usecases.propose.decide import CARRY_OUT
from ksbb.usecases.propose.runs import ALLOCATION_RUNS

Row = dict[str, Any]
OUTCOMES = ("accepted", "rejected", "lost")
SUMS = ("cancelled", "received", "written_off", "allocated", "dispatched", *OUTCOMES)
STATUS_AFTER = {
    "drafted": "draft",
    "submitted": "submitted",
    "withdrawn": "withdrawn",
    "revision_requested": "revision_requested",
    "rejected": "rejected",
    "approved": "approved",
    "closed": "closed",
}
_STAGES = {str(stage) for stage in Stage}
_SUBJECT = {"received": "id", "dispatched": "id", "handed_over": "handover_id"}


@dataclass(slots=True)
class Ledger:
    """The state that a sequence of events leads to. Rows by id; sums by the keys of their tables.

    `parties` and `targets` are the stored rows: what they are called and where they stand isn't told anew here.
    """

    programs: Programs
    parties: Mapping[str, Row]
    targets: Mapping[str, Row]
    commitments: dict[str, Row] = field(default_factory=dict)
    lines: dict[str, Row] = field(default_factory=dict)
    allocations: dict[str, Row] = field(default_factory=dict)
    receipts: dict[str, Row] = field(default_factory=dict)
    dispatches: dict[str, Row] = field(default_factory=dict)
    dispatch_lines: dict[str, Row] = field(default_factory=dict)
    handovers: dict[str, Row] = field(default_factory=dict)
    evidence: dict[str, Row] = field(default_factory=dict)
    reports: dict[str, Row] = field(default_factory=dict)
    needs: dict[str, Row] = field(default_factory=dict)
    assessments: Counter[tuple[str, str]] = field(default_factory=Counter)
    statistics: dict[tuple[Any, ...], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    participants: set[tuple[str, str, str]] = field(default_factory=set)
    reached: set[tuple[str, str, str]] = field(default_factory=set)
    outbox: Counter[tuple[str, ...]] = field(default_factory=Counter)
    runs: list[tuple[str, str]] = field(default_factory=list)
    proposals: dict[str, str] = field(default_factory=dict)

    def tell(self, events: Iterable[Row]) -> None:
        """Take events in, each stream in its order; those of needs before those of commitments, and these before follow-ups."""
        for event in events:
            kind, _, subject = event["stream"].partition(":")
            if kind == "need":
                need = event["payload"]
                before = self.needs.get(subject, {"promised": 0, "accepted": 0})
                self.needs[subject] = {**need, "promised": before["promised"], "accepted": before["accepted"]}
            elif kind == "commitment":
                self._tell_commitment(subject, event)
            elif kind == "follow_up":
                self._tell_follow_up(event)
            elif kind == "allocation_run":
                self._tell_run(subject, event)
            elif kind == "proposal":
                self._tell_proposal(subject, event)

    def _tell_run(self, run_id: str, event: Row) -> None:
        payload = event["payload"]
        if event["kind"] == "allocation_asked":
            self.runs.append((payload["program_id"], payload["number"]))
            if not payload["at_once"]:
                self.outbox[event["id"], payload["program_id"], ALLOCATION_RUNS, "", run_id] += 1

    def _tell_proposal(self, proposal_id: str, event: Row) -> None:
        payload = event["payload"]
        if event["kind"] == "proposed":
            self.proposals[proposal_id] = payload["program_id"]
        if event["kind"] == "proposal_approved" and payload["approvals"] >= payload["needed"]:
            self.outbox[event["id"], self.proposals[proposal_id], CARRY_OUT, "", proposal_id] += 1

    def _tell_follow_up(self, event: Row) -> None:
        payload = event["payload"]
        for metric_id, quantity in payload.get("counted", {}).items():
            commitment = self.commitments[payload["commitment_id"]]
            self._count(commitment, f"reported:{metric_id}", event["at"], quantity=quantity)

    def _tell_commitment(self, commitment_id: str, event: Row) -> None:
        kind, payload = event["kind"], event["payload"]
        if kind == "drafted":
            self.commitments[commitment_id] = {**payload, "aggregator_id": payload["aggregator_id"]}
            for line in payload["lines"]:
                self.lines[line["id"]] = {**line, **dict.fromkeys(SUMS, 0)}
        commitment = self.commitments[commitment_id]
        commitment["version"] = event["sequence"]
        commitment["status"] = STATUS_AFTER.get(kind, commitment["status"])
        turns: dict[str, Callable[[Row, Row, datetime], None]] = {
            "revised": self._revised,
            "submitted": self._submitted,
            "assessed": self._assessed,
            "approved": self._approved,
            "allocated": self._allocated,
            "released": partial(self._taken_back, "released"),
            "refused": partial(self._taken_back, "refused"),
            "received": self._booked,
            "written_off": self._booked,
            "cancelled": self._cancelled,
            "dispatched": self._dispatched,
            "handover_recorded": self._recorded,
            "evidence_attached": self._attached,
            "handover_refused": self._refused,
            "handed_over": self._handed_over,
        }
        if kind in turns:
            turns[kind](commitment, payload, event["at"])
        if kind in _STAGES:
            self._post(commitment, event)

    def _revised(self, commitment: Row, payload: Row, _at: datetime) -> None:
        commitment |= {name: payload[name] for name in ("aggregator_id", "assessment", "area_code", "target_kind")}
        self.lines = {key: line for key, line in self.lines.items() if line["commitment_id"] != commitment["id"]}
        for line in payload["lines"]:
            self.lines[line["id"]] = {**line, **dict.fromkeys(SUMS, 0)}

    def _submitted(self, commitment: Row, payload: Row, _at: datetime) -> None:
        commitment["assessment"] = "pending"
        for line in payload["lines"]:
            self.lines[line["id"]]["unit_value"] = line["unit_value"]

    def _assessed(self, commitment: Row, payload: Row, _at: datetime) -> None:
        commitment["assessment"] = payload["state"]
        self.assessments[commitment["id"], payload["state"]] += 1

    def _approved(self, commitment: Row, payload: Row, at: datetime) -> None:
        commitment["aggregator_id"] = payload["aggregator_id"]
        lines = [line for line in self.lines.values() if line["commitment_id"] == commitment["id"]]
        value = sum(line["committed"] * (line["unit_value"] or 0) for line in lines)
        self._count(commitment, "commitment", at, value=value)
        for line in lines:
            self._count(commitment, "committed", at, line=line, quantity=line["committed"])
        self.participants.add((commitment["program_id"], "collaborator", commitment["collaborator_id"]))

    def _allocated(self, commitment: Row, payload: Row, at: datetime) -> None:
        self.allocations[payload["id"]] = dict(payload)
        line, quantity = self.lines[payload["line_id"]], payload["quantity"]
        line["allocated"] += quantity
        self.needs[payload["need_id"]]["promised"] += quantity
        self._count(commitment, "allocated", at, line=line, target_id=payload["target_id"], quantity=quantity)

    def _taken_back(self, measure: str, commitment: Row, payload: Row, at: datetime) -> None:
        allocation, quantity = self.allocations[payload["allocation_id"]], payload["quantity"]
        allocation["released"] += quantity
        line = self.lines[allocation["line_id"]]
        line["allocated"] -= quantity
        self.needs[allocation["need_id"]]["promised"] -= quantity
        self._count(commitment, measure, at, line=line, target_id=allocation["target_id"], quantity=quantity)

    def _booked(self, commitment: Row, payload: Row, at: datetime) -> None:
        self.receipts[payload["id"]] = payload
        measure = "received" if payload["kind"] == "receipt" else "written_off"
        for given in payload["lines"]:
            line = self.lines[given["line_id"]]
            line[measure] += given["quantity"]
            self._count(commitment, measure, at, line=line, quantity=given["quantity"])
        if measure == "received":
            self.participants.add((commitment["program_id"], "aggregator", payload["aggregator_id"]))

    def _cancelled(self, commitment: Row, payload: Row, at: datetime) -> None:
        for given in payload["lines"]:
            line = self.lines[given["line_id"]]
            line["cancelled"] += given["quantity"]
            self._count(commitment, "cancelled", at, line=line, quantity=given["quantity"])

    def _dispatched(self, commitment: Row, payload: Row, at: datetime) -> None:
        self.dispatches[payload["id"]] = payload
        for given in payload["lines"]:
            self.dispatch_lines[given["id"]] = dict(given)
            line, quantity = self.lines[given["line_id"]], given["quantity"]
            line["dispatched"] += quantity
            self.allocations[given["allocation_id"]]["dispatched"] += quantity
            self._count(commitment, "dispatched", at, line=line, target_id=payload["target_id"], quantity=quantity)

    def _recorded(self, _commitment: Row, payload: Row, _at: datetime) -> None:
        self.handovers[payload["id"]] = dict(payload)

    def _attached(self, _commitment: Row, payload: Row, _at: datetime) -> None:
        self.evidence[payload["evidence_id"]] = payload

    def _refused(self, _commitment: Row, payload: Row, _at: datetime) -> None:
        self.handovers[payload["handover_id"]]["status"] = "refused"

    def _handed_over(self, commitment: Row, payload: Row, at: datetime) -> None:
        handover = self.handovers[payload["handover_id"]]
        handover["status"] = "confirmed"
        self.reports[handover["id"]] = {**payload["report"], "program_id": commitment["program_id"]}
        for outcome in payload["lines"]:
            sent = self.dispatch_lines[outcome["dispatch_line_id"]]
            allocation, line = self.allocations[sent["allocation_id"]], self.lines[sent["line_id"]]
            need = self.needs[allocation["need_id"]]
            need["promised"] -= outcome["delivered"]
            need["accepted"] += outcome["accepted"]
            for measure in OUTCOMES:
                for row in (sent, allocation, line):
                    row[measure] += outcome[measure]
                if outcome[measure]:
                    target_id = handover["target_id"]
                    self._count(commitment, measure, at, line=line, target_id=target_id, quantity=outcome[measure])
            if outcome["accepted"]:
                self.reached.add((commitment["program_id"], line["aid_type"], handover["target_id"]))

    def _count(
        self,
        commitment: Row,
        measure: str,
        at: datetime,
        *,
        line: Row | None = None,
        target_id: str | None = None,
        quantity: int = 0,
        value: int = 0,
    ) -> None:
        target = self.targets[target_id] if target_id else None
        donor = CollaboratorClass(self.parties[commitment["collaborator_id"]]["collaborator_class"])
        key = (
            commitment["program_id"],
            jakarta_day(at),
            measure,
            city_of(target["area_code"] if target else commitment["area_code"]),
            str(DONOR_CLASS[donor]),
            (target["kind"] if target else commitment["target_kind"]) or "",
            line["aid_type"] if line else "",
            commitment["synthetic"],
        )
        sums = self.statistics[key]
        sums[0] += 1
        sums[1] += quantity
        sums[2] += quantity * (line["unit_value"] or 0) if line else value

    def _post(self, commitment: Row, event: Row) -> None:
        program_id, kind, payload = commitment["program_id"], event["kind"], event["payload"]
        consumers = [flow.name for flow in self.programs.require(program_id).program.flows_at(Stage(kind))]
        if kind == "handed_over":
            consumers.append("handover_report")
        subject = payload[_SUBJECT[kind]] if kind in _SUBJECT else commitment["id"]
        for consumer in consumers:
            self.outbox[event["id"], program_id, consumer, kind, subject] += 1
