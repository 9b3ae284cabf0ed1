"""What code asks of the world outside of its arguments: clock, files, network, chance."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import Any

_CLOCK = frozenset({"today", "now", "utcnow"})
_MODULES = {
    "time": frozenset({"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"}),
    "_io": frozenset({"open"}),
    "io": frozenset({"open"}),
    "posix": frozenset({"open", "listdir", "scandir", "stat", "urandom", "system"}),
    "nt": frozenset({"open", "listdir", "scandir", "stat", "urandom", "system"}),
}
"""By module, the functions written in C that every way to a clock or a file ends in."""


@contextmanager
def outside_calls() -> Iterator[set[str]]:
    """Notes the calls of the block, in this thread, that reach outside, by name."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, called: Any) -> None:
        # Hypothesis reads the clock whenever garbage is collected
        if event == "c_call" and not str(frame.f_globals.get("__name__")).startswith("hypothesis."):
            name = _outside(called)
            if name:
                found.add(name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(before)


def _outside(called: Any) -> str:
    """What a function written in C is called, where it reaches outside; else nothing."""
    name, owner = called.__name__, called.__self__
    if isinstance(owner, type) and issubclass(owner, date) and name in _CLOCK:
        return f"{owner.__name__}.{name}"
    if isinstance(owner, random.Random):
        return f"random.{name}"
    module = called.__module__ or type(owner).__module__
    if module in {"_socket", "socket"} or name in _MODULES.get(module, ()):
        return f"{module.lstrip('_')}.{name}"
    return ""
