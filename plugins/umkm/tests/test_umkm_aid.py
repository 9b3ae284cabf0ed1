"""The enterprise program's schemas, reference values and settings."""

from datetime import date

import pytest
from pydantic import ValidationError

from ksbb.program import AidType
from ksbb.testing.problems import AT, missing, not_among, problems, unlike
from ksbb_umkm import PROGRAM, ksbb_program
from ksbb_umkm.aid import AID_TYPES, CAPITAL, FACILITIES, TRAINING
from ksbb_umkm.settings import UmkmSettings


def test_the_program_serves_enterprises_and_market_locations() -> None:
    assert ksbb_program() is PROGRAM
    assert [(aid_type.id, aid_type.unit.id, aid_type.service) for aid_type in PROGRAM.aid_types] == [
        ("training", "seat", True),
        ("facilities", "unit", False),
        ("capital", "rupiah", False),
    ]
    assert {str(kind) for kind in PROGRAM.target_kinds} == {"enterprise", "market_location"}
    assert PROGRAM.guide.id.startswith("# UMKM\n")
    assert PROGRAM.guide.en.startswith("# Enterprises\n")


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
def test_examples_validate_with_formats(aid_type: AidType) -> None:
    assert len(aid_type.examples) >= 2
    assert [problems(aid_type, example) for example in aid_type.examples] == [()] * len(aid_type.examples)


def test_one_unit_of_capital_is_one_rupiah() -> None:
    assert CAPITAL.value_on(date(2020, 4, 1), {"form": "loan"}) == 1
    assert TRAINING.value_on(date(2026, 4, 1), {}) is None
    assert FACILITIES.value_on(date(2026, 4, 1), {}) is None


def test_everything_required_is_named() -> None:
    assert problems(FACILITIES, {}) == missing("condition", "facility", "usable")


@pytest.mark.parametrize("aid_type", AID_TYPES, ids=lambda aid_type: aid_type.id)
@pytest.mark.parametrize("name", ["owner_name", "nik", "quantity"])
def test_owners_and_quantities_have_no_place(aid_type: AidType, name: str) -> None:
    found = problems(aid_type, {**aid_type.examples[0], name: "x"})

    assert [(problem.code, problem.pointer) for problem in found] == [("additionalProperties", f"{AT}/{name}")]


def test_an_nib_has_thirteen_digits() -> None:
    assert problems(CAPITAL, {"form": "grant", "nibs": ["123456789012"]}) == (
        unlike("nibs/0", "^[0-9]{13}$", "123456789012"),
    )


def test_a_form_is_a_grant_or_a_loan() -> None:
    assert problems(CAPITAL, {"form": "gift"}) == (not_among("form", ["grant", "loan"], "gift"),)


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="follow_up\n  Extra inputs are not permitted"):
        UmkmSettings.model_validate({"follow_up": 3})
