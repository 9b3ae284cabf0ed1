"""Reference data that a program brings along: small registers that its rules and pages look things up in."""

import csv
import io
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
    it comes from and of which day it is. Read when the object is made; the platform shows it at
    `/api/v1/programs/<id>/reference/<id>`, as JSON and CSV. Raises ValueError that names the bad value, and the file's row.
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
        if not self.source.strip():
            raise ValueError(f"{where}: source must say where it comes from")
        try:
            text = resources.files(self.package).joinpath(self.file).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError, ModuleNotFoundError) as error:
            raise ValueError(f"{where}: {self.file} of package {self.package} can't be read: {error}") from error
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            heading, *rows = [row for row in reader if row] or [[]]
        except csv.Error as error:
            raise ValueError(f"{where}: {self.file} can't be read at line {reader.line_num}: {error}") from error
        if heading != list(self.columns):
            raise ValueError(f"{where}: {self.file} has the columns {heading}, declared are {list(self.columns)}")
        for number, row in enumerate(rows, start=1):
            if len(row) != len(heading):
                raise ValueError(f"{where}: row {number} of {self.file} has {len(row)} cells, not {len(heading)}")
        entries = tuple(dict(zip(heading, row, strict=True)) for row in rows)
        object.__setattr__(self, "_rows", entries)

    @property
    def rows(self) -> tuple[Mapping[str, str], ...]:
        """All entries, each by column, in the file's order."""
        return self._rows
