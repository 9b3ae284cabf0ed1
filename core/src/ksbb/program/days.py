"""Days in attributes."""

from datetime import date


def parse_day(value: object) -> date | None:
    """The day that an attribute writes as `YYYY-MM-DD`; None where it is missing or no day.

    For rules, which must answer for any attributes, also those of an older version of the schema.
    """
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
