"""The aid types of the settlement program: what their schemas take and refuse."""

from typing import Any

import pytest

from ksbb.domain.errors import Problem
from ksbb.program import AidType, Text
from ksbb.program.validation import attribute_problems
from ksbb_permukiman import PROGRAM
from ksbb_permukiman.aid import AID_TYPES, BUILT, HOUSE_REPAIR, MATERIAL, WORKS
from ksbb_permukiman.names import LAND_STATUSES, SLUM_INDICATORS

AT = "/lines/0/attributes"
CASES = [(aid_type, example) for aid_type in AID_TYPES for example in aid_type.examples]


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


@pytest.mark.parametrize(("aid_type", "example"), CASES)
def test_examples_validate(aid_type: AidType, example: dict[str, Any]) -> None:
    assert attribute_problems(aid_type, example, AT) == ()


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_at_least_two_examples(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2


def test_everything_required_is_named() -> None:
    problems = attribute_problems(WORKS, {}, AT)
    assert [(problem.pointer, problem.message) for problem in problems] == [
        (f"{AT}/{name}", Text("wajib diisi", "is required")) for name in sorted(WORKS.schema["required"])
    ]


def test_unknown_indicator() -> None:
    attributes = {**MATERIAL.examples[0], "slum_indicators": ["noise"]}
    assert attribute_problems(MATERIAL, attributes, AT) == (
        Problem(
            code="enum",
            message=Text(
                f"harus salah satu dari {', '.join(SLUM_INDICATORS)}",
                f"must be one of {', '.join(SLUM_INDICATORS)}",
            ),
            pointer=f"{AT}/slum_indicators/0",
            expected=list(SLUM_INDICATORS),
            given="noise",
        ),
    )


def test_impossible_day() -> None:
    attributes = {**WORKS.examples[0], "planned_start_on": "2026-02-30"}
    assert attribute_problems(WORKS, attributes, AT) == (
        Problem(
            code="format",
            message=Text("harus berformat date", "must have the format date"),
            pointer=f"{AT}/planned_start_on",
            expected="date",
            given="2026-02-30",
        ),
    )


def test_unknown_land_status() -> None:
    attributes = {**HOUSE_REPAIR.examples[0], "land_status": "certified"}
    assert attribute_problems(HOUSE_REPAIR, attributes, AT) == (
        Problem(
            code="enum",
            message=Text(
                f"harus salah satu dari {', '.join(LAND_STATUSES)}", f"must be one of {', '.join(LAND_STATUSES)}"
            ),
            pointer=f"{AT}/land_status",
            expected=list(LAND_STATUSES),
            given="certified",
        ),
    )


def test_names_of_residents_have_no_place() -> None:
    attributes = {**HOUSE_REPAIR.examples[0], "owner_name": "x"}
    known = sorted(HOUSE_REPAIR.schema["properties"])
    assert attribute_problems(HOUSE_REPAIR, attributes, AT) == (
        Problem(
            code="additionalProperties",
            message=Text(
                f"tidak dikenal; yang dikenal: {', '.join(known)}", f"is not known; known are: {', '.join(known)}"
            ),
            pointer=f"{AT}/owner_name",
            expected=known,
            given="x",
        ),
    )


def test_half_a_consent() -> None:
    attributes = {**WORKS.examples[0], "consent": {"document_number": "014/BA"}}
    assert attribute_problems(WORKS, attributes, AT) == (
        Problem(
            code="required",
            message=Text("wajib diisi", "is required"),
            pointer=f"{AT}/consent/signed_on",
            expected="a value",
        ),
    )


def test_no_half_rupiah() -> None:
    attributes = {**WORKS.examples[0], "budget_rupiah": 0.5}
    assert [
        (problem.code, problem.pointer, problem.message) for problem in attribute_problems(WORKS, attributes, AT)
    ] == [
        ("minimum", f"{AT}/budget_rupiah", Text("paling kecil 1", "must be at least 1")),
        ("type", f"{AT}/budget_rupiah", Text("harus bertipe integer", "must be of type integer")),
    ]
