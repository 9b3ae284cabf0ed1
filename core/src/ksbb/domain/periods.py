"""The periods that needs are counted for: `2026`, `2026-11`, `2026-W48`; empty for a need without an end."""

import re
from datetime import date, timedelta
from enum import StrEnum

OPEN_ENDED = ""
FORMS = "2026, 2026-11, 2026-W48"
"""What a period looks like."""
_FORM = re.compile(r"^(20\d\d)(?:-(?:(0[1-9]|1[0-2])|W([0-5]\d)))?$", re.ASCII)


class Period(StrEnum):
    """How long a need is counted for. Weeks are those of ISO 8601: from Monday on."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    def at(self, day: date) -> str:
        """The period of this kind that a day lies in."""
        if self is Period.WEEK:
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02d}"
        return f"{day.year}-{day.month:02d}" if self is Period.MONTH else str(day.year)


def first_day(period: str) -> date:
    """The day on which a period begins. Raises ValueError for what is no period, the empty one too."""
    found = _FORM.match(period)
    if found is None:
        raise ValueError(f"a period is written as {FORMS}, given {period!r}")
    year, month, week = found.groups()
    if week is not None:
        return date.fromisocalendar(int(year), int(week), 1)
    return date(int(year), int(month or 1), 1)


def next_period(period: str) -> str:
    """The period after one, of the same kind. Raises ValueError as `first_day`."""
    begun = first_day(period)
    kind = _kind(period)
    return kind.at(begun + timedelta(days={Period.WEEK: 7, Period.MONTH: 31, Period.YEAR: 366}[kind]))


def is_over(period: str, today: date) -> bool:
    """Whether a period has ended; one without an end never has. Raises ValueError as `first_day`."""
    return period != OPEN_ENDED and first_day(_kind(period).at(today)) > first_day(period)


def parse_period(given: str) -> str:
    """A period as people write it, or empty. Raises ValueError for anything else.

    `2026-11-01` is November: that is how spreadsheets keep what was typed as 2026-11.
    """
    trimmed = given.removesuffix("-01") if re.fullmatch(r"20\d\d-\d\d-01", given) else given
    if trimmed != OPEN_ENDED:
        first_day(trimmed)
    return trimmed


def _kind(period: str) -> Period:
    if "W" in period:
        return Period.WEEK
    return Period.MONTH if "-" in period else Period.YEAR
