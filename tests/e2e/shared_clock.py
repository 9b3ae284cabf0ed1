"""A replayed clock that many processes share: a file says which instant it was when, and from there time flows as it does.

It flows, because leases and waits between processes need seconds that pass.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path


class SharedClock:
    """The clock that stands in `file`."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """The replayed instant, aware, in UTC."""
        instant, since = self._file.read_text("ascii").split()
        # On Linux the monotonic clock is the same for all processes
        return datetime.fromisoformat(instant) + timedelta(seconds=time.monotonic() - float(since))

    def set(self, instant: datetime) -> None:
        """Go to an aware instant, in all processes at once."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{instant.isoformat()} {time.monotonic()}", "ascii")
        fresh.replace(self._file)
