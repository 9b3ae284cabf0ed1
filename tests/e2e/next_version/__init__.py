"""The version of the platform after this one, as far as its schema goes: two revisions that expand it, and what they lead to."""

import shutil
from pathlib import Path

from sqlalchemy import Column, Index, MetaData, Text

from ksbb.storage import migrate

NEWEST = "0003"
COLUMN = "origin"
INDEX = "ix_commitments_origin"
_REVISIONS = Path(__file__).parent / "revisions"


def write_migrations(folder: Path) -> Path:
    """A folder with the migrations of this version and of the next."""
    shutil.copytree(Path(migrate.__file__).parent / "migrations", folder)
    shutil.copytree(_REVISIONS, folder / "versions", dirs_exist_ok=True)
    return folder


def expand(metadata: MetaData) -> None:
    """Make the tables of this version those of the next."""
    commitments = metadata.tables["commitments"]
    commitments.append_column(Column(COLUMN, Text))
    Index(INDEX, commitments.c[COLUMN])
