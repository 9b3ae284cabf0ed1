"""The rules, each on both sides of its threshold."""

from datetime import date
from typing import Any

import pytest
from ksbb.program import AidType, Finding
from ksbb.testing import commitment_view, line_like
from ksbb.testing.findings import at, block, warn

from ksbb_seni_budaya import PROGRAM
from ksbb_seni_budaya.aid import AID_TYPES, EQUIPMENT, FEE, STAGE_SLOT, STUDIO_HOURS
from ksbb_seni_budaya.rules import RULES
from ksbb_seni_budaya.settings import Settings

HANDOVER = date(2026, 6, 15)


def findings(aid_type: AidType, *without: str, settings: Settings | None = None, **changes: Any) -> list[Finding]:
    """What the rules find about ten units like the first example, with other attributes."""
    line = line_like(aid_type, 10, *without, **changes)
    view = commitment_view(PROGRAM, line, planned_handover_on=HANDOVER)
    return [finding for rule in RULES for finding in rule.check(view, settings or Settings())]


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_what_is_complete_passes(aid_type: AidType) -> None:
    assert findings(aid_type) == []


@pytest.mark.parametrize("aid_type", [FEE, STUDIO_HOURS], ids=lambda aid_type: aid_type.id)
def test_artists_and_studios_are_registered(aid_type: AidType) -> None:
    assert findings(aid_type, "register_number") == block(
        "register_number_missing",
        at("register_number"),
        "nomor induk seniman atau sanggar belum ada; sebutkan nomor pada daftar Dinas Kebudayaan",
        "the register number of the artist or studio is missing; give the one of the Dinas Kebudayaan",
    )


@pytest.mark.parametrize("aid_type", [FEE, STAGE_SLOT], ids=lambda aid_type: aid_type.id)
def test_copyright_holders_consent(aid_type: AidType) -> None:
    assert findings(aid_type, copyright_consent=False) == block(
        "copyright_consent_missing",
        at("copyright_consent"),
        "karya tidak boleh dipertunjukkan tanpa izin pemegang hak cipta",
        "a work can't be performed without the consent of its copyright holder",
    )


def test_a_venue_has_its_permit() -> None:
    assert findings(STAGE_SLOT, "venue_permit") == block(
        "venue_permit_missing", at("venue_permit"), "izin keramaian belum ada", "the event permit is missing"
    )


def test_the_permit_lasts_until_the_event() -> None:
    assert findings(STAGE_SLOT, permit_valid_until="2026-06-12") == []
    assert findings(STAGE_SLOT, permit_valid_until="2026-06-11") == block(
        "venue_permit_expires",
        at("permit_valid_until"),
        "izin keramaian berakhir 2026-06-11, sebelum acara 2026-06-12",
        "the event permit ends on 2026-06-11, before the event on 2026-06-12",
    )


@pytest.mark.parametrize(("aid_type", "attribute"), [(FEE, "performed_on"), (STAGE_SLOT, "event_on")])
def test_an_event_is_held_before_it_is_handed_over(aid_type: AidType, attribute: str) -> None:
    late: dict[str, Any] = {attribute: "2026-06-16"}

    assert findings(aid_type, **{**late, attribute: "2026-06-15"}) == []
    assert findings(aid_type, **late) == warn(
        "event_after_handover",
        at(attribute),
        "acara 2026-06-16 sesudah rencana serah terima 2026-06-15; "
        "yang diserahterimakan adalah acara yang sudah berlangsung",
        "the event on 2026-06-16 is after the planned handover on 2026-06-15; "
        "what is handed over is an event that was held",
    )


def test_fees_are_decent() -> None:
    settings = Settings(min_fee=750_000)

    assert findings(FEE, settings=settings) == []
    assert findings(FEE, settings=settings, amount=749_999) == warn(
        "fee_below_standard",
        at("amount"),
        "honor Rp749.999 di bawah standar Rp750.000",
        "the fee of Rp749,999 is below the standard of Rp750,000",
    )


def test_loans_last() -> None:
    assert findings(EQUIPMENT, lent_until="2026-09-13") == []
    assert findings(EQUIPMENT, lent_until="2026-09-12") == warn(
        "loan_too_short",
        at("lent_until"),
        "dipinjamkan sampai 2026-09-12; sebaiknya 90 hari sesudah serah terima",
        "lent until 2026-09-12; a loan should last 90 days after the handover",
    )
