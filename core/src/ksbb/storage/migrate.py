"""Bring a database to the schema of this code, and say how it stands.

Until the first release the tables are one revision. After a change of `ksbb.storage.tables`, write it anew:

    python -m ksbb.storage.migrations && ruff format core/src/ksbb/storage/migrations
"""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.errors import conflict
from ksbb.domain.text import Text
from ksbb.storage.database import Database
from ksbb.storage.tables import metadata
from ksbb.storage.tables.base import UtcTime

_FOLDER = Path(__file__).parent / "migrations"
_INITIAL = "0001"
_ADVISORY_LOCK = 0x6B736262


class SchemaState(StrEnum):
    """`current`: as this code wants it; `empty`: nothing there; `behind`: older; `unknown`: newer, or none of ours."""

    CURRENT = "current"
    EMPTY = "empty"
    BEHIND = "behind"
    UNKNOWN = "unknown"


def configuration_of() -> dict[str, Any]:
    """How Alembic compares and renders our tables."""
    return {"target_metadata": metadata, "compare_type": True, "render_item": _render}


async def upgrade(database: Database) -> str:
    """Bring the schema to the newest revision, whose id is returned; does nothing where it is there already.

    All or nothing, and one process at a time. Raises Conflict for a schema that this code doesn't know.
    """
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        found = await _revision(connection)
        if _state_of(found) is SchemaState.UNKNOWN:
            raise _error(SchemaState.UNKNOWN, found)
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    return _newest()


async def current(database: Database) -> str | None:
    """The revision of the schema, None for an empty database, and for a SQLite file that doesn't exist, which isn't made."""
    if not database.exists:
        return None
    async with database.read() as connection:
        return await _revision(connection)


async def state(database: Database) -> SchemaState:
    """How the schema stands to this code."""
    return _state_of(await current(database))


async def check(database: Database) -> None:
    """Raises Conflict that says what to do, unless the schema is current."""
    found = await current(database)
    stands = _state_of(found)
    if stands is not SchemaState.CURRENT:
        raise _error(stands, found)


def write_initial() -> Path:
    """Write the one revision of the tables anew, and return its file."""
    for old in _FOLDER.glob("versions/*.py"):
        old.unlink()
    return asyncio.run(_write_initial())


async def _write_initial() -> Path:
    database = Database("sqlite+aiosqlite:///:memory:", pool_size=0)
    async with database.read() as connection:
        await connection.run_sync(
            lambda sync: command.revision(_config(sync), message="initial", autogenerate=True, rev_id=_INITIAL)
        )
    await database.close()
    return _FOLDER / "versions" / f"{_INITIAL}_initial.py"


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _newest() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"no migration in {_FOLDER}; the package is incomplete: install it again")
    return head


async def _revision(connection: AsyncConnection) -> str | None:
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def _state_of(revision: str | None) -> SchemaState:
    if revision is None:
        return SchemaState.EMPTY
    scripts = ScriptDirectory.from_config(_config())
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        return SchemaState.UNKNOWN
    return SchemaState.CURRENT if revision == scripts.get_current_head() else SchemaState.BEHIND


def _error(stands: SchemaState, revision: str | None) -> Exception:
    newest = _newest()
    if stands is SchemaState.UNKNOWN:
        message = Text(
            f"skema basis data ({revision}) tidak dikenal versi ksbb ini, yang paling baru mengenal {newest}; "
            "pasang ksbb yang lebih baru, atau periksa database_url",
            f"this version of ksbb doesn't know the database's schema ({revision}), the newest it knows is {newest}; "
            "install a newer ksbb, or check database_url",
        )
    elif stands is SchemaState.EMPTY:
        message = Text("basis data masih kosong; jalankan `ksbb init`", "the database is empty; run `ksbb init`")
    else:
        message = Text(
            f"skema basis data ({revision}) lebih lama dari versi ksbb ini ({newest}); jalankan `ksbb db upgrade`",
            f"the database's schema ({revision}) is older than this version of ksbb ({newest}); run `ksbb db upgrade`",
        )
    return conflict(f"schema_{stands}", message, expected=newest, given=revision)


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types as the plain ones that they are in the database."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False
