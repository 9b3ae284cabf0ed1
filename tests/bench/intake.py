"""The load client of the HTTP intake, in a process of its own: kept connections, one request at a time on each.

Run as `python -m tests.bench.intake (jsonschema|jsonschema_rs|ksbb) URL [AGGREGATOR ACCOUNT]`.
"""

import asyncio
import http.client
import itertools
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic, perf_counter, sleep

from tests.bench.child import Sample, sample_of, serve_async
from tests.bench.crowd import fill, hosted, present_clock
from tests.bench.imports import credentials
from tests.bench.servers import COMMITMENTS, intake_body

CONNECTIONS = 16
_START_SECONDS = 60.0
NOBODY = "0191b2a0-0000-7000-8000-000000000002"
"""An id that a floor takes without looking it up."""


class Connection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def post(self, path: str, headers: str, body: bytes) -> tuple[int, bytes]:
        """Send a body; status and body of the answer."""
        head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{headers}"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        lengths = [line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        content = await self._reader.readexactly(int(lengths[0][15:]) if lengths else 0)
        return int(answer[9:12]), content

    def close(self) -> None:
        """Close it."""
        self._writer.close()


@contextmanager
def server(kind: str, url: str) -> Iterator[int]:
    """The server's process; its port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.servers", kind, url, str(port)])
    try:
        until = monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError as error:
                if process.poll() is not None or monotonic() > until:
                    raise RuntimeError(f"the server {kind} did not start") from error
                sleep(0.1)
            else:
                break
        yield port
    finally:
        process.terminate()
        process.wait(20)


async def prepare(kind: str, url: str) -> tuple[str, list[str]]:
    """An aggregator to name, and the accounts that send: none to a floor, which asks nobody."""
    if kind != "ksbb":
        return NOBODY, []
    with tempfile.TemporaryDirectory() as folder:
        worlds = await fill(url, hosted(Path(folder)), present_clock())
        await worlds[0].platform.database.close()
        return worlds[0].aggregator_party.id, [world.collaborator.account_id for world in worlds]


def sign_in(port: int, account_id: str) -> str:
    """An access token. Raises RuntimeError with the answer when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/api/v1/auth/login", json.dumps(credentials(account_id)), headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"no token for {account_id}: {answer.status} {content.decode()}")
    return str(json.loads(content)["access_token"])


@asynccontextmanager
async def opened(
    kind: str, url: str, aggregator: str = "", account: str = ""
) -> AsyncIterator[Callable[[float], Awaitable[Sample]]]:
    """A server, and connections to it; on an empty database, which is peopled first, or on one that has the aggregator
    and the collaborator's account.

    Raises RuntimeError for any answer but 201.
    """
    aggregator, accounts = (aggregator, [account]) if account else await prepare(kind, url)
    with tempfile.TemporaryDirectory() as folder:
        body = json.dumps(intake_body(hosted(Path(folder)), aggregator)).encode()
    with server(kind, url) as port:
        tokens = [await asyncio.to_thread(sign_in, port, account) for account in accounts]
        bearers = itertools.cycle([f"Authorization: Bearer {token}\r\n" for token in tokens] or [""])
        keys = itertools.count(10_000_000)
        connections = [Connection(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(CONNECTIONS)]

        async def run(seconds: float) -> Sample:
            times: list[float] = []
            begun = perf_counter()

            async def send(connection: Connection) -> None:
                while (at := perf_counter()) < begun + seconds:
                    headers = f"Idempotency-Key: bench-{next(keys)}\r\n{next(bearers)}"
                    status, answer = await connection.post(COMMITMENTS, headers, body)
                    if status != 201:
                        raise RuntimeError(f"{kind} answered {status}: {answer.decode()[:500]}")
                    times.append(perf_counter() - at)

            await asyncio.gather(*map(send, connections))
            return sample_of(times, perf_counter() - begun)

        yield run
        for connection in connections:
            connection.close()


if __name__ == "__main__":
    serve_async(opened(*sys.argv[1:]))
