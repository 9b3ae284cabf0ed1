"""How long the commands take: `ksbb serve` until it is ready, with few programs and with many, and `ksbb --help`."""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep

import psutil
from tests.bench.contest import ROOT, Part, Standing
from tests.bench.many import COUNTS, put_programs, surroundings

from ksbb.settings import PROGRAM_IDS

_PATIENCE = 120.0
_POLL_SECONDS = 0.02
_MEBIBYTE = 1024**2
KSBB = str(Path(sys.executable).with_name("ksbb"))


def measured(folder: Path, rounds: int) -> list[Standing]:
    """The commands in turns, in an embedded data folder that has been served once before."""
    data, made_up = folder / "start", folder / "made-up"
    put_programs(made_up, max(COUNTS) - len(PROGRAM_IDS))
    subprocess.run([KSBB, "init", "--data", str(data)], check=True, capture_output=True)
    with _serving(data, dict(os.environ)) as (port, _, _):
        _until(port, engine=True)
    commands: dict[str, tuple[Part, Callable[[], dict[str, float]]]] = {
        "python, an empty program": (Part.FLOOR, lambda: _run([sys.executable, "-c", ""])),
        "ksbb --help": (Part.OURS, lambda: _run([KSBB, "--help"])),
    }
    for count in COUNTS:
        environment = surroundings(made_up, count)
        usual = count == len(PROGRAM_IDS)
        commands[serving_with(count)] = (Part.OURS, partial(_serve, data, environment, engine=usual))
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (_, command) in commands.items():
            figures[name].append(command())
    return [
        Standing(
            name=name,
            part=part,
            rate=1 / median(one["seconds"] for one in figures[name]),
            rates=tuple(1 / one["seconds"] for one in figures[name]),
            figures={figure: median(one[figure] for one in figures[name]) for figure in figures[name][0]},
        )
        for name, (part, _) in commands.items()
    ]


def serving_with(count: int) -> str:
    """What `ksbb serve` with so many programs is called."""
    return f"ksbb serve until ready, {count} programs"


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


def _run(command: list[str]) -> dict[str, float]:
    begun = perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return {"seconds": perf_counter() - begun}


def _serve(data: Path, environment: dict[str, str], *, engine: bool) -> dict[str, float]:
    """Seconds from the command until `/health/ready` answers 200, how many of them it was at work, and its memory (resident, without
    the child that is Prefect's server) then, and where that is asked once the engine is ready too: its start takes far longer.
    """
    with _serving(data, environment) as (port, process, begun):
        _until(port, engine=False)
        seconds = perf_counter() - begun
        at_once, times = process.memory_info().rss, process.cpu_times()
        found = {"seconds": seconds, "of CPU": times.user + times.system, "MiB": at_once / _MEBIBYTE}
        if engine:
            _until(port, engine=True)
            found["MiB with engine"] = process.memory_info().rss / _MEBIBYTE
        return found


@contextmanager
def _serving(data: Path, environment: dict[str, str]) -> Iterator[tuple[int, psutil.Process, float]]:
    """`ksbb serve` until the block ends: its port, its process, and when it was begun. Raises RuntimeError with its log where the
    block finds that it doesn't become ready.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    said = data.parent / "serve.log"
    begun = perf_counter()
    with said.open("wb") as log:
        process = subprocess.Popen(
            [KSBB, "serve", "--data", str(data), "--port", str(port)], stdout=log, stderr=log, env=environment
        )
    try:
        yield port, psutil.Process(process.pid), begun
    except TimeoutError as error:
        raise RuntimeError(f"`ksbb serve` did not become ready: {said.read_text()[-2000:]}") from error
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _until(port: int, *, engine: bool) -> None:
    """Wait until the server is ready, and its engine where that is asked. Raises TimeoutError when that doesn't come."""
    until = monotonic() + _PATIENCE
    while not _is_ready(port, engine=engine):
        if monotonic() > until:
            raise TimeoutError
        sleep(_POLL_SECONDS)


def _is_ready(port: int, *, engine: bool) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health/ready", timeout=5) as answer:
            return bool(answer.status == 200 and (not engine or json.load(answer)["engine"] == "ready"))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
