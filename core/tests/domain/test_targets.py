"""Targets and their codes, needs under their law."""

from datetime import date

import pytest

from ksbb.domain.quantities import NeedBalance
from ksbb.domain.targets import Need, TargetKind, code_error

AREA = "31.71.06.1002"
OTHER_FORM = "^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$"


def test_every_kind() -> None:
    assert {str(kind) for kind in TargetKind} == {
        "rw",
        "orphanage",
        "nursing_home",
        "boarding_school",
        "disability_home",
        "school",
        "enterprise",
        "market_location",
        "job_seeker_group",
        "training_centre",
        "waste_bank",
        "dwelling_group",
        "studio",
        "community_garden",
    }


@pytest.mark.parametrize("code", [f"{AREA}-RW001", f"{AREA}-RW999"])
def test_codes_of_an_rw(code: str) -> None:
    assert code_error(TargetKind.RW, code, AREA) is None


@pytest.mark.parametrize(
    "code",
    [
        "",
        f"{AREA}-RW1",
        f"{AREA}-RW0001",
        f"{AREA}-RW001\n",
        f"{AREA}RW001",
        "31.71.06.1003-RW001",
        f"{AREA}-RT001",
        f"{AREA}-RW٠٠١",
    ],
)
def test_wrong_codes_of_an_rw(code: str) -> None:
    assert code_error(TargetKind.RW, code, AREA) == f"{AREA}-RW001"


@pytest.mark.parametrize("code", ["abc", "PANTI-001", "1.2_3-4", "A" * 40])
def test_codes_of_other_targets(code: str) -> None:
    assert code_error(TargetKind.ORPHANAGE, code, AREA) is None


@pytest.mark.parametrize("code", ["", "ab", "-abc", "a b c", "A" * 41, "abc\n", "panti/1", "é12"])
def test_wrong_codes_of_other_targets(code: str) -> None:
    assert code_error(TargetKind.ORPHANAGE, code, AREA) == OTHER_FORM


def test_a_need_under_its_law() -> None:
    need = Need(
        id="n1",
        target_id="t1",
        program_id="pangan",
        aid_type="staple_food",
        quantity=10,
        promised=3,
        accepted=2,
        source="Pendataan",
        as_of=date(2026, 8, 3),
        version=1,
    )
    assert need.balance == NeedBalance(quantity=10, promised=3, accepted=2)
    assert need.balance.open == 5
