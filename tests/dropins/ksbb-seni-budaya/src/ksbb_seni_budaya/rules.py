"""The assessment rules: pure functions from a commitment to findings."""

from collections.abc import Iterator
from datetime import timedelta

from ksbb.program import CommitmentView, Finding, Rule, Severity, Text, parse_day

from ksbb_seni_budaya.aid import EQUIPMENT, FEE, STAGE_SLOT, STUDIO_HOURS
from ksbb_seni_budaya.settings import Settings


def _registered(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(FEE.id, STUDIO_HOURS.id):
        if not line.attributes.get("register_number"):
            yield Finding(
                code="register_number_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "nomor induk seniman atau sanggar belum ada; sebutkan nomor pada daftar Dinas Kebudayaan",
                    "the register number of the artist or studio is missing; give the one of the Dinas Kebudayaan",
                ),
                pointer=line.at("register_number"),
            )


def _consent(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(FEE.id, STAGE_SLOT.id):
        if line.attributes.get("copyright_consent") is not True:
            yield Finding(
                code="copyright_consent_missing",
                severity=Severity.BLOCK,
                message=Text(
                    "karya tidak boleh dipertunjukkan tanpa izin pemegang hak cipta",
                    "a work can't be performed without the consent of its copyright holder",
                ),
                pointer=line.at("copyright_consent"),
            )


def _permit(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(STAGE_SLOT.id):
        if not line.attributes.get("venue_permit"):
            yield Finding(
                code="venue_permit_missing",
                severity=Severity.BLOCK,
                message=Text("izin keramaian belum ada", "the event permit is missing"),
                pointer=line.at("venue_permit"),
            )
            continue
        ends = parse_day(line.attributes.get("permit_valid_until"))
        event = parse_day(line.attributes.get("event_on"))
        if ends and event and ends < event:
            yield Finding(
                code="venue_permit_expires",
                severity=Severity.BLOCK,
                message=Text(
                    f"izin keramaian berakhir {ends}, sebelum acara {event}",
                    f"the event permit ends on {ends}, before the event on {event}",
                ),
                pointer=line.at("permit_valid_until"),
            )


def _event_day(commitment: CommitmentView, _: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(FEE.id, STAGE_SLOT.id):
        attribute = "performed_on" if line.aid_type == FEE.id else "event_on"
        day = parse_day(line.attributes.get(attribute))
        if day and day > commitment.planned_handover_on:
            yield Finding(
                code="event_after_handover",
                severity=Severity.WARN,
                message=Text(
                    f"acara {day} sesudah rencana serah terima {commitment.planned_handover_on}; "
                    "yang diserahterimakan adalah acara yang sudah berlangsung",
                    f"the event on {day} is after the planned handover on {commitment.planned_handover_on}; "
                    "what is handed over is an event that was held",
                ),
                pointer=line.at(attribute),
            )


def _fee(commitment: CommitmentView, settings: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(FEE.id):
        amount = line.attributes.get("amount", 0)
        if amount < settings.min_fee:
            yield Finding(
                code="fee_below_standard",
                severity=Severity.WARN,
                message=Text(
                    f"honor Rp{amount:,.0f} di bawah standar Rp{settings.min_fee:,}".replace(",", "."),
                    f"the fee of Rp{amount:,.0f} is below the standard of Rp{settings.min_fee:,}",
                ),
                pointer=line.at("amount"),
            )


def _loan(commitment: CommitmentView, settings: Settings) -> Iterator[Finding]:
    for line in commitment.lines_of(EQUIPMENT.id):
        until = parse_day(line.attributes.get("lent_until"))
        if until and until - commitment.planned_handover_on < timedelta(days=settings.min_days_lent):
            yield Finding(
                code="loan_too_short",
                severity=Severity.WARN,
                message=Text(
                    f"dipinjamkan sampai {until}; sebaiknya {settings.min_days_lent} hari sesudah serah terima",
                    f"lent until {until}; a loan should last {settings.min_days_lent} days after the handover",
                ),
                pointer=line.at("lent_until"),
            )


RULES = (
    Rule(
        id="registered",
        title=Text("Seniman atau sanggar terdaftar", "The artist or studio is registered"),
        source="Ketentuan program, daftar Dinas Kebudayaan",
        codes=("register_number_missing",),
        check=_registered,
    ),
    Rule(
        id="copyright",
        title=Text("Hak cipta dihormati", "Copyright is respected"),
        source="UU 28/2014 tentang Hak Cipta",
        codes=("copyright_consent_missing",),
        check=_consent,
    ),
    Rule(
        id="venue_permit",
        title=Text("Tempat berizin", "The venue has its permit"),
        source="Ketentuan program, izin keramaian",
        codes=("venue_permit_missing", "venue_permit_expires"),
        check=_permit,
    ),
    Rule(
        id="event_day",
        title=Text("Acara sebelum serah terima", "The event comes before the handover"),
        source="Ketentuan program",
        codes=("event_after_handover",),
        check=_event_day,
    ),
    Rule(
        id="fee_standard",
        title=Text("Honor layak", "A decent fee"),
        source="Ketentuan program, dapat diatur",
        codes=("fee_below_standard",),
        check=_fee,
    ),
    Rule(
        id="loan",
        title=Text("Pinjaman cukup lama", "Loans last"),
        source="Ketentuan program, dapat diatur",
        codes=("loan_too_short",),
        check=_loan,
    ),
)
