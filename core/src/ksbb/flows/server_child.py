"""The child process of the embedded mode: Prefect's API and scheduler on a free loopback port.

Writes one line, the port, to stdout when the API answers. The kernel closes stdin when the parent ends, however it ends, so
the child never outlives it. Run as `python -m ksbb.flows.server_child`.
"""

import os
import socket
import sys
import threading
import time

import uvicorn
from prefect.server.api.server import create_app

_STOP_SECONDS = 3.0


class _Server(uvicorn.Server):
    """Tells its port once it listens; uvicorn binds itself, because a socket handed to it would send small answers late."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(f"{self.servers[0].sockets[0].getsockname()[1]}\n")
            sys.stdout.flush()


def main() -> None:
    """Serve until stdin closes."""
    config = uvicorn.Config(
        create_app(final=True), host="127.0.0.1", port=0, log_config=None, access_log=False, timeout_graceful_shutdown=0
    )
    server = _Server(config)

    def leave_with_parent() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        server.should_exit = True
        time.sleep(_STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=leave_with_parent, daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
