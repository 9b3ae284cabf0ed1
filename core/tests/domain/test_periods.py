"""The periods that needs are counted for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksbb.domain.periods import Period, first_day, is_over, next_period, parse_period

DAYS = st.dates(min_value=date(2000, 1, 3), max_value=date(2098, 12, 31))


@pytest.mark.parametrize(
    ("kind", "day", "period", "begins", "following"),
    [
        (Period.YEAR, date(2028, 12, 31), "2028", date(2028, 1, 1), "2029"),
        (Period.MONTH, date(2026, 1, 31), "2026-01", date(2026, 1, 1), "2026-02"),
        (Period.MONTH, date(2026, 12, 1), "2026-12", date(2026, 12, 1), "2027-01"),
        (Period.WEEK, date(2027, 1, 3), "2026-W53", date(2026, 12, 28), "2027-W01"),
        (Period.WEEK, date(2026, 11, 22), "2026-W47", date(2026, 11, 16), "2026-W48"),
    ],
)
def test_what_a_period_is(kind: Period, day: date, period: str, begins: date, following: str) -> None:
    assert (kind.at(day), first_day(period), next_period(period)) == (period, begins, following)


@given(kind=st.sampled_from(Period), day=DAYS)
def test_periods_follow_each_other_without_a_gap(kind: Period, day: date) -> None:
    period = kind.at(day)
    following = next_period(period)
    assert first_day(period) <= day < first_day(following)
    assert kind.at(first_day(following) - timedelta(days=1)) == period
    assert kind.at(first_day(following)) == following
    assert parse_period(period) == period
    assert not is_over(period, day)
    assert not is_over(period, first_day(following) - timedelta(days=1))
    assert is_over(period, first_day(following))


def test_what_has_no_end_is_never_over() -> None:
    assert parse_period("") == ""
    assert not is_over("", date(2098, 1, 1))


def test_what_a_spreadsheet_makes_of_a_month() -> None:
    assert parse_period("2026-11-01") == "2026-11"


@pytest.mark.parametrize(
    "given_",
    [
        "26",
        "2026-13",
        "2026-00",
        "2026-W54",
        "2026-W00",
        "2027-W53",
        "2026-11-02",
        "2026-1",
        "November 2026",
        "1999",
        "٢٠٢٦",
    ],
)
def test_what_is_no_period(given_: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_period(given_)
