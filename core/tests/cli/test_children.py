"""Children are started again when they die, stopped with patience, and never outlive their parent."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from ksbb.cli.children import Child


def child(tmp_path: Path, code: str, patience: float = 10.0) -> Child:
    """A child that runs Python code."""
    return Child(
        name="one",
        command=[sys.executable, "-c", code],
        environment=os.environ,
        log=tmp_path / "one.log",
        patience=patience,
    )


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    one = child(tmp_path, "import time; time.sleep(60)")
    await one.start()
    first, say = one.pid, asyncio.Queue[str]()
    assert first is not None
    watching = asyncio.create_task(one.watch(say))
    psutil.Process(first).kill()
    assert await asyncio.wait_for(say.get(), 10) == f"one ended with -9; again in 2 s ({tmp_path / 'one.log'} says why)"
    assert await asyncio.wait_for(say.get(), 10) == f"one runs again, process {one.pid}"
    assert (one.restarts, one.pid != first) == (1, True)
    await one.stop()
    await asyncio.wait_for(watching, 5)
    assert one.pid is None


async def test_a_child_that_doesnt_stop_is_killed(tmp_path: Path) -> None:
    one = child(
        tmp_path,
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
        patience=0.3,
    )
    await one.start()
    while "deaf" not in (tmp_path / "one.log").read_text():
        await asyncio.sleep(0.05)
    began = time.monotonic()
    await one.stop()
    assert time.monotonic() - began < 5
    assert one.pid is None


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    code = f"""
import asyncio, os, sys
from pathlib import Path
from ksbb.cli.children import Child
async def main():
    one = Child("one", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ, Path({str(tmp_path)!r}) / "log")
    await one.start()
    print(one.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([orphan], timeout=10)[1] == []
