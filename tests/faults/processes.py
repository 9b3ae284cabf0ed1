"""Processes of the product: started, killed, waited for, and all ended when the test ends, however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

KSBB = str(Path(sys.executable).with_name("ksbb"))
LIVE = "/api/v1/health/live"
SECRET = "rahasia-untuk-uji-gangguan-yang-cukup-panjang"
"""Signs the access tokens of every process of a test."""


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(what: str, holds: Callable[[], Any], seconds: float = 60) -> None:
    """Wait until something holds. Raises AssertionError when it takes longer."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.05)


def answers(url: str, path: str = LIVE) -> bool:
    """Whether a server answers this path; a refusal for want of a password is an answer."""
    try:
        return httpx.get(url + path, timeout=5).status_code in {200, 401}
    except httpx.TransportError:
        return False


def environment(data: Path, database_url: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process of the product: nothing of ours but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("KSBB_", "PREFECT_"))}
    given = {"KSBB_DATA_DIR": str(data), "KSBB_DATABASE_URL": database_url, "KSBB_SECRET": SECRET}
    return {**clean, **given, "PYTHONUNBUFFERED": "1", **(extra or {})}


def python_path(folder: Path) -> str:
    """`PYTHONPATH` with this folder before what is there already."""
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def unforeseen(log: Path) -> list[str]:
    """The errors in a process's log that it answered with 500: what was raised, and by which lines of ours."""
    found = []
    for line in log.read_text("utf-8", "replace").splitlines():
        if '"unexpected_error"' in line:
            told = json.loads(line)
            raised = told["exception"].splitlines()
            ours = [frame.split("ksbb/")[-1] for frame in raised if "src/ksbb/" in frame]
            found.append(f"{told['path_template']}: {raised[-1]}; {' < '.join(reversed(ours))}")
    return found


class Running:
    """One process that was started; its output stands in `log`."""

    def __init__(self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str], **options: Any) -> None:
        self.name, self.log = name, log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=file,
                env=dict(env),
                cwd=log.parent,
                start_new_session=True,
                **options,
            )
        self._children: list[psutil.Process] = []

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    @property
    def runs(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def wait_until_it_serves(self, url: str, seconds: float = 60, path: str = LIVE) -> None:
        """Wait until it answers this path at `url`. Raises AssertionError with its last words when it ended."""

        def serves() -> bool:
            assert self.runs, f"{self.name} ended with {self.process.returncode}: {self.said()[-2000:]}"
            return answers(url, path)

        until(f"{self.name} answers at {url}", serves, seconds)

    def said(self) -> str:
        """What it wrote so far."""
        return self.log.read_text("utf-8", "replace")

    def kill(self) -> None:
        """`kill -9` of this process alone."""
        self.process.kill()
        self.process.wait(10)

    def terminate(self) -> None:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """Wait for its end; its exit code."""
        return self.process.wait(seconds)

    def end(self) -> None:
        """Kill it with all that it started."""
        with suppress(psutil.NoSuchProcess):
            self._children = psutil.Process(self.pid).children(recursive=True)
        # A process that ended leaves its session's children behind; they are found by the session
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        for child in self._children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.wait(10)
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


class Stage:
    """A folder with the processes that were started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._all: list[Running] = []

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], **options: Any) -> Running:
        """Start a process; its log is `<name>.log`."""
        started = Running(name, command, self.folder / f"{name}.log", env, **options)
        self._all.append(started)
        return started

    def data(self, name: str) -> Path:
        """A data folder."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder

    def serve(self, name: str, database_url: str, port: int, extra: Mapping[str, str] | None = None) -> Running:
        """`ksbb serve` with a data folder of its name."""
        return self.command(name, database_url, "serve", "--port", str(port), extra=extra)

    def command(self, name: str, database_url: str, *arguments: str, extra: Mapping[str, str] | None = None) -> Running:
        """Start a command with a data folder of this name."""
        return self.start(name, [KSBB, *arguments], environment(self.data(name), database_url, extra))

    def ksbb(
        self, name: str, database_url: str, *arguments: str, extra: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        env = environment(self.data(name), database_url, extra)
        return subprocess.run(
            [KSBB, *arguments], env=env, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )

    def close(self) -> None:
        """End whatever still runs."""
        for running in self._all:
            running.end()


@contextmanager
def stage() -> Iterator[Stage]:
    """A folder for processes, all of which are ended and whose files are removed at the end."""
    with tempfile.TemporaryDirectory(prefix="ksbb-faults-", ignore_cleanup_errors=True) as folder:
        opened = Stage(Path(folder))
        try:
            yield opened
        finally:
            opened.close()
