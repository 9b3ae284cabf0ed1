"""The aid types of the waste program: what their schemas take and refuse."""

from typing import Any

import pytest

from ksbb.domain.errors import Problem
from ksbb.program import AidType, Text
from ksbb.program.validation import attribute_problems
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

AT = "/lines/0/attributes"
CASES = [(aid_type, example) for aid_type in AID_TYPES for example in aid_type.examples]


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


@pytest.mark.parametrize(("aid_type", "example"), CASES)
def test_examples_validate(aid_type: AidType, example: dict[str, Any]) -> None:
    assert attribute_problems(aid_type, example, AT) == ()


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_at_least_two_examples(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2


def required(pointer: str) -> Problem:
    return Problem(code="required", message=Text("wajib diisi", "is required"), pointer=pointer, expected="a value")


def test_everything_required_is_named() -> None:
    assert attribute_problems(WASTE_BANK_KIT, {}, AT) == (
        required(f"{AT}/capacity_kg_per_day"),
        required(f"{AT}/land_status"),
        required(f"{AT}/managers"),
    )


def test_half_a_decree() -> None:
    attributes = {**WASTE_BANK_KIT.examples[0], "lurah_decree": {"number": "27/2026"}}
    assert attribute_problems(WASTE_BANK_KIT, attributes, AT) == (required(f"{AT}/lurah_decree/issued_on"),)


def test_day_of_the_decree_that_is_no_day() -> None:
    attributes = {**WASTE_BANK_KIT.examples[0], "lurah_decree": {"number": "27/2026", "issued_on": "10-02-2026"}}
    assert attribute_problems(WASTE_BANK_KIT, attributes, AT) == (
        Problem(
            code="format",
            message=Text("harus berformat date", "must have the format date"),
            pointer=f"{AT}/lurah_decree/issued_on",
            expected="date",
            given="10-02-2026",
        ),
    )


def test_bins_for_no_household() -> None:
    assert attribute_problems(BIN, {**BIN.examples[0], "households": 0}, AT) == (
        Problem(
            code="minimum",
            message=Text("paling kecil 1", "must be at least 1"),
            pointer=f"{AT}/households",
            expected=1,
            given=0,
        ),
    )


def test_a_stream_twice() -> None:
    assert attribute_problems(BIN, {**BIN.examples[0], "streams": ["organic", "organic"]}, AT) == (
        Problem(
            code="uniqueItems",
            message=Text("isi tidak boleh berulang", "items must not repeat"),
            pointer=f"{AT}/streams",
            expected=True,
            given=["organic", "organic"],
        ),
    )


def test_a_person_is_no_maintenance_owner() -> None:
    known = ", ".join(MAINTENANCE_OWNERS)
    assert attribute_problems(COMPOSTER, {**COMPOSTER.examples[0], "maintenance_owner": "somebody"}, AT) == (
        Problem(
            code="enum",
            message=Text(f"harus salah satu dari {known}", f"must be one of {known}"),
            pointer=f"{AT}/maintenance_owner",
            expected=list(MAINTENANCE_OWNERS),
            given="somebody",
        ),
    )


def test_quantities_have_no_place_in_attributes() -> None:
    attributes = {**RECYCLABLE_OFFTAKE.examples[1], "kg_per_month": 100}
    assert attribute_problems(RECYCLABLE_OFFTAKE, attributes, AT) == (
        Problem(
            code="additionalProperties",
            message=Text(
                "tidak dikenal; yang dikenal: materials, pickups_per_month",
                "is not known; known are: materials, pickups_per_month",
            ),
            pointer=f"{AT}/kg_per_month",
            expected=["materials", "pickups_per_month"],
            given=100,
        ),
    )


def test_offtake_of_nothing() -> None:
    assert [(each.code, each.pointer) for each in attribute_problems(RECYCLABLE_OFFTAKE, {"materials": []}, AT)] == [
        ("minItems", f"{AT}/materials")
    ]


def test_training_needs_a_topic() -> None:
    assert attribute_problems(TRAINING, {"hours": 8}, AT) == (required(f"{AT}/topic"),)
