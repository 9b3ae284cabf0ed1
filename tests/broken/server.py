"""A real `ksbb serve` beside the programs of a shelf: its answers and its log."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.broken.commands import KSBB, ksbb

from ksbb.testing import PASSWORD

ROOT = Path(__file__).parents[2]
_PATIENCE = 240.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: `client` asks it, below `/api/v1` and in English."""

    folder: Path
    client: httpx.Client
    _tokens: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, email: str = "", **query: Any) -> httpx.Response:
        """Read, signed in where an e-mail address is given."""
        return self.client.get(f"/api/v1{path}", params=query, headers=self._signed(email))

    def post(self, path: str, email: str, body: Any = None, **headers: str) -> httpx.Response:
        """Act."""
        sent = {"Idempotency-Key": f"broken-{time.monotonic_ns()}", **self._signed(email), **headers}
        return self.client.post(f"/api/v1{path}", json=body, headers=sent)

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log so far."""
        lines = (self.folder / "serve.log").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def _signed(self, email: str) -> dict[str, str]:
        if not email:
            return {}
        if email not in self._tokens:
            body = {"email": email, "password": PASSWORD}
            answer = self.client.post("/api/v1/auth/login", json=body).raise_for_status()
            self._tokens[email] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[email]}"}


def set_up(folder: Path, environment: Mapping[str, str], step: str = "", *wanted: str) -> dict[str, Any]:
    """A data folder in `folder`, with commitments driven to a step (`program=quantity` each): what `seed` says of them."""
    done = ksbb(folder, environment, "init")
    assert done.returncode == 0, done.stderr
    if not step:
        return {}
    paths = f"{environment['PYTHONPATH']}:{ROOT}"
    seeded = subprocess.run(
        [sys.executable, "-m", "tests.broken.seed", step, *wanted],
        cwd=folder,
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert seeded.returncode == 0, seeded.stderr
    answer: dict[str, Any] = json.loads(seeded.stdout)
    return answer


@contextmanager
def serving(folder: Path, environment: Mapping[str, str], *options: str, command: str = KSBB) -> Iterator[Server]:
    """`ksbb serve` until the block ends; it must then end well. `command` is the `ksbb` of another environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [command, "serve", "--port", str(port), *options], cwd=folder, env=dict(environment), stdout=log, stderr=log
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Accept-Language": "en"}, timeout=30) as client:
            server = Server(folder, client)
            until(lambda: process.poll() is not None or _is_ready(server))
            assert process.poll() is None, (folder / "serve.log").read_text()[-3000:]
            yield server
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(_PATIENCE)
    assert code == 0, (folder / "serve.log").read_text()[-3000:]


def until(holds: Callable[[], Any], seconds: float = _PATIENCE) -> None:
    """Wait until something holds. Raises AssertionError when it takes longer."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.1)


def _is_ready(server: Server) -> bool:
    try:
        return server.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False
