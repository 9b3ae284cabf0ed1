"""Area codes: their form, their level, and what lies in what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.areas import AreaLevel, city_of, is_area_code, level_of, within

DIGITS = "0123456789"
CODES = st.integers(min_value=1, max_value=4).flatmap(
    lambda parts: st.tuples(*(st.text(DIGITS, min_size=size, max_size=size) for size in (2, 2, 2, 4)[:parts])).map(
        ".".join
    )
)


@pytest.mark.parametrize(
    ("code", "level", "city"),
    [
        ("31", AreaLevel.PROVINCE, "31"),
        ("31.71", AreaLevel.CITY, "31.71"),
        ("31.71.06", AreaLevel.DISTRICT, "31.71"),
        ("31.71.06.1002", AreaLevel.SUBDISTRICT, "31.71"),
    ],
)
def test_the_four_levels(code: str, level: AreaLevel, city: str) -> None:
    assert (is_area_code(code), level_of(code), city_of(code)) == (True, level, city)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "3",
        "317",
        "31.",
        ".31",
        "31.7",
        "31.71.6",
        "31.71.06.002",
        "31.71.06.10020",
        "31.71.06.1002.1",
        "31-71",
        "DKI",
        " 31",
        "31 ",
        "31\n",
        "٣١",
        "31.71.06.1002\n",
    ],
)
def test_other_forms(code: str) -> None:
    assert not is_area_code(code)
    with pytest.raises(ValueError, match=r"^not a Kemendagri area code: "):
        level_of(code)


def test_the_order_of_the_levels() -> None:
    assert [str(level) for level in AreaLevel] == ["province", "city", "district", "subdistrict"]


@given(code=CODES, other=CODES)
def test_within_is_a_prefix_of_whole_parts(code: str, other: str) -> None:
    parts, others = code.split("."), other.split(".")
    assert within(code, other) == (parts[: len(others)] == others)
    assert within(code, code)
    assert within(code, city_of(code))


def test_digits_alike_are_not_within() -> None:
    assert not within("31.712", "31.71")
    assert not within("31", "31.71")
    assert within("31.71.06.1002", "31.71")
