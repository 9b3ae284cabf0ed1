"""The rules of the waste program: each side of every threshold, and totality over all that the schemas allow."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CommitmentView, Finding, LineView
from ksbb.testing import commitment_view, line_like
from ksbb.testing.findings import at, block, warn
from ksbb.testing.payloads import checked_findings, commitments_of
from ksbb_persampahan import PROGRAM
from ksbb_persampahan.aid import AID_TYPES, BIN, COMPOSTER, MAINTAINED, RECYCLABLE_OFFTAKE, TRAINING, WASTE_BANK_KIT
from ksbb_persampahan.rules import RULES
from ksbb_persampahan.settings import PersampahanSettings

DEFAULTS = PersampahanSettings()


def commitment(*lines: LineView) -> CommitmentView:
    return commitment_view(PROGRAM, *lines)


def kit(*without: str, **changes: Any) -> CommitmentView:
    return commitment(line_like(WASTE_BANK_KIT, 1, *without, **changes))


def bins(quantity: int, **changes: Any) -> CommitmentView:
    return commitment(line_like(BIN, quantity, **changes))


def findings(rule_id: str, view: CommitmentView, settings: PersampahanSettings = DEFAULTS) -> list[Finding]:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    return list(rule.check(view, settings))


def test_examples_pass_every_rule() -> None:
    for aid_type in AID_TYPES:
        for example in aid_type.examples:
            quantity = 2 * example["households"] if aid_type is BIN else 2
            line = LineView(position=0, aid_type=aid_type.id, quantity=quantity, attributes=example)
            assert [finding for rule in RULES for finding in rule.check(commitment(line), DEFAULTS)] == []


# Waste banks


@pytest.mark.parametrize(
    ("status", "indonesian", "english"),
    [("disputed", "disengketakan", "disputed"), ("none", "belum ada", "not there yet")],
)
def test_waste_bank_without_land(status: str, indonesian: str, english: str) -> None:
    assert findings("waste_bank_land", kit(land_status=status)) == block(
        "waste_bank_land_missing",
        at("land_status"),
        f"lahan bank sampah {indonesian} ({status}); harus owned, government_permitted, atau owner_permitted",
        f"the land of the waste bank is {english} ({status}); must be owned, government_permitted or owner_permitted",
    )


@pytest.mark.parametrize("status", ["owned", "government_permitted", "owner_permitted"])
def test_waste_bank_with_land(status: str) -> None:
    assert findings("waste_bank_land", kit(land_status=status)) == []


def test_managers_below_the_threshold() -> None:
    assert findings("waste_bank_management", kit(managers=2)) == block(
        "waste_bank_managers_too_few",
        at("managers"),
        "bank sampah memerlukan paling sedikit 3 pengurus, diberikan 2",
        "a waste bank needs at least 3 managers, given 2",
    )


def test_managers_at_the_threshold() -> None:
    assert findings("waste_bank_management", kit(managers=3)) == []


def test_managers_by_settings() -> None:
    assert findings("waste_bank_management", kit(managers=3), PersampahanSettings(min_managers=4)) == block(
        "waste_bank_managers_too_few",
        at("managers"),
        "bank sampah memerlukan paling sedikit 4 pengurus, diberikan 3",
        "a waste bank needs at least 4 managers, given 3",
    )


DECREE_MISSING = block(
    "lurah_decree_missing",
    at("lurah_decree"),
    "SK lurah tentang bank sampah belum ada; isi nomor dan tanggalnya",
    "the lurah's decree on the waste bank is missing; give its number and date",
)


def test_decree_missing() -> None:
    assert findings("lurah_decree", kit("lurah_decree")) == DECREE_MISSING


def test_decree_with_a_blank_number() -> None:
    assert findings("lurah_decree", kit(lurah_decree={"number": " ", "issued_on": "2026-02-10"})) == DECREE_MISSING


def test_decree_of_the_future() -> None:
    view = kit(lurah_decree={"number": "27/2026", "issued_on": "2026-04-02"})
    assert findings("lurah_decree", view) == block(
        "lurah_decree_not_yet_issued",
        at("lurah_decree/issued_on"),
        "SK lurah harus sudah ditetapkan saat komitmen diajukan 2026-04-01, diberikan 2026-04-02",
        "the lurah's decree must be issued when the commitment is submitted on 2026-04-01, given 2026-04-02",
    )


def test_decree_of_the_day() -> None:
    assert findings("lurah_decree", kit(lurah_decree={"number": "27/2026", "issued_on": "2026-04-01"})) == []


# Bins


def test_bins_too_few() -> None:
    assert findings("bins", bins(239)) == block(
        "bins_too_few",
        "/lines/0/quantity",
        "120 KK × 2 tempat sampah memerlukan 240 unit, diberikan 239",
        "120 households × 2 bins need 240 units, given 239",
    )


def test_bins_as_needed() -> None:
    assert findings("bins", bins(240)) == []


def test_bins_more_than_needed() -> None:
    assert findings("bins", bins(241)) == warn(
        "bins_more_than_needed",
        "/lines/0/quantity",
        "120 KK × 2 tempat sampah memerlukan 240 unit, diberikan 241",
        "120 households × 2 bins need 240 units, given 241",
    )


def test_bins_by_settings() -> None:
    settings = PersampahanSettings(bins_per_household=3)
    assert findings("bins", bins(360), settings) == []
    assert findings("bins", bins(240), settings) == block(
        "bins_too_few",
        "/lines/0/quantity",
        "120 KK × 3 tempat sampah memerlukan 360 unit, diberikan 240",
        "120 households × 3 bins need 360 units, given 240",
    )


def test_bins_of_one_stream() -> None:
    assert findings("bins", bins(240, streams=["organic", "residual"])) == block(
        "bin_streams_missing",
        at("streams"),
        "tempat sampah harus memilah organic dan inorganic; belum ada inorganic, diberikan organic, residual",
        "the bins must separate organic and inorganic; missing inorganic, given organic, residual",
    )


def test_bins_of_more_streams() -> None:
    assert findings("bins", bins(240, streams=["inorganic", "hazardous", "organic"])) == []


# Maintenance


MAINTENANCE_MISSING = block(
    "maintenance_owner_missing",
    at("maintenance_owner"),
    "belum ada lembaga yang memelihara setelah serah terima; pilih rw, waste_bank, kelurahan, dlh, atau collaborator",
    "no institution maintains it after the handover; choose rw, waste_bank, kelurahan, dlh or collaborator",
)


@pytest.mark.parametrize("aid_type_id", MAINTAINED)
def test_goods_need_a_maintenance_owner(aid_type_id: str) -> None:
    aid_type = PROGRAM.aid_type(aid_type_id)
    assert aid_type is not None
    missing = line_like(aid_type, 1, "maintenance_owner")
    nobody = line_like(aid_type, 1, maintenance_owner="none")
    somebody = line_like(aid_type, 1, maintenance_owner="kelurahan")
    assert findings("maintenance_owner", commitment(missing)) == MAINTENANCE_MISSING
    assert findings("maintenance_owner", commitment(nobody)) == MAINTENANCE_MISSING
    assert findings("maintenance_owner", commitment(somebody)) == []


def test_services_need_no_maintenance_owner() -> None:
    assert (
        findings(
            "maintenance_owner", commitment(line_like(TRAINING, 30), line_like(RECYCLABLE_OFFTAKE, 500, position=1))
        )
        == []
    )


# Capacity


def test_capacity_of_all_units_below_the_threshold() -> None:
    assert findings("capacity", commitment(line_like(COMPOSTER, 3, capacity_kg_per_day=3))) == warn(
        "capacity_low",
        at("capacity_kg_per_day"),
        "3 unit × 3 kg/hari adalah 9 kg/hari; paling sedikit 10 kg/hari",
        "3 units × 3 kg a day are 9 kg a day; expected at least 10 kg a day",
    )


def test_capacity_of_all_units_at_the_threshold() -> None:
    assert findings("capacity", commitment(line_like(COMPOSTER, 5, capacity_kg_per_day=2))) == []


def test_capacity_by_settings() -> None:
    view = commitment(line_like(COMPOSTER, 5, capacity_kg_per_day=2))
    assert findings("capacity", view, PersampahanSettings(min_capacity_kg_per_day=11)) == warn(
        "capacity_low",
        at("capacity_kg_per_day"),
        "5 unit × 2 kg/hari adalah 10 kg/hari; paling sedikit 11 kg/hari",
        "5 units × 2 kg a day are 10 kg a day; expected at least 11 kg a day",
    )


# Totality


@given(
    commitments_of(PROGRAM),
    st.builds(
        PersampahanSettings,
        bins_per_household=st.integers(1, 6),
        min_managers=st.integers(1, 50),
        min_capacity_kg_per_day=st.integers(1, 100_000),
        offtake_months=st.integers(1, 60),
    ),
)
def test_rules_are_total_and_keep_to_their_codes(view: CommitmentView, settings: PersampahanSettings) -> None:
    checked_findings(PROGRAM, settings, view)
