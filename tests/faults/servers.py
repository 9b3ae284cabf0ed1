"""Several API processes behind one list of addresses, of which any may be killed at any time."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from .processes import answers, environment, free_port, until

SERVER_MODE = {"KSBB_ENGINE__MODE": "server", "KSBB_ENGINE__PREFECT_API_URL": "http://127.0.0.1:9/api"}
"""API processes never ask Prefect anything: the address is only one that a setting has to name."""
_REPOSITORY = Path(__file__).parents[2]


class Servers:
    """API processes on fixed ports; a killed one is started again at once."""

    def __init__(self, folder: Path, database_url: str, count: int) -> None:
        folder.mkdir(exist_ok=True)
        self.ports = [free_port() for _ in range(count)]
        self.pids: list[int] = []
        self.log = folder / "servers.log"
        with self.log.open("ab") as log:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment(folder, database_url, SERVER_MODE),
                cwd=_REPOSITORY,
                start_new_session=True,
            )
        assert self._line() == "ready", f"the nursery didn't start: {self.log.read_text()}"
        self.pids = [self._fork(port) for port in self.ports]

    @property
    def urls(self) -> list[str]:
        """Their addresses."""
        return [f"http://127.0.0.1:{port}" for port in self.ports]

    def wait(self) -> None:
        """Wait until each answers."""
        for url in self.urls:
            until(f"{url} answers", partial(answers, url), 30)

    def kill(self, position: int) -> None:
        """`kill -9` of one process; another takes its port."""
        # Its process may have ended before, only in a failing test: then the checks at the end say so
        with suppress(ProcessLookupError):
            os.kill(self.pids[position], signal.SIGKILL)
        self.pids[position] = self._fork(self.ports[position])

    def close(self) -> None:
        """End them all."""
        with suppress(BrokenPipeError):
            self._nursery.communicate(timeout=10)

    def _fork(self, port: int) -> int:
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{port}\n")
        self._nursery.stdin.flush()
        return int(self._line())

    def _line(self) -> str:
        assert self._nursery.stdout is not None
        return self._nursery.stdout.readline().strip()


@contextmanager
def servers(folder: Path, database_url: str, count: int) -> Iterator[Servers]:
    """API processes until the block ends."""
    started = Servers(folder, database_url, count)
    try:
        started.wait()
        yield started
    finally:
        started.close()
