"""`python -m tests.e2e.replayed_process COMMAND …`: a command of ksbb as it is, but by the clock of the replay.

The file `KSBB_TEST_CLOCK` holds the clock.
"""

import os
from pathlib import Path

from ksbb.cli.main import main
from ksbb.flows import context

from .shared_clock import SharedClock

CLOCK = "KSBB_TEST_CLOCK"


def _clock() -> SharedClock:
    return SharedClock(Path(os.environ[CLOCK]))


if __name__ == "__main__":
    # Every process of the platform gets its clock here. No setting changes it: in operation there is only one time
    setattr(context, "SystemClock", _clock)  # noqa: B010 - the name is that module's import, no export of it
    main()
