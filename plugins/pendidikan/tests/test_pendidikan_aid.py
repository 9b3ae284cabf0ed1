"""The education program's schemas and the check of IMEIs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ksbb.program import AidType, Identifier
from ksbb.testing.problems import AT, missing, problems, repeated, unlike
from ksbb_pendidikan import PROGRAM, ksbb_program
from ksbb_pendidikan.aid import AID_TYPES, SIM_CARD, STUDENT_DEVICE, TEACHER_COMPUTER
from ksbb_pendidikan.imei import is_valid, masked
from ksbb_pendidikan.settings import PendidikanSettings


def test_the_program_serves_schools() -> None:
    assert ksbb_program() is PROGRAM
    assert [aid_type.id for aid_type in PROGRAM.aid_types] == ["student_device", "teacher_computer", "sim_card"]
    assert {str(kind) for kind in PROGRAM.target_kinds} == {"school"}
    assert PROGRAM.guide.id.startswith("# Pendidikan\n")
    assert PROGRAM.guide.en.startswith("# Education\n")
    assert STUDENT_DEVICE.identifiers == (Identifier("imei", "imei"),)


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_validate_with_formats(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2
    assert [problems(aid_type, example) for example in aid_type.examples] == [()] * len(aid_type.examples)


def test_everything_required_is_named() -> None:
    assert problems(TEACHER_COMPUTER, {}) == missing("condition", "lent", "owned_by_school", "ram_gb", "usable")


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
@pytest.mark.parametrize("name", ["pupil_name", "nik", "nisn", "quantity"])
def test_identities_and_quantities_have_no_place(aid_type: AidType, name: str) -> None:
    found = problems(aid_type, {**aid_type.examples[0], name: "x"})

    assert [(problem.code, problem.pointer) for problem in found] == [("additionalProperties", f"{AT}/{name}")]


@pytest.mark.parametrize("value", ["49015420323751", "4901542032375180", "49015420323751X", "490154203237518\n"])
def test_an_imei_of_another_shape_is_refused(value: str) -> None:
    found = problems(STUDENT_DEVICE, {**STUDENT_DEVICE.examples[0], "imei": [value]})

    assert {problem.pointer for problem in found} == {f"{AT}/imei/0"}


def test_an_imei_given_twice_is_refused() -> None:
    twice = ["490154203237518", "490154203237518"]

    assert problems(STUDENT_DEVICE, {**STUDENT_DEVICE.examples[0], "imei": twice}) == (repeated("imei", twice),)


def test_a_school_number_has_eight_digits() -> None:
    assert problems(SIM_CARD, {"quota_gb": 10, "valid_days": 30, "school_npsn": "1234567"}) == (
        unlike("school_npsn", "^[0-9]{8}$", "1234567"),
    )


@pytest.mark.parametrize("imei", ["490154203237518", "356938035643809"])
def test_good_imeis(imei: str) -> None:
    assert is_valid(imei)


@pytest.mark.parametrize(
    "imei", ["490154203237517", "490154203237581", "000000000000000", "", "49015420323751", "٤٩٠١٥٤٢٠٣٢٣٧٥١٨"]
)
def test_bad_imeis(imei: str) -> None:
    assert not is_valid(imei)


@given(body=st.integers(1, 10**14 - 1))
def test_of_ten_check_digits_one_is_right(body: int) -> None:
    assert sum(is_valid(f"{body:014d}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize(
    ("imei", "shown"), [("490154203237518", "***********7518"), ("7518", "7518"), ("18", "18"), ("", "")]
)
def test_masked(imei: str, shown: str) -> None:
    assert masked(imei) == shown


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="min_android\n  Extra inputs are not permitted"):
        PendidikanSettings.model_validate({"min_android": 9})
