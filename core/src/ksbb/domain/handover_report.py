"""The handover report (berita acara serah terima, BAST): what both parties sign when aid changes hands."""

import hashlib
import json
import re
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from ksbb.domain.document_number import report_number, travel_document_number
from ksbb.domain.text import Text

__all__ = [
    "WIB",
    "HandoverReport",
    "ReportEvidence",
    "ReportLine",
    "ReportParty",
    "ReportSection",
    "report_number",
    "travel_document_number",
]

WIB = timezone(timedelta(hours=7), "WIB")
"""Western Indonesia Time, the clock of Asia/Jakarta: UTC+7 all the year (Keppres 41/1987)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportParty:
    """One who signs or acknowledges: a person by name and office, and whom that person acts for.

    `address` may be empty; the others may not. Raises ValueError naming the empty field.
    """

    name: str
    office: str
    organisation: str
    address: str = ""

    def __post_init__(self) -> None:
        require_text(self, "name", "office", "organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """One kind of aid in a handover, in `unit`; `delivered = accepted + rejected + lost` always holds.

    Quantities are whole units; `delivered` is what went out for this handover. `unit_value` is whole rupiah per unit,
    or None where the aid has no stated value.
    Raises ValueError naming the field, the expected and the given.
    """

    description: str
    specification: str = ""
    delivered: int
    accepted: int
    rejected: int = 0
    lost: int = 0
    unit: str
    unit_value: int | None = None
    condition: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        require_text(self, "description", "unit")
        for name in ("delivered", "accepted", "rejected", "lost"):
            require_quantity(f"{name} of {self.description!r}", getattr(self, name))
        parts = self.accepted + self.rejected + self.lost
        if parts != self.delivered:
            raise ValueError(
                f"delivered of {self.description!r}: "
                f"expected accepted + rejected + lost = {parts}, got {self.delivered}"
            )
        if self.unit_value is not None and self.unit_value < 0:
            raise ValueError(
                f"unit_value of {self.description!r}: expected whole rupiah from 0 or None, got {self.unit_value}"
            )

    @property
    def value(self) -> int | None:
        """Value of the accepted quantity in whole rupiah; None without a unit value."""
        return None if self.unit_value is None else self.accepted * self.unit_value


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvidence:
    """A file that proves the handover.

    `sha256` (64 lower-case hex digits) is that of the original file. `image` holds JPEG or PNG bytes for the printed
    photo page; it may be a smaller copy of the original, and is None for a file that is only listed.
    `taken_at` needs a time zone. Raises ValueError naming the field.
    """

    file_name: str
    sha256: str
    media_type: str
    taken_at: datetime | None = None
    place: str | None = None
    image: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        require_text(self, "file_name", "media_type")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(
                f"sha256 of {self.file_name!r}: expected 64 lower-case hexadecimal digits, got {self.sha256!r}"
            )
        if self.taken_at is not None:
            require_zone(f"taken_at of {self.file_name!r}", self.taken_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """What the program adds: pairs of what is told and its value, under a title, in both languages."""

    title: Text
    pairs: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverReport:
    """Everything a BAST says, apart from its wording.

    `first_party` hands over, `second_party` receives, `acknowledged_by` is the lurah. `government` and
    `agency_address` are the first and last line of the letterhead and may be empty. `verify_url` is the public page
    that confirms or denies the report. `sections` are what the program adds. `integrity_pact` adds the integrity pact
    (pakta integritas), signed by both parties, as an annex.
    Raises ValueError naming the field, the expected and the given.
    """

    number: str
    program_name: str
    agency: str
    government: str = ""
    agency_address: str = ""
    handed_over_at: datetime
    place: str
    commitment_number: str
    travel_document_number: str
    first_party: ReportParty
    second_party: ReportParty
    witnesses: tuple[ReportParty, ...]
    acknowledged_by: ReportParty
    lines: tuple[ReportLine, ...]
    synthetic: bool
    verify_url: str
    sections: tuple[ReportSection, ...] = ()
    evidence: tuple[ReportEvidence, ...] = ()
    integrity_pact: bool = False

    def __post_init__(self) -> None:
        require_text(self, "number", "program_name", "agency", "place", "commitment_number", "travel_document_number")
        require_zone("handed_over_at", self.handed_over_at)
        require_url("verify_url", self.verify_url)
        if len(self.witnesses) not in {1, 2}:
            raise ValueError(f"witnesses: expected one or two, got {len(self.witnesses)}")
        if not self.lines:
            raise ValueError("lines: expected at least one, got none")

    @property
    def handed_over_on(self) -> date:
        """The day of the handover on the clock of Jakarta."""
        return self.handed_over_at.astimezone(WIB).date()

    @property
    def total_value(self) -> int | None:
        """Value of all accepted aid in whole rupiah, lines without a value left out; None if no line has a value."""
        values = [line.value for line in self.lines if line.value is not None]
        return sum(values) if values else None

    @property
    def unvalued_lines(self) -> int:
        """How many lines have no value and are not part of `total_value`."""
        return sum(line.value is None for line in self.lines)

    @property
    def content_sha256(self) -> str:
        """SHA-256, in hex, of what the report says: the same for every print and language, another after any change.

        Covers all fields but the images (their files' own SHA-256 stand in for them) and `verify_url` (the page may
        carry this very digest in its address). Instants count in UTC, whatever time zone they were given in.
        """
        content = _plain(self)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        names = (item.name for item in fields(value))
        return {name: _plain(getattr(value, name)) for name in names if name not in {"image", "verify_url"}}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value


def require_text(owner: object, *names: str) -> None:
    """Raise ValueError if one of the named text fields of `owner` is empty."""
    for name in names:
        if not getattr(owner, name).strip():
            raise ValueError(f"{name}: expected text, got nothing")


def require_zone(name: str, moment: datetime) -> None:
    """Raise ValueError if `moment` has no time zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{name}: expected a time with a time zone, got {moment.isoformat()}")


def require_url(name: str, url: str) -> None:
    """Raise ValueError if `url` is no web address."""
    if not re.fullmatch(r"https?://\S+", url):
        raise ValueError(f"{name}: expected an address that starts with http:// or https://, got {url!r}")


def require_quantity(name: str, quantity: int, least: int = 0) -> None:
    """Raise ValueError if `quantity` is below `least`."""
    if quantity < least:
        raise ValueError(f"{name}: expected a whole number from {least}, got {quantity}")
