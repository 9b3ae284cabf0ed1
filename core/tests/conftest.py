"""The fixtures of all tests of core."""

from ksbb.testing.fixtures import (
    clock,
    database,
    database_url,
    empty_database_url,
    platform,
    postgres_template,
    postgres_url,
    programs,
    sqlite_template,
    world,
)

__all__ = [
    "clock",
    "database",
    "database_url",
    "empty_database_url",
    "platform",
    "postgres_template",
    "postgres_url",
    "programs",
    "sqlite_template",
    "world",
]
