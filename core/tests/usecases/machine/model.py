"""What should stand in the database, in plain Python: pledges, promises, goods on their way, and needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True, kw_only=True)
class Line:
    """One line of a pledge. What was promised and sent is counted from the promises."""

    id: str
    aid_type: str
    committed: int
    expires_on: date | None = None
    cancelled: int = 0
    received: int = 0
    written_off: int = 0


@dataclass(slots=True, kw_only=True)
class Promise:
    """An allocation: so much of a line for a target."""

    id: str
    line: Line
    target_id: str
    quantity: int
    released: int = 0
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    lost: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.released - self.sent


@dataclass(slots=True, kw_only=True)
class SentLine:
    """Goods of one promise on their way."""

    id: str
    promise: Promise
    quantity: int
    settled: int = 0

    @property
    def in_transit(self) -> int:
        return self.quantity - self.settled


@dataclass(slots=True, kw_only=True)
class Sent:
    """A dispatch to one target."""

    id: str
    target_id: str
    lines: list[SentLine]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of goods of one dispatched line."""

    line: SentLine
    delivered: int
    accepted: int
    rejected: int
    lost: int
    reason: str

    @property
    def adds_up(self) -> bool:
        return self.delivered == self.accepted + self.rejected + self.lost


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A handover, from its record to its witness's decision. `files` are the shades of its photos."""

    id: str
    sent: Sent
    outcomes: list[Outcome]
    status: str = "recorded"
    files: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Pledge:
    """A commitment."""

    id: str
    program_id: str
    lines: list[Line]
    halal: bool
    status: str = "draft"
    assessment: str = "pending"
    version: int = 1
    promises: list[Promise] = field(default_factory=list)
    dispatches: list[Sent] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def allocated(self, line: Line) -> int:
        return sum(one.quantity - one.released for one in self.promises if one.line is line)

    def dispatched(self, line: Line) -> int:
        return sum(one.sent for one in self.promises if one.line is line)

    def unallocated(self, line: Line) -> int:
        return line.committed - line.cancelled - line.written_off - self.allocated(line)

    def outstanding(self, line: Line) -> int:
        return line.committed - line.cancelled - line.received

    def in_custody(self, line: Line) -> int:
        return line.received - line.written_off - self.dispatched(line)

    def in_transit(self) -> int:
        return sum(line.in_transit for sent in self.dispatches for line in sent.lines)

    def settled(self) -> bool:
        nowhere = all(self.outstanding(line) == self.in_custody(line) == 0 for line in self.lines)
        return nowhere and self.in_transit() == 0

    def waiting(self) -> list[Delivery]:
        """Deliveries that their witness hasn't decided."""
        return [one for one in self.deliveries if one.status == "recorded"]

    def columns(self, line: Line) -> dict[str, int]:
        """The line's quantities, as the database must hold them."""
        mine = [one for one in self.promises if one.line is line]
        return {
            "committed": line.committed,
            "cancelled": line.cancelled,
            "received": line.received,
            "written_off": line.written_off,
            "allocated": self.allocated(line),
            "dispatched": self.dispatched(line),
            "accepted": sum(one.accepted for one in mine),
            "rejected": sum(one.rejected for one in mine),
            "lost": sum(one.lost for one in mine),
        }


@dataclass(slots=True, kw_only=True)
class Want:
    """The need of a target for an aid type."""

    quantity: int
    promised: int = 0
    accepted: int = 0
    version: int = 1

    @property
    def open(self) -> int:
        return self.quantity - self.promised - self.accepted


@dataclass(slots=True, kw_only=True)
class Model:
    """All of it. `wants` are by target and aid type."""

    pledges: list[Pledge] = field(default_factory=list)
    wants: dict[tuple[str, str], Want] = field(default_factory=dict)
    aggregator_status: str = "active"
    aggregator_version: int = 0


def first(*checks: tuple[bool, str]) -> str | None:
    """The code of the first check that fails: acts check in a fixed order and refuse with one reason."""
    return next((code for fails, code in checks if fails), None)


def wrong_quantity(pairs: Sequence[tuple[int, int]]) -> str | None:
    """The code for the first quantity that isn't from 1 to its limit; `pairs` of quantity and limit."""
    for quantity, limit in pairs:
        if quantity < 1:
            return "not_positive"
        if quantity > limit:
            return "over_quantity"
    return None
