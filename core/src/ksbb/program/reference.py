"""Reference data that a program brings along: small registers that its rules and pages look things up in."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources

from ksbb.domain.text import Text

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceData:
    """A CSV file of the program's package: UTF-8, a heading, one row for each entry.

    `package` and `file` say where it is, `columns` names each column for people in the file's order, `source` and `as_of` where
    it comes from and of which day it is. Read when the object is made. Raises ValueError that names the bad value, the file's row
    and column where it is one.
    """

    id: str
    title: Text
    source: str
    as_of: date
    package: str
    file: str
    columns: Mapping[str, Text]
    _rows: tuple[Mapping[str, str], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        where = f"reference data {self.id!r}"
        if not _ID.match(self.id):
            raise ValueError(f"{where}: id must match {_ID.pattern}")
        try:
            text = resources.files(self.package).joinpath(self.file).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError, ModuleNotFoundError) as error:
            raise ValueError(f"{where}: {self.file} of package {self.package} can't be read: {error}") from error
        reader = csv.DictReader(text.splitlines(), restkey="", strict=True)
        if tuple(reader.fieldnames or ()) != tuple(self.columns):
            raise ValueError(
                f"{where}: {self.file} has the columns {list(reader.fieldnames or ())}, declared are {list(self.columns)}"
            )
        rows: list[Mapping[str, str]] = []
        for number, row in enumerate(reader, start=1):
            if "" in row or None in row.values():
                raise ValueError(f"{where}: row {number} of {self.file} hasn't {len(self.columns)} cells")
            rows.append(row)
        object.__setattr__(self, "_rows", tuple(rows))

    @property
    def rows(self) -> tuple[Mapping[str, str], ...]:
        """All entries, each by column, in the file's order."""
        return self._rows
