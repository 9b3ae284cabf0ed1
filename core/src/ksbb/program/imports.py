"""Tables of other systems that a program knows how to read as targets or needs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ksbb.domain.text import Text

_ID = re.compile(r"^[a-z][a-z0-9_]{1,39}$")


class ImportTable(StrEnum):
    """What a table is imported as."""

    TARGETS = "targets"
    NEEDS = "needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """How the table of another system becomes ours.

    `columns` gives our column for each of theirs (others of theirs are left unread), `constants` the value of a column of ours
    that theirs hasn't, `convert` a pure function for a column of ours whose values are written differently; it raises ValueError,
    in words, for a value that it can't read. `source` names the system. Raises ValueError that names the bad value.
    """

    id: str
    title: Text
    source: str
    table: ImportTable
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    convert: Mapping[str, Callable[[str], str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = f"import mapping {self.id!r}"
        if not _ID.match(self.id):
            raise ValueError(f"{where}: id must match {_ID.pattern}")
        ours = [*self.columns.values(), *self.constants]
        doubles = sorted({name for name in ours if ours.count(name) > 1})
        if doubles:
            raise ValueError(f"{where}: the columns {doubles} are given twice")
        unknown = sorted(set(self.convert) - set(self.columns.values()))
        if unknown:
            raise ValueError(f"{where}: converts {unknown}, which no column gives")
