"""The aid types of the waste program: what their schemas take and refuse."""

import pytest

from ksbb.domain.errors import Problem
from ksbb.program import AidType, Text
from ksbb.testing.problems import AT, missing, no_day, not_among, problems, repeated, unknown
from ksbb_persampahan import PROGRAM
from ksbb_persampahan.aid import (
    AID_TYPES,
    BIN,
    COMPOSTER,
    RECYCLABLE_OFFTAKE,
    TRAINING,
    WASTE_BANK_KIT,
)
from ksbb_persampahan.names import MAINTENANCE_OWNERS


def test_aid_types_and_units() -> None:
    units = {aid_type.id: (aid_type.unit.id, aid_type.service) for aid_type in PROGRAM.aid_types}
    assert units == {
        "waste_bank_kit": ("kit", False),
        "bin": ("unit", False),
        "composter": ("unit", False),
        "scale": ("unit", False),
        "collection_vehicle": ("unit", False),
        "training": ("seat", True),
        "recyclable_offtake": ("kg_per_month", True),
    }


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_validate_with_formats(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2
    assert [problems(aid_type, example) for example in aid_type.examples] == [()] * len(aid_type.examples)


def test_everything_required_is_named() -> None:
    assert problems(WASTE_BANK_KIT, {}) == missing("capacity_kg_per_day", "land_status", "managers")


def test_half_a_decree() -> None:
    attributes = {**WASTE_BANK_KIT.examples[0], "lurah_decree": {"number": "27/2026"}}
    assert problems(WASTE_BANK_KIT, attributes) == missing("lurah_decree/issued_on")


def test_day_of_the_decree_that_is_no_day() -> None:
    attributes = {**WASTE_BANK_KIT.examples[0], "lurah_decree": {"number": "27/2026", "issued_on": "10-02-2026"}}
    assert problems(WASTE_BANK_KIT, attributes) == (no_day("lurah_decree/issued_on", "10-02-2026"),)


def test_bins_for_no_household() -> None:
    assert problems(BIN, {**BIN.examples[0], "households": 0}) == (
        Problem(
            code="minimum",
            message=Text("paling kecil 1", "must be at least 1"),
            pointer=f"{AT}/households",
            expected=1,
            given=0,
        ),
    )


def test_a_stream_twice() -> None:
    assert problems(BIN, {**BIN.examples[0], "streams": ["organic", "organic"]}) == (
        repeated("streams", ["organic", "organic"]),
    )


def test_a_person_is_no_maintenance_owner() -> None:
    assert problems(COMPOSTER, {**COMPOSTER.examples[0], "maintenance_owner": "somebody"}) == (
        not_among("maintenance_owner", MAINTENANCE_OWNERS, "somebody"),
    )


def test_quantities_have_no_place_in_attributes() -> None:
    attributes = {**RECYCLABLE_OFFTAKE.examples[1], "kg_per_month": 100}
    assert problems(RECYCLABLE_OFFTAKE, attributes) == (
        unknown("kg_per_month", ["materials", "pickups_per_month"], 100),
    )


def test_offtake_of_nothing() -> None:
    assert [(each.code, each.pointer) for each in problems(RECYCLABLE_OFFTAKE, {"materials": []})] == [
        ("minItems", f"{AT}/materials")
    ]


def test_training_needs_a_topic() -> None:
    assert problems(TRAINING, {"hours": 8}) == missing("topic")
