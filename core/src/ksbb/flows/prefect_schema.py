"""Prefect's schema in a PostgreSQL without the extension `pg_trgm`, such as the one that `ksbb up` brings along.

Prefect wants that extension for indexes that speed up the search for parts of names, and for nothing else. Here they become plain
indexes; `prefect server start` finds its schema complete. Run as `python -m ksbb.flows.prefect_schema`, with Prefect's database
in the environment.
"""

import asyncio
import re
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_EXTENSION = re.compile(r"\b(CREATE|DROP) EXTENSION\b.*\bpg_trgm\b", re.IGNORECASE | re.DOTALL)
_INDEX = re.compile(r"USING\s+gin\s*\((\w+)\s+gin_trgm_ops\)", re.IGNORECASE)


async def has_trigrams(url: str) -> bool:
    """Whether the PostgreSQL server at `url` (`postgresql+asyncpg://…`) offers `pg_trgm`."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            found = await connection.execute(text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'"))
            return found.first() is not None
    finally:
        await engine.dispose()


def without_trigrams(statement: str) -> str:
    """A statement of Prefect's migrations that needs no `pg_trgm`."""
    if _EXTENSION.search(statement):
        return "SELECT 1"
    return _INDEX.sub(r"(\1)", statement)


def main() -> None:
    """Bring the schema of Prefect's database to the newest revision."""

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def rewrite(*call: Any) -> tuple[str, Any]:
        _connection, _cursor, statement, parameters, _context, _many = call
        return without_trigrams(statement), parameters

    from prefect.server.database import provide_database_interface  # noqa: PLC0415 - Prefect is slow to import

    asyncio.run(provide_database_interface().run_migrations_upgrade())


if __name__ == "__main__":
    main()
