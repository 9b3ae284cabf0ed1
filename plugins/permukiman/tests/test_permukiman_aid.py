"""The aid types of the settlement program: what their schemas take and refuse."""

import pytest

from ksbb.program import AidType, Text
from ksbb.testing.problems import AT, missing, no_day, not_among, problems, unknown
from ksbb_permukiman import PROGRAM
from ksbb_permukiman.aid import AID_TYPES, BUILT, HOUSE_REPAIR, MATERIAL, WORKS
from ksbb_permukiman.names import LAND_STATUSES, SLUM_INDICATORS


def test_aid_types_and_units() -> None:
    units = {aid_type.id: (aid_type.unit.id, aid_type.service) for aid_type in PROGRAM.aid_types}
    assert units == {
        "works": ("m2", True),
        "sanitation_unit": ("unit", True),
        "house_repair": ("house", True),
        "material": ("item", False),
    }
    assert BUILT == ("works", "sanitation_unit", "house_repair")


def test_eleven_indicators() -> None:
    assert len(SLUM_INDICATORS) == 11


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_validate_with_formats(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2
    assert [problems(aid_type, example) for example in aid_type.examples] == [()] * len(aid_type.examples)


def test_everything_required_is_named() -> None:
    assert problems(WORKS, {}) == missing(*sorted(WORKS.schema["required"]))


def test_unknown_indicator() -> None:
    attributes = {**MATERIAL.examples[0], "slum_indicators": ["noise"]}
    assert problems(MATERIAL, attributes) == (not_among("slum_indicators/0", SLUM_INDICATORS, "noise"),)


def test_impossible_day() -> None:
    attributes = {**WORKS.examples[0], "planned_start_on": "2026-02-30"}
    assert problems(WORKS, attributes) == (no_day("planned_start_on", "2026-02-30"),)


def test_unknown_land_status() -> None:
    attributes = {**HOUSE_REPAIR.examples[0], "land_status": "certified"}
    assert problems(HOUSE_REPAIR, attributes) == (not_among("land_status", LAND_STATUSES, "certified"),)


def test_names_of_residents_have_no_place() -> None:
    attributes = {**HOUSE_REPAIR.examples[0], "owner_name": "x"}
    known = sorted(HOUSE_REPAIR.schema["properties"])
    assert problems(HOUSE_REPAIR, attributes) == (unknown("owner_name", known, "x"),)


def test_half_a_consent() -> None:
    attributes = {**WORKS.examples[0], "consent": {"document_number": "014/BA"}}
    assert problems(WORKS, attributes) == missing("consent/signed_on")


def test_no_half_rupiah() -> None:
    attributes = {**WORKS.examples[0], "budget_rupiah": 0.5}
    assert [(problem.code, problem.pointer, problem.message) for problem in problems(WORKS, attributes)] == [
        ("minimum", f"{AT}/budget_rupiah", Text("paling kecil 1", "must be at least 1")),
        ("type", f"{AT}/budget_rupiah", Text("harus bertipe integer", "must be of type integer")),
    ]


def test_the_slum_indicators_are_a_register_with_source() -> None:
    (register,) = PROGRAM.reference_data
    assert (register.id, register.source) == ("slum_indicators", "BPS Provinsi DKI Jakarta, Pendataan RW Kumuh 2017")
    assert [row["id"] for row in register.rows] == list(SLUM_INDICATORS)
