"""The travel document (surat jalan), which goes with the goods from the aggregator to the place of handover."""

from dataclasses import dataclass
from datetime import datetime

from ksbb.domain.handover_report import ReportParty, require_quantity, require_text, require_url, require_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelLine:
    """One kind of aid on the way: `quantity` in `unit`. Raises ValueError naming the field."""

    description: str
    specification: str = ""
    quantity: int
    unit: str
    remark: str = ""

    def __post_init__(self) -> None:
        require_text(self, "description", "unit")
        require_quantity(f"quantity of {self.description!r}", self.quantity, least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelDocument:
    """Everything a travel document says, apart from its wording.

    `sender` gives the goods out of custody, `carrier` (the executor) brings them, `recipient` shall receive them.
    `vehicle` may be empty, for goods carried on foot or by hand cart. The other fields as in `HandoverReport`.
    Raises ValueError naming the field, the expected and the given.
    """

    number: str
    program_name: str
    agency: str
    government: str = ""
    agency_address: str = ""
    dispatched_at: datetime
    origin: str
    destination: str
    commitment_number: str
    sender: ReportParty
    carrier: ReportParty
    recipient: ReportParty
    vehicle: str = ""
    lines: tuple[TravelLine, ...]
    synthetic: bool
    verify_url: str

    def __post_init__(self) -> None:
        require_text(self, "number", "program_name", "agency", "origin", "destination", "commitment_number")
        require_zone("dispatched_at", self.dispatched_at)
        require_url("verify_url", self.verify_url)
        if not self.lines:
            raise ValueError("lines: expected at least one, got none")
