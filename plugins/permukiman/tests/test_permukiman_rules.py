"""The rules of the settlement program: each side of every threshold, and totality over all that the schemas allow."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.program import CommitmentView, Finding, LineView
from ksbb.testing import commitment_view, line_like
from ksbb.testing.findings import at, block, warn
from ksbb.testing.payloads import checked_findings, commitments_of
from ksbb_permukiman import PROGRAM
from ksbb_permukiman.aid import AID_TYPES, HOUSE_REPAIR, MATERIAL, WORKS
from ksbb_permukiman.names import SLUM_INDICATORS
from ksbb_permukiman.rules import RULES
from ksbb_permukiman.settings import PermukimanSettings

DEFAULTS = PermukimanSettings()


def commitment(*lines: LineView) -> CommitmentView:
    return commitment_view(PROGRAM, *lines, planned_handover_on=date(2026, 8, 15))


def drain(quantity: int = 72, *without: str, **changes: Any) -> LineView:
    """120 m of drain, 60 cm wide; with changed attributes, or one left out."""
    return line_like(WORKS, quantity, *without, **changes)


def findings(rule_id: str, view: CommitmentView, settings: PermukimanSettings = DEFAULTS) -> list[Finding]:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    return list(rule.check(view, settings))


# Lines without a remark, one of each aid type


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_pass_every_rule(aid_type: Any) -> None:
    for example in aid_type.examples:
        line = LineView(position=0, aid_type=aid_type.id, quantity=72, attributes=example)
        assert [finding for rule in RULES for finding in rule.check(commitment(line), DEFAULTS)] == []


# Slum indicators


def test_indicators_below_the_threshold() -> None:
    assert findings("slum_indicators", commitment(drain(slum_indicators=["road_condition", "drainage"]))) == block(
        "slum_indicators_too_few",
        at("slum_indicators"),
        "RW sasaran harus memenuhi paling sedikit 3 dari 11 indikator kumuh, diberikan 2 (road_condition, drainage)",
        "the target RW must show at least 3 of the 11 slum indicators, given 2 (road_condition, drainage)",
    )


def test_no_indicators() -> None:
    assert findings("slum_indicators", commitment(drain(slum_indicators=[]))) == block(
        "slum_indicators_too_few",
        at("slum_indicators"),
        "RW sasaran harus memenuhi paling sedikit 3 dari 11 indikator kumuh, diberikan 0",
        "the target RW must show at least 3 of the 11 slum indicators, given 0",
    )


def test_indicators_at_the_threshold() -> None:
    assert findings("slum_indicators", commitment(drain(slum_indicators=list(SLUM_INDICATORS)[:3]))) == []


def test_indicators_by_settings() -> None:
    view = commitment(drain(slum_indicators=list(SLUM_INDICATORS)[:3]))
    assert findings("slum_indicators", view, PermukimanSettings(min_indicators=4)) == block(
        "slum_indicators_too_few",
        at("slum_indicators"),
        "RW sasaran harus memenuhi paling sedikit 4 dari 11 indikator kumuh, diberikan 3 "
        "(population_density, building_density, building_layout)",
        "the target RW must show at least 4 of the 11 slum indicators, given 3 "
        "(population_density, building_density, building_layout)",
    )


# Year of implementation


def test_implementation_in_the_year_of_the_plan() -> None:
    assert findings("implementation_year", commitment(drain(action_plan_year=2026))) == block(
        "implementation_too_early",
        at("planned_start_on"),
        "rencana aksi masyarakat tahun 2026 dilaksanakan tahun 2027, tetapi pelaksanaan direncanakan mulai 2026-06-01",
        "the community action plan of 2026 is implemented in 2027, but implementation is planned from 2026-06-01 on",
    )


def test_implementation_in_the_year_after() -> None:
    line = drain(action_plan_year=2025, planned_start_on="2026-01-01", planned_end_on="2026-12-31")
    assert findings("implementation_year", commitment(line)) == []


def test_implementation_that_runs_into_the_next_year() -> None:
    assert findings("implementation_year", commitment(drain(planned_end_on="2027-01-01"))) == warn(
        "implementation_late",
        at("planned_end_on"),
        "rencana aksi masyarakat tahun 2025 dilaksanakan tahun 2026, tetapi pelaksanaan direncanakan sampai "
        "2027-01-01; pastikan rencananya masih berlaku",
        "the community action plan of 2025 is implemented in 2026, but implementation is planned until 2027-01-01; "
        "make sure that the plan still holds",
    )


def test_implementation_year_by_settings() -> None:
    settings = PermukimanSettings(years_from_plan_to_implementation=0)
    assert findings("implementation_year", commitment(drain(action_plan_year=2026)), settings) == []


def test_material_is_judged_by_the_planned_handover() -> None:
    line = line_like(MATERIAL, 200, action_plan_year=2026)
    assert findings("implementation_year", commitment(line)) == block(
        "implementation_too_early",
        "/planned_handover_on",
        "rencana aksi masyarakat tahun 2026 dilaksanakan tahun 2027, tetapi pelaksanaan direncanakan mulai 2026-08-15",
        "the community action plan of 2026 is implemented in 2027, but implementation is planned from 2026-08-15 on",
    )


# Planned days


def test_end_before_start() -> None:
    assert findings("planned_days", commitment(drain(planned_end_on="2026-05-31"))) == block(
        "works_end_before_start",
        at("planned_end_on"),
        "pekerjaan tidak dapat selesai 2026-05-31, sebelum mulai 2026-06-01",
        "works can't end on 2026-05-31, before they start on 2026-06-01",
    )


def test_works_of_one_day() -> None:
    assert findings("planned_days", commitment(drain(planned_end_on="2026-06-01"))) == []


def test_start_before_submission() -> None:
    assert findings("planned_days", commitment(drain(planned_start_on="2026-03-31"))) == warn(
        "works_start_past",
        at("planned_start_on"),
        "pekerjaan direncanakan mulai 2026-03-31, sebelum komitmen diajukan 2026-04-01; "
        "foto 0 % harus diambil sebelum pekerjaan mulai",
        "works are planned from 2026-03-31 on, before the commitment was submitted on 2026-04-01; "
        "the 0 % photos must be taken before works begin",
    )


def test_start_on_the_day_of_submission() -> None:
    assert findings("planned_days", commitment(drain(planned_start_on="2026-04-01"))) == []


def test_handover_before_the_end() -> None:
    assert findings("planned_days", commitment(drain(planned_end_on="2026-08-16"))) == warn(
        "handover_before_works_end",
        at("planned_end_on"),
        "serah terima direncanakan 2026-08-15, sebelum pekerjaan selesai 2026-08-16",
        "the handover is planned for 2026-08-15, before the works end on 2026-08-16",
    )


def test_handover_on_the_last_day() -> None:
    assert findings("planned_days", commitment(drain(planned_end_on="2026-08-15"))) == []


# Land


@pytest.mark.parametrize(
    ("status", "indonesian", "english"),
    [("disputed", "disengketakan", "disputed"), ("unknown", "belum diketahui", "not known yet")],
)
def test_land_that_is_not_clear(status: str, indonesian: str, english: str) -> None:
    assert findings("land_status", commitment(drain(land_status=status))) == block(
        "land_not_clear",
        at("land_status"),
        f"status lahan {indonesian} ({status}); harus owned, government_permitted, owner_permitted, atau untitled",
        f"the land status is {english} ({status}); must be owned, government_permitted, owner_permitted or untitled",
    )


def test_land_without_title() -> None:
    assert findings("land_status", commitment(drain(land_status="untitled"))) == warn(
        "land_untitled",
        at("land_status"),
        "lahan tanpa alas hak (untitled); pastikan kelurahan membenarkan bahwa lahan tidak disengketakan dan di luar "
        "rencana penertiban",
        "the land has no title (untitled); make sure the kelurahan confirms that it is undisputed and not up for "
        "clearing",
    )


@pytest.mark.parametrize("status", ["owned", "government_permitted", "owner_permitted"])
def test_land_that_is_clear(status: str) -> None:
    assert findings("land_status", commitment(drain(land_status=status))) == []


# Papers


def test_budget_missing() -> None:
    assert findings("budget", commitment(drain(72, "budget_rupiah"))) == block(
        "budget_missing",
        at("budget_rupiah"),
        "RAB belum ada; isi jumlah akhir rencana anggaran biaya dalam rupiah",
        "the budget (RAB) is missing; give the total of the bill of quantities in rupiah",
    )


def test_budget_given() -> None:
    assert findings("budget", commitment(drain(budget_rupiah=1))) == []


PERMIT_MISSING = block(
    "building_permit_missing",
    at("building_permit_number"),
    "pekerjaan struktur memerlukan Persetujuan Bangunan Gedung; isi nomor PBG",
    "structural works need a building permit; give the PBG number",
)


@pytest.mark.parametrize("changes", [{}, {"building_permit_number": "   "}])
def test_structural_works_without_permit(changes: dict[str, Any]) -> None:
    assert findings("building_permit", commitment(drain(structural=True, **changes))) == PERMIT_MISSING


def test_structural_works_with_permit() -> None:
    line = drain(structural=True, building_permit_number="SK-PBG-317106-12052026-001")
    assert findings("building_permit", commitment(line)) == []


def test_other_works_need_no_permit() -> None:
    assert findings("building_permit", commitment(drain(structural=False))) == []


def test_repair_of_the_structure_is_structural_whatever_the_flag_says() -> None:
    line = line_like(HOUSE_REPAIR, 4, parts=["structure"], structural=False)
    assert findings("building_permit", commitment(line)) == PERMIT_MISSING


CONSENT_MISSING = block(
    "consent_missing",
    at("consent"),
    "persetujuan pemilik dan warga terdampak belum ada; isi nomor dan tanggal dokumennya",
    "the consent of owners and affected residents is missing; give number and date of its document",
)


def test_consent_missing() -> None:
    assert findings("consent", commitment(drain(72, "consent"))) == CONSENT_MISSING


def test_consent_with_a_blank_number() -> None:
    consent = {"document_number": "   ", "signed_on": "2026-03-14"}
    assert findings("consent", commitment(drain(consent=consent))) == CONSENT_MISSING


def test_consent_of_the_future() -> None:
    consent = {"document_number": "014/BA", "signed_on": "2026-04-02"}
    assert findings("consent", commitment(drain(consent=consent))) == block(
        "consent_not_yet_signed",
        at("consent/signed_on"),
        "persetujuan harus sudah ditandatangani saat komitmen diajukan 2026-04-01, diberikan 2026-04-02",
        "consent must be signed when the commitment is submitted on 2026-04-01, given 2026-04-02",
    )


def test_consent_of_the_day() -> None:
    consent = {"document_number": "014/BA", "signed_on": "2026-04-01"}
    assert findings("consent", commitment(drain(consent=consent))) == []


# Dimensions


@pytest.mark.parametrize("missing", ["length_m", "width_cm"])
def test_linear_works_without_a_side(missing: str) -> None:
    assert findings("dimensions", commitment(drain(72, missing))) == block(
        "dimensions_missing",
        at(missing),
        f"pekerjaan memanjang (linear) memerlukan panjang dan lebar; isi {missing}",
        f"linear works need length and width; give {missing}",
    )


@pytest.mark.parametrize("quantity", [71, 73])
def test_quantity_that_does_not_fit(quantity: int) -> None:
    assert findings("dimensions", commitment(drain(quantity=quantity))) == block(
        "quantity_not_dimensions",
        "/lines/0/quantity",
        f"120 m × 60 cm adalah 72 m² (dibulatkan), jumlah diberikan {quantity} m²",
        f"120 m × 60 cm is 72 m² (rounded), the quantity given is {quantity} m²",
    )


@pytest.mark.parametrize(("length", "width", "surface"), [(120, 60, 72), (1, 149, 1), (1, 150, 2), (1, 1, 1)])
def test_surfaces_are_rounded_to_at_least_one(length: int, width: int, surface: int) -> None:
    assert findings("dimensions", commitment(drain(quantity=surface, length_m=length, width_cm=width))) == []


def test_works_measured_as_a_surface_need_no_sides() -> None:
    line = drain(500, "length_m", dimension="area")
    assert findings("dimensions", commitment(line)) == []


# Totality


@given(
    commitments_of(PROGRAM),
    st.builds(
        PermukimanSettings,
        min_indicators=st.integers(1, 11),
        years_from_plan_to_implementation=st.integers(0, 5),
    ),
)
def test_rules_are_total_and_keep_to_their_codes(view: CommitmentView, settings: PermukimanSettings) -> None:
    checked_findings(PROGRAM, settings, view)
