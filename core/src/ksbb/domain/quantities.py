"""The conservation of quantities along one commitment line (domain laws of the field, `core/README.md`).

All quantities are whole units of the line's aid type, never negative. Four laws hold after every act:

1. committed  = cancelled + received + outstanding
2. received   = free + reserved + dispatched + written off
3. dispatched = in transit + accepted + rejected (returned) + lost
4. allocated <= committed - cancelled - written off: nothing is promised that can't come any more
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from ksbb.domain.errors import InvalidInput, Problem
from ksbb.domain.text import Text


def _too_much(what: Text, limit: int, given: int, pointer: str) -> InvalidInput:
    return InvalidInput(
        Problem(
            code="over_quantity",
            message=Text(
                f"paling banyak {limit} {what.id}, diberikan {given}",
                f"at most {limit} {what.en}, given {given}",
            ),
            pointer=pointer,
            expected={"maximum": limit},
            given=given,
        )
    )


def require_positive(quantity: int, pointer: str) -> None:
    """Raises InvalidInput unless `quantity` is at least 1."""
    if quantity < 1:
        raise InvalidInput(
            Problem(
                code="not_positive",
                message=Text(
                    f"jumlah paling sedikit 1, diberikan {quantity}", f"a quantity is at least 1, given {quantity}"
                ),
                pointer=pointer,
                expected={"minimum": 1},
                given=quantity,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBalance:
    """The quantities of one commitment line. Changes return a new balance; a change that breaks a law is refused.

    `allocated` counts promises to targets that were not released, delivered ones included.
    Raises ValueError at construction when a law doesn't hold: such a balance must never be stored.
    """

    committed: int
    cancelled: int = 0
    received: int = 0
    written_off: int = 0
    allocated: int = 0
    dispatched: int = 0
    accepted: int = 0
    rejected: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} is negative: {self}")
        laws = {
            "cancelled + received <= committed": self.outstanding >= 0,
            "dispatched + written_off <= received": self.in_custody >= 0,
            "accepted + rejected + lost <= dispatched": self.in_transit >= 0,
            "allocated <= committed - cancelled - written_off": self.unallocated >= 0,
            "dispatched <= allocated": self.promised >= 0,
        }
        broken = [law for law, holds in laws.items() if not holds]
        if broken:
            raise ValueError(f"conservation broken ({', '.join(broken)}): {self}")

    @property
    def outstanding(self) -> int:
        """Committed, not cancelled, not yet received."""
        return self.committed - self.cancelled - self.received

    @property
    def in_custody(self) -> int:
        """With the aggregator: received, neither dispatched nor written off."""
        return self.received - self.dispatched - self.written_off

    @property
    def promised(self) -> int:
        """Allocated to targets and not yet on its way."""
        return self.allocated - self.dispatched

    @property
    def reserved(self) -> int:
        """The part of the goods in custody that covers promises."""
        return min(self.promised, self.in_custody)

    @property
    def free(self) -> int:
        """The part of the goods in custody that nobody was promised."""
        return self.in_custody - self.reserved

    @property
    def in_transit(self) -> int:
        """Dispatched and not yet accounted for by a handover."""
        return self.dispatched - self.accepted - self.rejected - self.lost

    @property
    def unallocated(self) -> int:
        """What can still be promised to a target."""
        return self.committed - self.cancelled - self.written_off - self.allocated

    @property
    def settled(self) -> bool:
        """Nothing is outstanding, in custody or in transit: the line may be closed."""
        return self.outstanding == 0 and self.in_custody == 0 and self.in_transit == 0

    def receive(self, quantity: int, pointer: str = "/quantity") -> "LineBalance":
        """Goods arrive at the aggregator; at most what is outstanding."""
        require_positive(quantity, pointer)
        if quantity > self.outstanding:
            raise _too_much(Text("yang masih ditunggu", "outstanding"), self.outstanding, quantity, pointer)
        return replace(self, received=self.received + quantity)

    def cancel(self, quantity: int, pointer: str = "/quantity") -> "LineBalance":
        """The collaborator takes back what hasn't come; promises already made must stay coverable."""
        require_positive(quantity, pointer)
        limit = min(self.outstanding, self.unallocated)
        if quantity > limit:
            what = Text(
                "yang masih ditunggu dan belum dialokasikan (lepaskan alokasi dahulu)",
                "outstanding and not allocated (release allocations first)",
            )
            raise _too_much(what, limit, quantity, pointer)
        return replace(self, cancelled=self.cancelled + quantity)

    def write_off(self, quantity: int, pointer: str = "/quantity") -> "LineBalance":
        """Goods in custody are spoilt or missing; promises already made must stay coverable."""
        require_positive(quantity, pointer)
        limit = min(self.in_custody, self.unallocated)
        if quantity > limit:
            what = Text(
                "di gudang dan belum dialokasikan (lepaskan alokasi dahulu)",
                "in custody and not allocated (release allocations first)",
            )
            raise _too_much(what, limit, quantity, pointer)
        return replace(self, written_off=self.written_off + quantity)

    def allocate(self, quantity: int, pointer: str = "/quantity") -> "LineBalance":
        """Promise a quantity to a target."""
        require_positive(quantity, pointer)
        if quantity > self.unallocated:
            raise _too_much(Text("yang belum dialokasikan", "not yet allocated"), self.unallocated, quantity, pointer)
        return replace(self, allocated=self.allocated + quantity)

    def release(self, quantity: int, pointer: str = "/quantity") -> "LineBalance":
        """Take back a promise whose goods aren't on their way."""
        require_positive(quantity, pointer)
        if quantity > self.promised:
            raise _too_much(Text("yang belum dikirim", "not yet dispatched"), self.promised, quantity, pointer)
        return replace(self, allocated=self.allocated - quantity)

    def dispatch(self, quantity: int, pointer: str = "/quantity") -> "LineBalance":
        """Reserved goods leave custody for their target."""
        require_positive(quantity, pointer)
        if quantity > self.reserved:
            raise _too_much(
                Text("yang tersedia di gudang untuk alokasi", "in custody for allocations"),
                self.reserved,
                quantity,
                pointer,
            )
        return replace(self, dispatched=self.dispatched + quantity)

    def hand_over(self, outcome: "HandoverOutcome", pointer: str = "/delivered") -> "LineBalance":
        """Account for goods in transit by a witnessed handover."""
        if outcome.delivered > self.in_transit:
            raise _too_much(Text("dalam perjalanan", "in transit"), self.in_transit, outcome.delivered, pointer)
        return replace(
            self,
            accepted=self.accepted + outcome.accepted,
            rejected=self.rejected + outcome.rejected,
            lost=self.lost + outcome.lost,
        )

    def fulfilment(self) -> "Fulfilment":
        """How far the line has come, derived from the quantities."""
        due = self.committed - self.cancelled
        return Fulfilment(
            allocated=Degree.of(self.allocated, due),
            received=Degree.of(self.received, due),
            handed_over=Degree.of(self.accepted, due),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOutcome:
    """What became of the goods of one line at a handover: `delivered = accepted + rejected + lost`.

    `reason` is required for every shortfall (rejected or lost above zero). `pointer` locates the line in the request.
    Raises InvalidInput when the sum, a sign or the reason is wrong.
    """

    delivered: int
    accepted: int
    rejected: int = 0
    lost: int = 0
    reason: str = ""
    pointer: str = ""

    def __post_init__(self) -> None:
        require_positive(self.delivered, f"{self.pointer}/delivered")
        for name in ("accepted", "rejected", "lost"):
            if getattr(self, name) < 0:
                raise InvalidInput(
                    Problem(
                        code="negative",
                        message=Text("jumlah tidak boleh negatif", "a quantity can't be negative"),
                        pointer=f"{self.pointer}/{name}",
                        expected={"minimum": 0},
                        given=getattr(self, name),
                    )
                )
        total = self.accepted + self.rejected + self.lost
        if total != self.delivered:
            raise InvalidInput(
                Problem(
                    code="outcome_sum",
                    message=Text(
                        f"diterima + ditolak + hilang harus {self.delivered}, hasilnya {total}",
                        f"accepted + rejected + lost must be {self.delivered}, they make {total}",
                    ),
                    pointer=f"{self.pointer}/delivered",
                    expected=self.delivered,
                    given=total,
                )
            )
        if (self.rejected or self.lost) and not self.reason.strip():
            raise InvalidInput(
                Problem(
                    code="reason_missing",
                    message=Text(
                        "sebutkan alasan barang ditolak atau hilang", "give the reason for what was rejected or lost"
                    ),
                    pointer=f"{self.pointer}/reason",
                    expected={"minLength": 1},
                    given=self.reason,
                )
            )


class Degree(StrEnum):
    """How much of what is due has been done."""

    NONE = "none"
    PARTIAL = "partial"
    COMPLETE = "complete"

    @staticmethod
    def of(done: int, due: int) -> "Degree":
        """The degree of `done` out of `due`; nothing due counts as complete."""
        if done >= due:
            return Degree.COMPLETE
        return Degree.PARTIAL if done else Degree.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """The three derived statuses of a line or commitment, each a `Degree`."""

    allocated: Degree
    received: Degree
    handed_over: Degree

    @staticmethod
    def combined(parts: "tuple[Fulfilment, ...]") -> "Fulfilment":
        """The statuses of a whole from those of its parts: complete when all are, none when all are, else partial."""

        def one(values: set[Degree]) -> Degree:
            return values.pop() if len(values) == 1 else Degree.PARTIAL

        return Fulfilment(
            allocated=one({p.allocated for p in parts}),
            received=one({p.received for p in parts}),
            handed_over=one({p.handed_over for p in parts}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedBalance:
    """The need of one target for one aid type: what is promised to it and what it accepted never exceed `quantity`."""

    quantity: int
    promised: int = 0
    accepted: int = 0

    def __post_init__(self) -> None:
        if min(self.quantity, self.promised, self.accepted) < 0 or self.promised + self.accepted > self.quantity:
            raise ValueError(f"need over-served: {self}")

    @property
    def open(self) -> int:
        """What nobody has promised yet."""
        return self.quantity - self.promised - self.accepted

    def promise(self, quantity: int, pointer: str = "/quantity") -> "NeedBalance":
        """Promise a quantity; at most what is open."""
        if quantity > self.open:
            what = Text(
                "sisa kebutuhan sasaran (janji yang ada ikut dihitung)", "of the target's need is open (promises count)"
            )
            raise _too_much(what, self.open, quantity, pointer)
        return replace(self, promised=self.promised + quantity)

    def release(self, quantity: int) -> "NeedBalance":
        """A promise is taken back."""
        return replace(self, promised=self.promised - quantity)

    def serve(self, outcome: HandoverOutcome) -> "NeedBalance":
        """A promise is delivered; what was rejected or lost is open again."""
        return replace(self, promised=self.promised - outcome.delivered, accepted=self.accepted + outcome.accepted)

    def change(self, quantity: int, pointer: str = "/quantity") -> "NeedBalance":
        """The need itself is re-assessed; it can't fall below what is promised and accepted."""
        floor = self.promised + self.accepted
        if quantity < floor:
            raise InvalidInput(
                Problem(
                    code="need_below_promises",
                    message=Text(
                        f"kebutuhan paling sedikit {floor}: sebanyak itu sudah dijanjikan atau diterima",
                        f"the need is at least {floor}: that much is promised or accepted already",
                    ),
                    pointer=pointer,
                    expected={"minimum": floor},
                    given=quantity,
                )
            )
        return replace(self, quantity=quantity)
