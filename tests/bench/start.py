"""How long the commands take: `ksbb serve` until it is ready, and `ksbb --help`."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep

from tests.bench.contest import ROOT, Part, Standing

_PATIENCE = 120.0
_POLL_SECONDS = 0.02
KSBB = str(Path(sys.executable).with_name("ksbb"))


def measured(folder: Path, rounds: int) -> list[Standing]:
    """The commands in turns, in an embedded data folder that has been served once before."""
    data = folder / "start"
    subprocess.run([KSBB, "init", "--data", str(data)], check=True, capture_output=True)
    _serve(data)
    commands: dict[str, tuple[Part, Callable[[], float]]] = {
        "python, an empty program": (Part.FLOOR, lambda: _run([sys.executable, "-c", ""])),
        "ksbb --help": (Part.OURS, lambda: _run([KSBB, "--help"])),
        "ksbb serve until ready": (Part.OURS, lambda: _serve(data)),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (_, command) in commands.items():
            times[name].append(command())
    return [
        Standing(
            name=name,
            part=part,
            rate=1 / median(times[name]),
            rates=tuple(1 / one for one in times[name]),
            figures={"seconds": median(times[name])},
        )
        for name, (part, _) in commands.items()
    ]


def imported(what: str) -> list[str]:
    """What should not have been imported but was, after a `request` or `help`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.imports", what],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [line.removeprefix("imported ") for line in done.stderr.splitlines() if line.startswith("imported ")]


def _run(command: list[str]) -> float:
    begun = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return perf_counter() - begun


def _serve(data: Path) -> float:
    """Seconds from the command until `/health/ready` answers 200. Raises RuntimeError when that doesn't come."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    begun = perf_counter()
    with (data.parent / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [KSBB, "serve", "--data", str(data), "--port", str(port)], stdout=log, stderr=log, env=dict(os.environ)
        )
    try:
        until = monotonic() + _PATIENCE
        while not _ready(port):
            if process.poll() is not None or monotonic() > until:
                raise RuntimeError(
                    f"`ksbb serve` did not become ready: {(data.parent / 'serve.log').read_text()[-2000:]}"
                )
            sleep(_POLL_SECONDS)
        return perf_counter() - begun
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
