"""The aid types of the employment program: what their schemas take and refuse."""

from typing import Any

import pytest

from ksbb.domain.errors import Problem
from ksbb.program import AidType, Text
from ksbb.program.validation import attribute_problems
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import AID_TYPES, CERTIFICATION, JOB_PLACEMENT, SKKNI_PATTERN, TOOLS, TRAINING

AT = "/lines/0/attributes"
CASES = [(aid_type, example) for aid_type in AID_TYPES for example in aid_type.examples]


def test_aid_types_and_units() -> None:
    units = {aid_type.id: (aid_type.unit.id, aid_type.service) for aid_type in PROGRAM.aid_types}
    assert units == {
        "training": ("seat", True),
        "certification": ("assessment_seat", True),
        "tools": ("set", False),
        "job_placement": ("position", True),
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
    assert attribute_problems(TRAINING, {}, AT) == (
        required(f"{AT}/batches"),
        required(f"{AT}/hours"),
        required(f"{AT}/jakarta_residents_only"),
        required(f"{AT}/seats_per_batch"),
        required(f"{AT}/topic"),
    )


@pytest.mark.parametrize(
    "code", ["J.620100.004.02", "M.74100.005.02", "C.24LAS01.024.1", "J.63OPR00.001.2", "TIK.OP02.001.01"]
)
def test_forms_of_skkni_codes_in_use(code: str) -> None:
    assert attribute_problems(CERTIFICATION, {**CERTIFICATION.examples[0], "skkni_units": [code]}, AT) == ()


@pytest.mark.parametrize("code", ["J620100.004.02", "J.620100.4.02", "j.620100.004.02", "J.620100.004", "barista"])
def test_codes_that_are_none(code: str) -> None:
    assert attribute_problems(TRAINING, {**TRAINING.examples[0], "skkni_units": [code]}, AT) == (
        Problem(
            code="pattern",
            message=Text(f"harus sesuai pola {SKKNI_PATTERN}", f"must match the pattern {SKKNI_PATTERN}"),
            pointer=f"{AT}/skkni_units/0",
            expected=SKKNI_PATTERN,
            given=code,
        ),
    )


def test_certificate_without_expiry() -> None:
    attributes = {**TRAINING.examples[0], "trainer_certificate": {"number": "62010.2513"}}
    assert attribute_problems(TRAINING, attributes, AT) == (required(f"{AT}/trainer_certificate/expires_on"),)


def test_certificate_without_an_end() -> None:
    attributes = {**TRAINING.examples[0], "trainer_certificate": {"number": "62010", "expires_on": "seumur hidup"}}
    assert attribute_problems(TRAINING, attributes, AT) == (
        Problem(
            code="format",
            message=Text("harus berformat date", "must have the format date"),
            pointer=f"{AT}/trainer_certificate/expires_on",
            expected="date",
            given="seumur hidup",
        ),
    )


def test_names_of_participants_have_no_place() -> None:
    known = ["contract", "jakarta_residents_only", "months", "occupation"]
    assert attribute_problems(JOB_PLACEMENT, {**JOB_PLACEMENT.examples[0], "participants": ["x"]}, AT) == (
        Problem(
            code="additionalProperties",
            message=Text(
                "tidak dikenal; yang dikenal: contract, jakarta_residents_only, months, occupation",
                "is not known; known are: contract, jakarta_residents_only, months, occupation",
            ),
            pointer=f"{AT}/participants",
            expected=known,
            given=["x"],
        ),
    )


def test_residence_is_yes_or_no() -> None:
    attributes = {**CERTIFICATION.examples[0], "jakarta_residents_only": "ya"}
    assert attribute_problems(CERTIFICATION, attributes, AT) == (
        Problem(
            code="type",
            message=Text("harus bertipe boolean", "must be of type boolean"),
            pointer=f"{AT}/jakarta_residents_only",
            expected="boolean",
            given="ya",
        ),
    )


def test_condition_of_tools() -> None:
    assert attribute_problems(TOOLS, {**TOOLS.examples[0], "condition": "broken"}, AT) == (
        Problem(
            code="enum",
            message=Text("harus salah satu dari new, used_good", "must be one of new, used_good"),
            pointer=f"{AT}/condition",
            expected=["new", "used_good"],
            given="broken",
        ),
    )
