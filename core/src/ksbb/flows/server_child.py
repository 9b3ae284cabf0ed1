"""The child process of the embedded mode: Prefect's API and scheduler on a free loopback port.

Writes one line, the port, to stdout when the API answers. The kernel closes stdin when the parent ends, however it ends, so
the child never outlives it. Run as `python -m ksbb.flows.server_child`.
"""

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    import uvicorn

_STOP_SECONDS = 3.0


class _Parent:
    """Watches stdin from the start on: Prefect is slow to import, and the parent may end meanwhile."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        threading.Thread(target=self._leave_with_it, daemon=True).start()

    def _leave_with_it(self) -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        if self.server is not None:
            self.server.should_exit = True
            time.sleep(_STOP_SECONDS)
        os._exit(1)


def main() -> None:
    """Serve until stdin closes."""
    parent = _Parent()

    import uvicorn  # noqa: PLC0415 - after the watch began
    from prefect.server.api.server import create_app  # noqa: PLC0415

    class Server(uvicorn.Server):
        """Tells its port once it listens; uvicorn binds itself, because a socket handed to it would send small answers late."""

        async def startup(self, sockets: "list[socket.socket] | None" = None) -> None:
            await super().startup(sockets)
            if self.started:
                sys.stdout.write(f"{self.servers[0].sockets[0].getsockname()[1]}\n")
                sys.stdout.flush()

    config = uvicorn.Config(
        create_app(final=True), host="127.0.0.1", port=0, log_config=None, access_log=False, timeout_graceful_shutdown=0
    )
    parent.server = Server(config)
    parent.server.run()


if __name__ == "__main__":
    main()
