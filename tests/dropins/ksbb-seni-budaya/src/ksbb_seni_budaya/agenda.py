"""The agenda: a file in which the agency reads what happened, for its newsletter."""

import csv
from pathlib import Path

from ksbb.program import LifecycleEvent, Stage

_TOLD = (Stage.APPROVED, Stage.HANDED_OVER, Stage.CLOSED)


def note(agenda: Path, event: LifecycleEvent) -> bool:
    """Add an event to the agenda; False when it isn't of interest, or stands there: events are told at least once.

    Raises OSError where the file can't be written.
    """
    if event.stage not in _TOLD:
        return False
    row = [event.at.isoformat(timespec="seconds"), event.stage, event.commitment_number]
    if agenda.exists():
        with agenda.open(encoding="utf-8", newline="") as file:
            if row in csv.reader(file):
                return False
    with agenda.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(row)
    return True
