"""What is the matter with the database, in words: errors of the drivers as one of a few troubles."""

import errno
import sqlite3
from dataclasses import dataclass

from ksbb.domain.errors import Problem, Unavailable
from ksbb.domain.text import Text
from ksbb.storage.database import is_passing


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A trouble of the database: `message` for who asks something of the platform, `remedy` for who runs it.

    `retry_seconds` is when it's worth asking again.
    """

    code: str
    message: Text
    remedy: Text
    retry_seconds: int

    def as_error(self) -> Unavailable:
        """The trouble for who runs the platform."""
        message = Text(f"{self.message.id}; {self.remedy.id}", f"{self.message.en}; {self.remedy.en}")
        return Unavailable(Problem(code=self.code, message=message))


AWAY = Trouble(
    code="database_away",
    message=Text(
        "basis data sedang tidak menjawab; ulangi sebentar lagi, tindakan dengan Idempotency-Key yang sama",
        "the database doesn't answer just now; repeat this in a moment, an act with the same Idempotency-Key",
    ),
    remedy=Text(
        "periksa apakah server basis data berjalan dan database_url benar",
        "check that the database server runs and that database_url is right",
    ),
    retry_seconds=5,
)
FULL = Trouble(
    code="database_full",
    message=Text(
        "disk basis data penuh: tidak ada yang dapat disimpan; membaca tetap bisa",
        "the database's disk is full: nothing can be stored; reading still works",
    ),
    remedy=Text("kosongkan ruang pada disk basis data", "free space on the database's disk"),
    retry_seconds=60,
)
READ_ONLY = Trouble(
    code="database_read_only",
    message=Text(
        "basis data hanya dapat dibaca: tidak ada yang dapat disimpan; membaca tetap bisa",
        "the database is read-only: nothing can be stored; reading still works",
    ),
    remedy=Text(
        "beri hak tulis pada berkas dan foldernya (SQLite), atau arahkan database_url ke server primer (PostgreSQL)",
        "give write permission on its file and folder (SQLite), or point database_url to the primary server (PostgreSQL)",
    ),
    retry_seconds=60,
)
REFUSED = Trouble(
    code="database_refused",
    message=Text("basis data menolak sambungan platform", "the database refuses the platform's connection"),
    remedy=Text(
        "periksa pengguna, kata sandi dan nama basis data dalam database_url",
        "check user, password and name of the database in database_url",
    ),
    retry_seconds=60,
)
DAMAGED = Trouble(
    code="database_damaged",
    message=Text("berkas basis data tidak dapat dibaca", "the database's file can't be read"),
    remedy=Text(
        "periksa database_url, hak atas berkas dan foldernya; bila berkas rusak, pulihkan cadangan terakhir",
        "check database_url, the rights on the file and its folder; restore the last backup if the file is damaged",
    ),
    retry_seconds=60,
)

_BY_SQLSTATE = {
    "53100": FULL,
    "25006": READ_ONLY,
    "28000": REFUSED,
    "28P01": REFUSED,
    "3D000": REFUSED,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_BUSY: AWAY,
    sqlite3.SQLITE_LOCKED: AWAY,
    sqlite3.SQLITE_PROTOCOL: AWAY,
    sqlite3.SQLITE_IOERR: DAMAGED,
    sqlite3.SQLITE_CANTOPEN: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
_BY_ERRNO = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}


def trouble_of(error: BaseException) -> Trouble | None:
    """The trouble that an error tells of; None when it is no trouble of the database as a whole."""
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.Error):
        # The low byte is the primary code, the rest tells it more exactly; errors of the module itself have none.
        code = getattr(original, "sqlite_errorcode", None)
        return None if code is None else _BY_SQLITE.get(code & 0xFF)
    found = _BY_SQLSTATE.get(str(getattr(original, "sqlstate", None)))
    if found is None and isinstance(original, OSError):
        found = _BY_ERRNO.get(original.errno or 0)
    if found is None and is_passing(error):
        found = AWAY
    return found
