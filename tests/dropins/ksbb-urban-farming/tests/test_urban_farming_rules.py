"""The rules, each on both sides of its threshold."""

from datetime import date
from typing import Any

import pytest
from ksbb.program import AidType, Finding
from ksbb.testing import commitment_view, line_like
from ksbb.testing.findings import at, block, warn

from ksbb_urban_farming import PROGRAM
from ksbb_urban_farming.aid import AID_TYPES, FISH_SET, HYDROPONIC_SET, POULTRY_SET, SEED, TRAINING
from ksbb_urban_farming.rules import RULES
from ksbb_urban_farming.settings import Settings

HANDOVER = date(2026, 6, 15)


def findings(aid_type: AidType, *without: str, settings: Settings | None = None, **changes: Any) -> list[Finding]:
    """What the rules find about ten units like the first example, with other attributes."""
    line = line_like(aid_type, 10, *without, **changes)
    view = commitment_view(PROGRAM, line, planned_handover_on=HANDOVER)
    return [finding for rule in RULES for finding in rule.check(view, settings or Settings())]


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_what_is_complete_passes(aid_type: AidType) -> None:
    assert findings(aid_type) == []


@pytest.mark.parametrize("aid_type", [HYDROPONIC_SET, FISH_SET, POULTRY_SET], ids=lambda aid_type: aid_type.id)
def test_the_place_may_be_used(aid_type: AidType) -> None:
    assert findings(aid_type, place_consent=False) == block(
        "place_consent_missing",
        at("place_consent"),
        "tempat belum diizinkan pemiliknya; mintalah izinnya dahulu",
        "the owner of the place hasn't consented; ask for consent first",
    )


@pytest.mark.parametrize("aid_type", [HYDROPONIC_SET, FISH_SET], ids=lambda aid_type: aid_type.id)
def test_there_is_water(aid_type: AidType) -> None:
    assert findings(aid_type, "water_source") == block(
        "water_source_missing", at("water_source"), "sumber air belum disebut", "the water source isn't given"
    )


@pytest.mark.parametrize("aid_type", [FISH_SET, POULTRY_SET], ids=lambda aid_type: aid_type.id)
def test_animals_are_healthy(aid_type: AidType) -> None:
    assert findings(aid_type, "health_certificate") == block(
        "health_certificate_missing",
        at("health_certificate"),
        "surat kesehatan hewan belum ada",
        "the animal health certificate is missing",
    )
    assert findings(aid_type, certificate_until="2026-06-15") == []
    assert findings(aid_type, certificate_until="2026-06-14") == block(
        "health_certificate_expires",
        at("certificate_until"),
        "surat kesehatan hewan berakhir 2026-06-14, sebelum rencana serah terima 2026-06-15",
        "the animal health certificate ends on 2026-06-14, before the planned handover on 2026-06-15",
    )


def test_poultry_is_penned() -> None:
    assert findings(POULTRY_SET, caged=False) == block(
        "poultry_not_caged",
        at("caged"),
        "unggas di Jakarta harus dikandangkan, terpisah dari hunian",
        "poultry in Jakarta must be kept in a pen, apart from dwellings",
    )


def test_seed_keeps_until_it_is_sown() -> None:
    assert findings(SEED, best_before="2026-09-13") == []
    assert findings(SEED, best_before="2026-09-12") == block(
        "seed_expires_too_early",
        at("best_before"),
        "benih kedaluwarsa 2026-09-12; harus baik 90 hari sesudah serah terima",
        "the seed expires on 2026-09-12; it must keep for 90 days after the handover",
    )


def test_weak_seed_is_weighed() -> None:
    assert findings(SEED, germination_percent=80) == []
    assert findings(SEED, germination_percent=79) == warn(
        "germination_low",
        at("germination_percent"),
        "daya tumbuh 79 %; sebaiknya 80 %",
        "germination 79 %; should be 80 %",
    )
    assert findings(SEED, "germination_percent") == warn(
        "germination_low",
        at("germination_percent"),
        "daya tumbuh tidak disebut; sebaiknya 80 %",
        "germination not given; should be 80 %",
    )


def test_training_is_of_use() -> None:
    settings = Settings(min_training_hours=8, seat_limit=20)

    assert findings(TRAINING, settings=settings) == []
    assert findings(TRAINING, settings=settings, hours=7) == warn(
        "training_too_short", at("hours"), "7 jam; sebaiknya 8 jam", "7 hours; should be 8 hours"
    )
    assert findings(TRAINING, settings=settings, seats_per_class=21) == warn(
        "class_too_large",
        at("seats_per_class"),
        "21 peserta per kelas; sebaiknya paling banyak 20",
        "21 participants in a class; should be 20 at most",
    )
