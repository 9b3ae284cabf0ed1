"""What is the matter with the database is told from what its drivers raise, on both databases."""

import errno
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ksbb.domain.errors import Unavailable
from ksbb.storage.database import Database
from ksbb.storage.trouble import AWAY, DAMAGED, FULL, READ_ONLY, REFUSED, Trouble, trouble_of


async def raised(url: str, *statements: str) -> BaseException:
    """What the statements, in one transaction for writing, raise."""
    database = Database(url, pool_size=0)
    try:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which error it is, is the question
            await _run(database, statements)
        return caught.value
    finally:
        await database.close()


async def _run(database: Database, statements: Sequence[str]) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_full_disk(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        fill: tuple[str, ...] = (
            "CREATE TABLE filling (what BLOB)",
            "PRAGMA max_page_count = 2",
            "INSERT INTO filling VALUES (zeroblob(10000000))",
        )
    else:
        # The server itself raises the error: a full disk for it alone can't be had in a test
        fill = ("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",)
    error = await raised(database_url, *fill)
    assert trouble_of(error) is FULL
    told = FULL.as_error()
    assert isinstance(told, Unavailable)
    assert [(problem.code, problem.message.en) for problem in told.problems] == [
        (
            "database_full",
            "the database's disk is full: nothing can be stored; reading still works; free space on the database's disk",
        )
    ]


async def test_a_read_only_database(database_url: str) -> None:
    setting = "PRAGMA query_only = 1" if database_url.startswith("sqlite") else "SET TRANSACTION READ ONLY"
    assert trouble_of(await raised(database_url, setting, "DELETE FROM counters")) is READ_ONLY


async def test_a_read_only_file(sqlite_template: Path) -> None:
    error = await raised(f"sqlite+aiosqlite:///file:{sqlite_template}?mode=ro&uri=true", "DELETE FROM counters")
    assert trouble_of(error) is READ_ONLY


async def test_a_locked_file(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "locked.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with sqlite3.connect(file, timeout=0, isolation_level=None) as own, pytest.raises(sqlite3.Error) as caught:
            own.execute("BEGIN IMMEDIATE")
        own.close()
    other.close()
    assert trouble_of(caught.value) is AWAY


async def test_no_file_can_be_made(tmp_path: Path) -> None:
    assert trouble_of(await raised(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder/x.sqlite3", "SELECT 1")) is DAMAGED


async def test_a_file_of_another_kind(tmp_path: Path) -> None:
    file = tmp_path / "letter.sqlite3"
    file.write_text("Dear reader, this is no database. " * 100)
    assert trouble_of(await raised(f"sqlite+aiosqlite:///{file}", "SELECT 1 FROM areas")) is DAMAGED


async def test_a_server_that_is_away() -> None:
    assert trouble_of(await raised("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", "SELECT 1")) is AWAY


async def test_a_database_that_the_server_hasnt(postgres_url: str) -> None:
    url = postgres_url.replace("/postgres", "/no_such_database", 1)
    assert "no_such_database" in url
    assert trouble_of(await raised(url, "SELECT 1")) is REFUSED


@pytest.mark.parametrize(
    "statement", ["SELECT * FROM no_such_table", "SELEKT", "INSERT INTO counters VALUES (NULL, 1)"]
)
async def test_a_wrong_statement_is_no_trouble(database_url: str, statement: str) -> None:
    assert trouble_of(await raised(database_url, statement)) is None


class _Told(Exception):
    """An error with the code that PostgreSQL gives."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OSError(errno.ENOSPC, "no space left on device"), FULL),
        (OSError(errno.EROFS, "read-only file system"), READ_ONLY),
        (OSError(errno.ENOENT, "no such file"), None),
        (ConnectionResetError(), AWAY),
        (TimeoutError(), AWAY),
        (_Told("28P01"), REFUSED),
        (_Told("57P01"), AWAY),
        (_Told("08006"), AWAY),
        (_Told("XX001"), DAMAGED),
        (_Told("23505"), None),
        (DBAPIError("SELECT 1", None, _Told("53100")), FULL),
        (ValueError("disk full"), None),
    ],
)
def test_by_code(error: Exception, trouble: Trouble | None) -> None:
    assert trouble_of(error) is trouble
