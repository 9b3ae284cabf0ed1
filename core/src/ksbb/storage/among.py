"""A list of ids as one parameter of a statement, so that the statement is the same for every length of the list."""

from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Dialect, String, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine


class _Ids(TypeDecorator[list[str]]):
    """An array on PostgreSQL, a JSON text on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the driver is given."""
        return dialect.type_descriptor(ARRAY(String) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Takes any collection of ids."""
        return list(value) if dialect.name == "postgresql" else msgspec.json.encode(list(value)).decode()


class among(ColumnElement[bool]):  # noqa: N801 - it reads as a word of the statement, as SQLAlchemy's own do
    """Whether a column's value is one of the list that the parameter `name` brings."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: Column[Any], name: str) -> None:
        self.column = column
        self.ids = bindparam(name, type_=_Ids())


@compiles(among, "postgresql")
def _as_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY ({compiler.process(element.ids, **options)})"


@compiles(among, "sqlite")
def _as_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in (element.column, element.ids))
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - both are the compiler's own text
