"""API processes that start fast: the product is put together once, and each process is a fork of that.

`python -m tests.faults.nursery` reads ports from stdin, one a line, starts a process that serves the API there for each, and
writes its process id. Dead children are reaped; all end when stdin closes. What runs is `ksbb.api` under uvicorn without the
engine, the same as `ksbb serve` in the server mode; only the seconds that Python takes to import it are saved at each start.
"""

import contextlib
import gc
import os
import signal
import sys
import threading

import uvicorn
from litestar import Litestar

from ksbb.app import web
from ksbb.cli.running import quiet_logs
from ksbb.cli.serve import KEEP_ALIVE_SECONDS
from ksbb.settings import load_settings


def main() -> None:
    """Fork until stdin closes."""
    quiet_logs()
    application = web(load_settings())
    gc.freeze()
    watched, held = os.pipe()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children = []
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.close(held)
            _serve(application, int(line), watched)
        children.append(child)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def _serve(application: Litestar, port: int, watched: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=_leave_with_nursery, args=(watched,), daemon=True).start()
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    os._exit(0)


def _leave_with_nursery(watched: int) -> None:
    os.read(watched, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
