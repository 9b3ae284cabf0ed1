"""Pages of a query by keyset: stable while records come and go, and as fast on the last page as on the first."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.domain.errors import InvalidInput, invalid
from ksbb.domain.text import Text
from ksbb.storage.planning import planned_by_values
from ksbb.storage.rows import as_record
from ksbb.storage.tables.base import UtcTime

Record = TypeVar("Record")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which page: at most `limit` records, after the `cursor` of the page before, by a sort key, `-` before it for
    descending.
    """

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A page of records; `next` is the cursor of the next page, None on the last one."""

    items: list[Record]
    next: str | None


async def fetch_page(
    connection: AsyncConnection,
    query: Select[Any],
    asked: Asked,
    kind: type[Record],
    *,
    keys: Mapping[str, ColumnElement[Any]],
    identity: ColumnElement[Any],
) -> Page[Record]:
    """A page of `query` as records of `kind`. `keys` are the sort keys (name → column that is never null), the first
    the default.

    `identity` is a unique column that settles ties. Raises InvalidInput for an unknown sort key or a broken cursor.
    """
    rows, following = await fetch_rows(connection, query, asked, keys=keys, identity=identity)
    return Page([as_record(row, kind) for row in rows], following)


async def fetch_rows(
    connection: AsyncConnection,
    query: Select[Any],
    asked: Asked,
    *,
    keys: Mapping[str, ColumnElement[Any]],
    identity: ColumnElement[Any],
) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    """The rows of a page, and the cursor of the next one; as `fetch_page`, for rows that become records in another way."""
    sort = asked.sort or next(iter(keys))
    name = sort.removeprefix("-")
    descending = sort.startswith("-")
    column = keys.get(name)
    if column is None:
        known = [*keys, *(f"-{key}" for key in keys)]
        raise invalid(
            "sort",
            Text(f"urutan yang dikenal: {', '.join(known)}", f"known orders: {', '.join(known)}"),
            "/query/sort",
            known,
            sort,
        )
    query = query.add_columns(column.label("_sort"), identity.label("_identity"))
    place = tuple_(column, identity)
    if asked.cursor is not None:
        value, last = _read(asked.cursor, sort, column)
        # Compared as a row: an index finds where to go on; two comparisons with OR would be a filter over all before it
        shown = tuple_(literal(value, column.type), literal(last, identity.type))
        query = query.where(place < shown if descending else place > shown)
    order = (column.desc(), identity.desc()) if descending else (column.asc(), identity.asc())
    async with planned_by_values(connection):
        found = await connection.execute(query.order_by(*order).limit(asked.limit + 1))
    rows: list[Mapping[str, Any]] = [dict(row) for row in found.mappings()]
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    return page, _write(sort, page[-1]["_sort"], page[-1]["_identity"]) if more else None


def _write(sort: str, value: object, last: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, value, last])).decode().rstrip("=")


def _read(cursor: str, sort: str, column: ColumnElement[Any]) -> tuple[Any, str]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        given, value, last = msgspec.convert(msgspec.json.decode(raw), tuple[str, Any, str])
        if given != sort:
            raise _broken(cursor)
        kind: type[Any] = datetime if isinstance(column.type, UtcTime) else column.type.python_type
        value = msgspec.convert(value, kind)
        if isinstance(value, datetime):
            value = value.astimezone(UTC)
    except (binascii.Error, ValueError, UnicodeError, msgspec.MsgspecError) as error:
        raise _broken(cursor) from error
    if "\x00" in last or (isinstance(value, str) and "\x00" in value):
        raise _broken(cursor)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        raise _broken(cursor)
    return value, last


def _broken(cursor: str) -> InvalidInput:
    return invalid(
        "cursor",
        Text(
            "cursor tidak sah untuk urutan ini; mulai lagi dari halaman pertama",
            "the cursor isn't valid for this order; start again from the first page",
        ),
        "/query/cursor",
        given=cursor,
    )
