"""On the path of a process and its children: notes whom they connect to and which names they look up, in `CONNECTIONS`."""

import os
import sys
from typing import Any


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        whom = arguments[1]
    elif event == "socket.getaddrinfo":
        whom = arguments[0]
    else:
        return
    with open(os.environ["CONNECTIONS"], "a", encoding="utf-8") as notes:  # noqa: PTH123 - pathlib isn't there yet
        notes.write(f"{whom[0] if isinstance(whom, tuple) else whom}\n")


sys.addaudithook(_note)
