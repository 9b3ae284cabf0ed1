"""Days in attributes."""

from datetime import date

import pytest

from ksbb.program import parse_day


def test_a_day() -> None:
    assert parse_day("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize("value", [None, "", "2027-02-29", "29-02-2028", "2028-02-29T00:00:00Z", "soon", 20280229, []])
def test_no_day(value: object) -> None:
    assert parse_day(value) is None
