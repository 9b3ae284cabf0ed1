"""Column types and the metadata that all tables share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")


def _bytewise(length: int) -> String:
    """Text compared byte by byte, as SQLite does: one order on both, prefixes found by index, no locale's cost at each key."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


Id = _bytewise(36)
Name = String(200)
Code = _bytewise(40)
Stream = _bytewise(200)


class UtcTime(TypeDecorator[datetime]):
    """An aware instant in UTC. SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuses naive times: a record's time must be an instant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time must be aware, given {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The instant, aware."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def quantity(name: str) -> Column[int]:
    """A quantity in whole units (or whole rupiah), never null, zero at first."""
    return Column(name, BigInteger, nullable=False, default=0)


def identity() -> Column[Any]:
    """The UUIDv7 primary key."""
    return Column("id", Id, primary_key=True)
