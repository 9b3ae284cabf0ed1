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

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that each row needs."""
        return _COLUMNS[self][0]

    @property
    def optional(self) -> tuple[str, ...]:
        """The columns that may be left out."""
        return _COLUMNS[self][1]


_COLUMNS = {
    ImportTable.TARGETS: (
        ("code", "kind", "name", "area_code"),
        ("households", "contact_office", "ziswaf_entitled", "synthetic"),
    ),
    ImportTable.NEEDS: (("target_code", "program_id", "aid_type", "quantity", "source", "as_of"), ("tier", "period")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """How the table of another system becomes ours, for `POST /api/v1/targets/import?mapping=<program>.<id>` or
    `/needs/import`.

    `columns` gives our column for each of theirs (others of theirs are left unread), `constants` the value of a column of ours
    that theirs hasn't, `convert` a pure function for a column of ours whose values are written differently: it gets a cell
    without white space around it, and for one that it can't read raises ValueError with a `Text` (or a sentence) that says what
    was expected. `source` names the system. Raises ValueError that names the bad value.
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
        known = [*self.table.required, *self.table.optional]
        unknown = sorted(set(ours) - set(known))
        if unknown:
            raise ValueError(f"{where}: {self.table} have no columns {unknown}; they have {known}")
        doubles = sorted({name for name in ours if ours.count(name) > 1})
        if doubles:
            raise ValueError(f"{where}: the columns {doubles} are given twice")
        missing = sorted(set(self.table.required) - set(ours))
        if missing:
            raise ValueError(f"{where}: nothing gives the columns {missing}, which {self.table} need")
        unconverted = sorted(set(self.convert) - set(self.columns.values()))
        if unconverted:
            raise ValueError(f"{where}: converts {unconverted}, which no column gives")
