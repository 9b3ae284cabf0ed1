"""Which tables, columns and indexes a database has, against those of the code: fast enough to look at every start."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.text import Text
from ksbb.storage.tables import metadata

_SQLITE = {
    "columns": "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
    "indexes": "SELECT name FROM sqlite_master WHERE type = 'index'",
}
_POSTGRES = {
    "columns": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()",
    # An index whose concurrent making was cut off stands there and isn't valid.
    "indexes": """
        SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indisvalid AND c.relnamespace = current_schema()::regnamespace
    """,
}
_DEMANDED = {
    "sqlite": """
        SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND c."notnull" AND coalesce(c.dflt_value, 'NULL') = 'NULL'
    """,
    "postgresql": """
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
        AND is_generated = 'NEVER'
    """,
}


@dataclass(frozen=True, slots=True)
class _Parts:
    columns: dict[str, set[str]]
    indexes: set[str]


async def missing(connection: AsyncConnection) -> tuple[Text, ...]:
    """What the tables of the code have and the database lacks; what it has beyond them does no harm."""
    found = await _parts(connection)
    faults = []
    for table in metadata.sorted_tables:
        if table.name not in found.columns:
            faults.append(Text(f"tabel {table.name} tidak ada", f"table {table.name} is missing"))
            continue
        faults += [
            Text(
                f"kolom {table.name}.{column.name} tidak ada",
                f"column {table.name}.{column.name} is missing",
            )
            for column in table.columns
            if column.name not in found.columns[table.name]
        ]
        faults += [
            Text(f"indeks {index.name} tidak ada atau tidak sah", f"index {index.name} is missing or not valid")
            for index in sorted(table.indexes, key=lambda index: str(index.name))
            if index.name not in found.indexes
        ]
    return tuple(faults)


async def demanded(connection: AsyncConnection) -> tuple[Text, ...]:
    """Columns that the code doesn't know and the database wants values for, so that the code can't add rows."""
    found = await connection.execute(text(_DEMANDED[connection.dialect.name]))
    known = metadata.tables
    beyond = sorted((table, column) for table, column in found if table in known and column not in known[table].columns)
    return tuple(
        Text(f"kolom {table}.{column} wajib diisi", f"column {table}.{column} has to be given")
        for table, column in beyond
    )


async def left_over(connection: AsyncConnection) -> tuple[Text, ...]:
    """Tables of the code in a database that names no revision."""
    found = await _parts(connection)
    return tuple(
        Text(f"tabel {name} ada tanpa revisi", f"table {name} stands there without a revision")
        for name in sorted(metadata.tables.keys() & found.columns.keys())
    )


async def _parts(connection: AsyncConnection) -> _Parts:
    queries = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    columns: dict[str, set[str]] = {}
    for table, column in await connection.execute(text(queries["columns"])):
        columns.setdefault(table, set()).add(column)
    indexes = await connection.execute(text(queries["indexes"]))
    return _Parts(columns, set(indexes.scalars()))
