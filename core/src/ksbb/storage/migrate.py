"""Bring a database to the schema of this code, and say how it stands.

Until the first release the tables are one revision. After a change of `ksbb.storage.tables`, write it anew:

    python -m ksbb.storage.migrations && ruff format core/src/ksbb/storage/migrations
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
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
from ksbb.storage import schema_parts
from ksbb.storage.database import Database
from ksbb.storage.tables import metadata
from ksbb.storage.tables.base import UtcTime

_FOLDER = Path(__file__).parent / "migrations"
_INITIAL = "0001"
_ADVISORY_LOCK = 0x6B736262
_SHOWN = 5


class SchemaState(StrEnum):
    """`current`: as this code wants it; `empty`: nothing there; `behind`: older; `unknown`: newer, or none of ours;
    `partial`: not what its revision says: a migration was cut off, or somebody changed it by hand.
    """

    CURRENT = "current"
    EMPTY = "empty"
    BEHIND = "behind"
    UNKNOWN = "unknown"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a schema stands: its revision, None without one, and what it lacks or has too much, in words, where it is partial."""

    state: SchemaState
    revision: str | None = None
    faults: tuple[Text, ...] = ()


def configuration_of() -> dict[str, Any]:
    """How Alembic compares and renders our tables."""
    return {"target_metadata": metadata, "compare_type": True, "render_item": _render}


async def upgrade(database: Database) -> str:
    """Bring the schema to the newest revision, whose id is returned; does nothing where it is there already.

    All or nothing, and one process at a time. Raises Conflict for a schema that this code doesn't know, or a partial one.
    """
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        found = await _standing(connection)
        if found.state in (SchemaState.UNKNOWN, SchemaState.PARTIAL):
            raise _error(found)
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    return _newest()


async def standing(database: Database) -> Standing:
    """How the schema stands to this code. A SQLite file that doesn't exist is empty, and isn't made."""
    if not database.exists:
        return Standing(SchemaState.EMPTY)
    async with database.read() as connection:
        return await _standing(connection)


async def current(database: Database) -> str | None:
    """The revision of the schema, None for an empty database."""
    return (await standing(database)).revision


async def state(database: Database) -> SchemaState:
    """How the schema stands to this code. One that was found whole is asked for its revision only: probes come every second."""
    whole = ("schema", _newest())
    if whole in database.stored_for_good:
        async with database.read() as connection:
            heads = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())
        return _known().get(heads[0], SchemaState.UNKNOWN) if len(heads) == 1 else (await standing(database)).state
    found = (await standing(database)).state
    if found is SchemaState.CURRENT:
        database.stored_for_good.add(whole)
    return found


async def check(database: Database) -> None:
    """Raises Conflict that says what to do, unless the schema is current and whole."""
    found = await standing(database)
    if found.state is not SchemaState.CURRENT:
        raise _error(found)


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


@cache
def _known() -> Mapping[str, SchemaState]:
    """How each revision that this code knows stands to it."""
    newest = _newest()
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return {
        script.revision: SchemaState.CURRENT if script.revision == newest else SchemaState.BEHIND for script in found
    }


async def _standing(connection: AsyncConnection) -> Standing:
    revisions = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())
    if len(revisions) > 1:
        named = ", ".join(sorted(revisions))
        fault = Text(f"ia menyebut beberapa revisi: {named}", f"it names several revisions: {named}")
        return Standing(SchemaState.PARTIAL, faults=(fault,))
    revision = revisions[0] if revisions else None
    stands = SchemaState.EMPTY if revision is None else _known().get(revision, SchemaState.UNKNOWN)
    faults: tuple[Text, ...] = ()
    # An older schema is compared once it has been upgraded, a newer one by the version that knows it.
    if stands is SchemaState.EMPTY:
        faults = await schema_parts.left_over(connection)
    elif stands is SchemaState.CURRENT:
        faults = await schema_parts.missing(connection)
    return Standing(SchemaState.PARTIAL if faults else stands, revision, faults)


def _error(found: Standing) -> Exception:
    newest, revision = _newest(), found.revision
    if found.state is SchemaState.PARTIAL:
        message = Text(
            f"skema basis data ({revision or 'tanpa revisi'}) tidak utuh: {_some(fault.id for fault in found.faults)}; "
            "sebuah migrasi terputus atau ada yang mengubahnya; pulihkan cadangan terakhir, lalu jalankan `ksbb db upgrade`",
            f"the database's schema ({revision or 'no revision'}) isn't whole: {_some(fault.en for fault in found.faults)}; "
            "a migration was cut off, or somebody changed it; restore the last backup, then run `ksbb db upgrade`",
        )
    elif found.state is SchemaState.UNKNOWN:
        message = Text(
            f"skema basis data ({revision}) tidak dikenal versi ksbb ini, yang paling baru mengenal {newest}; "
            "pasang ksbb yang lebih baru, atau periksa database_url",
            f"this version of ksbb doesn't know the database's schema ({revision}), the newest it knows is {newest}; "
            "install a newer ksbb, or check database_url",
        )
    elif found.state is SchemaState.EMPTY:
        message = Text("basis data masih kosong; jalankan `ksbb init`", "the database is empty; run `ksbb init`")
    else:
        message = Text(
            f"skema basis data ({revision}) lebih lama dari versi ksbb ini ({newest}); jalankan `ksbb db upgrade`",
            f"the database's schema ({revision}) is older than this version of ksbb ({newest}); run `ksbb db upgrade`",
        )
    return conflict(f"schema_{found.state}", message, expected=newest, given=revision)


def _some(words: Iterable[str]) -> str:
    """The first few, and how many more there are."""
    listed = list(words)
    more = f", … (+{len(listed) - _SHOWN})" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Our own column types as the plain ones that they are in the database."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False
