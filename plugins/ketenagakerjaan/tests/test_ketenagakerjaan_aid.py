"""The aid types of the employment program: what their schemas take and refuse."""

import pytest

from ksbb.domain.errors import Problem
from ksbb.program import AidType, Text
from ksbb.testing.problems import AT, missing, no_day, not_among, problems, unknown, unlike
from ksbb_ketenagakerjaan import PROGRAM
from ksbb_ketenagakerjaan.aid import AID_TYPES, CERTIFICATION, JOB_PLACEMENT, SKKNI_PATTERN, TOOLS, TRAINING


def test_aid_types_and_units() -> None:
    units = {aid_type.id: (aid_type.unit.id, aid_type.service) for aid_type in PROGRAM.aid_types}
    assert units == {
        "training": ("seat", True),
        "certification": ("assessment_seat", True),
        "tools": ("set", False),
        "job_placement": ("position", True),
    }


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_validate_with_formats(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2
    assert [problems(aid_type, example) for example in aid_type.examples] == [()] * len(aid_type.examples)


def test_everything_required_is_named() -> None:
    assert problems(TRAINING, {}) == missing("batches", "hours", "jakarta_residents_only", "seats_per_batch", "topic")


@pytest.mark.parametrize(
    "code", ["J.620100.004.02", "M.74100.005.02", "C.24LAS01.024.1", "J.63OPR00.001.2", "TIK.OP02.001.01"]
)
def test_forms_of_skkni_codes_in_use(code: str) -> None:
    assert problems(CERTIFICATION, {**CERTIFICATION.examples[0], "skkni_units": [code]}) == ()


@pytest.mark.parametrize("code", ["J620100.004.02", "J.620100.4.02", "j.620100.004.02", "J.620100.004", "barista"])
def test_codes_that_are_none(code: str) -> None:
    assert problems(TRAINING, {**TRAINING.examples[0], "skkni_units": [code]}) == (
        unlike("skkni_units/0", SKKNI_PATTERN, code),
    )


def test_certificate_without_expiry() -> None:
    attributes = {**TRAINING.examples[0], "trainer_certificate": {"number": "62010.2513"}}
    assert problems(TRAINING, attributes) == missing("trainer_certificate/expires_on")


def test_certificate_without_an_end() -> None:
    attributes = {**TRAINING.examples[0], "trainer_certificate": {"number": "62010", "expires_on": "seumur hidup"}}
    assert problems(TRAINING, attributes) == (no_day("trainer_certificate/expires_on", "seumur hidup"),)


def test_names_of_participants_have_no_place() -> None:
    known = ["contract", "jakarta_residents_only", "months", "occupation"]
    assert problems(JOB_PLACEMENT, {**JOB_PLACEMENT.examples[0], "participants": ["x"]}) == (
        unknown("participants", known, ["x"]),
    )


def test_residence_is_yes_or_no() -> None:
    attributes = {**CERTIFICATION.examples[0], "jakarta_residents_only": "ya"}
    assert problems(CERTIFICATION, attributes) == (
        Problem(
            code="type",
            message=Text("harus bertipe boolean", "must be of type boolean"),
            pointer=f"{AT}/jakarta_residents_only",
            expected="boolean",
            given="ya",
        ),
    )


def test_condition_of_tools() -> None:
    assert problems(TOOLS, {**TOOLS.examples[0], "condition": "broken"}) == (
        not_among("condition", ["new", "used_good"], "broken"),
    )
