"""Alembic migrations; `ksbb.storage.migrate` applies them, `python -m ksbb.storage.migrations` writes the first one."""

from collections.abc import Sequence
from typing import Any

from alembic import op

from ksbb.storage.migrate import LOCK_SECONDS


def create_index(name: str, table: str, columns: Sequence[str], **options: Any) -> None:
    """Make an index while people write to its table: `CONCURRENTLY` on PostgreSQL, outside of any transaction.

    Is all that its revision does. Cut off, it leaves an index that isn't valid, which the next upgrade replaces. `options` are those
    of Alembic's `create_index`.
    """
    running = op.get_context()
    if running.dialect.name == "sqlite":
        op.create_index(name, table, columns, **options)
        return
    with running.autocommit_block():
        # It holds nobody up, and may wait for long transactions
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, if_exists=True, postgresql_concurrently=True)
        op.create_index(name, table, columns, postgresql_concurrently=True, **options)
        op.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
