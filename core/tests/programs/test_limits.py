"""Calls of foreign code: what it raises is wrapped, and what never returns is left behind, and ends where it can."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ksbb.programs.limits import Failed, Overrun, shown, told, within

FOREIGN = """
import threading
import time
import ksbb_slow_library

def returns():
    return threading.current_thread().name, threading.current_thread().daemon

def exits():
    raise SystemExit("out")

def times_out():
    raise TimeoutError("the register is slow")

def loops():
    while True: pass

def waits():
    ksbb_slow_library.wait()
"""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of a package that isn't the platform's."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "ksbb_foreign.py").write_text(FOREIGN)
    (tmp_path / "ksbb_slow_library.py").write_text(
        "import time\n\ndef wait():\n    for _ in range(40):\n        time.sleep(0.05)\n"
    )
    yield __import__("ksbb_foreign")
    for name in ("ksbb_foreign", "ksbb_slow_library"):
        sys.modules.pop(name, None)


def thread() -> threading.Thread | None:
    """The thread in which a call goes on."""
    return next((one for one in threading.enumerate() if one.name == "ksbb-ksbb_foreign"), None)


def test_what_it_returns_comes_from_a_thread_that_nobody_waits_for(foreign: ModuleType) -> None:
    assert within(5, foreign.returns, "ksbb_foreign") == ("ksbb-ksbb_foreign", True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("exits", "SystemExit: out, at ksbb_foreign.py, line 10"),
        ("times_out", "TimeoutError: the register is slow, at ksbb_foreign.py, line 13"),
    ],
)
def test_whatever_it_raises_is_wrapped(foreign: ModuleType, name: str, said: str) -> None:
    with pytest.raises(Failed) as caught:
        within(5, getattr(foreign, name), "ksbb_foreign")
    assert str(caught.value) == told(caught.value.error) == said


def test_a_loop_is_left_and_ends(foreign: ModuleType) -> None:
    with pytest.raises(Overrun) as caught:
        within(0.2, foreign.loops, "ksbb_foreign")
    assert str(caught.value) == "hasn't come back within 0.2 s; it stands at ksbb_foreign.py, line 16"
    assert caught.value.told.id == "belum selesai setelah 0.2 detik; posisinya di ksbb_foreign.py, line 16"
    ended = time.monotonic() + 5
    while thread() is not None:
        assert time.monotonic() < ended, "the loop goes on"
        time.sleep(0.01)


def test_a_library_in_its_midst_is_let_be(foreign: ModuleType) -> None:
    with pytest.raises(Overrun) as caught:
        within(0.2, foreign.waits, "ksbb_foreign")
    assert caught.value.told.en == "hasn't come back within 0.2 s; it stands at ksbb_slow_library.py, line 5"
    time.sleep(0.3)
    running = thread()
    assert running is not None
    running.join(5)
    assert not running.is_alive()


def test_values_and_errors_that_cant_be_told() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise TypeError

        __repr__ = __str__

    assert shown(Mute()) == "a Mute"
    assert told(Mute()) == "Mute"
    assert len(shown("x" * 1000)) == 301
