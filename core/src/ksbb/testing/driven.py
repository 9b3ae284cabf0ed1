"""A commitment on its way: the steps, and what came up so far."""

import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

from ksbb.domain.commitments import AssessmentState, Commitment
from ksbb.domain.handovers import Handover, Report
from ksbb.domain.targets import Target
from ksbb.usecases.allocate import Allocation
from ksbb.usecases.dispatch import Dispatch
from ksbb.usecases.evidence import Evidence
from ksbb.usecases.receive import Receipt


class Step(StrEnum):
    """The steps of a commitment, in their order."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    ASSESSED = "assessed"
    APPROVED = "approved"
    ALLOCATED = "allocated"
    RECEIVED = "received"
    DISPATCHED = "dispatched"
    RECORDED = "recorded"
    EVIDENCED = "evidenced"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """A commitment as it is now, with what came up on its way; `step` is the last one done."""

    step: Step
    commitment: Commitment
    target: Target
    assessment: AssessmentState = AssessmentState.PENDING
    allocations: tuple[Allocation, ...] = ()
    receipt: Receipt | None = None
    dispatch: Dispatch | None = None
    handover: Handover | None = None
    evidence: Evidence | None = None
    report: Report | None = None


def tiny_png(shade: int = 0) -> bytes:
    """A valid PNG of one grey pixel; another `shade` (0 to 255) makes another file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
