"""Bring a database to the schema of this code, and say how it stands.

A version of the platform only expands the schema (tables; columns that are nullable or have a default; indexes), so that the version
before it serves on meanwhile; what nothing reads any more is dropped by a later version. Each revision is one transaction, but for
those that make an index, see `ksbb.storage.migrations.create_index`.

Until the first release the tables are one revision. After a change of `ksbb.storage.tables`, write it anew:

    python -m ksbb.storage.migrations && ruff format core/src/ksbb/storage/migrations
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import ops
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.errors import Problem, Unavailable, conflict
from ksbb.domain.text import Text
from ksbb.storage import schema_parts
from ksbb.storage.database import Database
from ksbb.storage.tables import metadata
from ksbb.storage.tables.base import UtcTime

_FOLDER = Path(__file__).parent / "migrations"
_INITIAL = "0001"
_ADVISORY_LOCK = 0x6B736262
_LOCK_NOT_AVAILABLE = "55P03"
LOCK_SECONDS = 5
"""How long a migration waits for a table; meanwhile everybody who wants the table waits behind it."""
_SHOWN = 5


class SchemaState(StrEnum):
    """`current`: as this code wants it; `ahead`: a newer version expanded it, and this code serves on; `empty`: nothing there;
    `behind`: older; `unknown`: newer and not for this code, or none of ours; `partial`: not what its revision says: a migration was
    cut off, or somebody changed it by hand.
    """

    CURRENT = "current"
    AHEAD = "ahead"
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

    @property
    def serves(self) -> bool:
        """Whether this code can work on it."""
        return self.state in (SchemaState.CURRENT, SchemaState.AHEAD)

    def __str__(self) -> str:
        """One on which this code can work, in words."""
        words = (
            "the present schema" if self.state is SchemaState.CURRENT else "newer than this version, which works on it"
        )
        return f"{self.revision}, {words}"


def configuration_of() -> dict[str, Any]:
    """How Alembic compares and renders our tables."""
    return {"target_metadata": metadata, "compare_type": True, "render_item": _render}


async def upgrade(database: Database) -> str:
    """Bring the schema to the newest revision; does nothing where it is there already, or ahead. The revision that it has then.

    One process at a time. What is cut off between two revisions goes on at the next call. Raises Conflict for a schema that isn't
    for this code, or a partial one, and Unavailable when somebody keeps a table locked.
    """
    found = await standing(database)
    if found.serves:
        return str(found.revision)
    if database.is_sqlite:
        async with database.write() as connection:
            return await _upgrade(connection)
    async with database.engine.connect() as connection:
        # The migrations begin and end transactions themselves; connection, locks and timeouts are this block's own
        await connection.execution_options(isolation_level="READ COMMITTED")
        await _wait_for_turn(connection)
        await connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        await connection.commit()
        try:
            return await _upgrade(connection)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise _locked() from error


async def _wait_for_turn(connection: AsyncConnection) -> None:
    """Take the lock of upgrades. Asked for again and again: a waiting query would hold up an index that is made concurrently."""
    query = text("SELECT pg_try_advisory_lock(:key)")
    while not (await connection.execute(query, {"key": _ADVISORY_LOCK})).scalar_one():
        await connection.commit()
        await asyncio.sleep(0.1)


async def _upgrade(connection: AsyncConnection) -> str:
    found = await _standing(connection)
    if found.serves:
        return str(found.revision)
    if found.state in (SchemaState.UNKNOWN, SchemaState.PARTIAL):
        raise _error(found)
    if connection.dialect.name != "sqlite":
        await connection.commit()
    await connection.run_sync(lambda sync: command.upgrade(_config(sync), "head"))
    return _newest()


async def standing(database: Database) -> Standing:
    """How the schema stands to this code. A SQLite file that doesn't exist is empty, and isn't made."""
    if not database.exists:
        return Standing(SchemaState.EMPTY)
    async with database.read() as connection:
        return await _standing(connection)


async def state(database: Database) -> SchemaState:
    """How the schema stands to this code. One that was found fit is asked for its revision only: probes come every second."""
    if not database.exists:
        return SchemaState.EMPTY
    async with database.read() as connection:
        revisions = await _revisions(connection)
    fit = ("schema", *revisions)
    if fit in database.stored_for_good:
        return SchemaState.CURRENT if revisions == (_newest(),) else SchemaState.AHEAD
    found = await standing(database)
    if found.serves:
        database.stored_for_good.add(fit)
    return found.state


async def check(database: Database) -> Standing:
    """How the schema stands. Raises Conflict that says what to do, unless this code can work on it."""
    found = await standing(database)
    if not found.serves:
        raise _error(found)
    return found


def write_initial() -> Path:
    """Write the one revision of the tables anew, and return its file."""
    for old in _FOLDER.glob("versions/*.py"):
        old.unlink()
    return asyncio.run(_write_initial())


async def _write_initial() -> Path:
    database = Database("sqlite+aiosqlite:///:memory:", pool_size=0)
    async with database.read() as connection:
        await connection.run_sync(
            lambda sync: command.revision(
                _config(sync),
                message="initial",
                autogenerate=True,
                rev_id=_INITIAL,
                process_revision_directives=_add_indexes_on_expressions,
            )
        )
    await database.close()
    return _FOLDER / "versions" / f"{_INITIAL}_initial.py"


def _add_indexes_on_expressions(_context: object, _revision: object, directives: list[Any]) -> None:
    """Alembic leaves them out on SQLite, for it couldn't compare them with those that are there."""
    upgrade = directives[0].upgrade_ops
    indexes = [index for table in metadata.sorted_tables for index in table.indexes]
    known = {part[1].name for part in upgrade.as_diffs() if part[0] == "add_index"}
    upgrade.ops += [ops.CreateIndexOp.from_index(index) for index in indexes if index.name not in known]


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(folder)


def _newest() -> str:
    head = _scripts(_FOLDER).get_current_head()
    if head is None:
        raise RuntimeError(f"no migration in {_FOLDER}; the package is incomplete: install it again")
    return head


async def _revisions(connection: AsyncConnection) -> tuple[str, ...]:
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_heads())


async def _standing(connection: AsyncConnection) -> Standing:
    revisions = await _revisions(connection)
    if len(revisions) > 1:
        named = ", ".join(sorted(revisions))
        fault = Text(f"ia menyebut beberapa revisi: {named}", f"it names several revisions: {named}")
        return Standing(SchemaState.PARTIAL, faults=(fault,))
    if not revisions:
        left_over = await schema_parts.left_over(connection)
        return Standing(SchemaState.PARTIAL if left_over else SchemaState.EMPTY, faults=left_over)
    (revision,) = revisions
    if revision == _newest():
        missing = await schema_parts.missing(connection)
        return Standing(SchemaState.PARTIAL if missing else SchemaState.CURRENT, revision, missing)
    if any(script.revision == revision for script in _scripts(_FOLDER).walk_revisions()):
        # It is compared once it has been upgraded
        return Standing(SchemaState.BEHIND, revision)
    unfit = (*await schema_parts.missing(connection), *await schema_parts.demanded(connection))
    return Standing(SchemaState.UNKNOWN if unfit else SchemaState.AHEAD, revision, unfit)


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
            f"skema basis data ({revision}) bukan untuk versi ksbb ini ({newest}): {_some(fault.id for fault in found.faults)}; "
            "pasang ksbb yang lebih baru, atau periksa database_url",
            f"the database's schema ({revision}) isn't for this version of ksbb ({newest}): "
            f"{_some(fault.en for fault in found.faults)}; install a newer ksbb, or check database_url",
        )
    elif found.state is SchemaState.EMPTY:
        message = Text("basis data masih kosong; jalankan `ksbb init`", "the database is empty; run `ksbb init`")
    else:
        message = Text(
            f"skema basis data ({revision}) lebih lama dari versi ksbb ini ({newest}); jalankan `ksbb db upgrade`",
            f"the database's schema ({revision}) is older than this version of ksbb ({newest}); run `ksbb db upgrade`",
        )
    return conflict(f"schema_{found.state}", message, expected=newest, given=revision)


def _locked() -> Unavailable:
    return Unavailable(
        Problem(
            code="schema_locked",
            message=Text(
                f"sebuah transaksi mengunci tabel lebih dari {LOCK_SECONDS} detik, dan migrasi tidak menunggu lebih lama agar tidak "
                "ada yang mengantre di belakangnya; jalankan `ksbb db upgrade` lagi",
                f"a transaction kept a table locked for more than {LOCK_SECONDS} s, and the migration doesn't wait longer lest "
                "everybody queue up behind it; run `ksbb db upgrade` again",
            ),
        )
    )


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
