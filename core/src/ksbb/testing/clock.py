"""A clock that stands still until it is set."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Tells the time that it was set to; at first 3 August 2026, 09:00 in Jakarta."""

    def __init__(self, at: datetime = datetime(2026, 8, 3, 2, tzinfo=UTC)) -> None:
        self._at = at

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Set the clock to an aware instant."""
        self._at = at.astimezone(UTC)

    def forward(self, by: timedelta) -> None:
        """Put the clock forward."""
        self._at += by
