"""Tables that people bring: CSV or XLSX read into rows, with every error named by row and column at once."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ksbb.domain.errors import InvalidInput, Problem, invalid
from ksbb.domain.text import Text
from ksbb.program import ImportMapping, ImportTable
from ksbb.usecases.xlsx_import import is_error, is_workbook, read_sheet

_MAX_PROBLEMS = 200
_MAX_TOLD = 1000
_MAX_CELL = 200
_MAX_WHOLE = 10**12
_MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows that were new, changed, and the same as before."""

    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that an import would store: its number, what it is about, and each column that would get another value."""

    row: int
    key: str
    new: bool
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DryRun(Imported):
    """What an import would do; nothing was stored. `rows`: the first 1,000 that are new or changed."""

    rows: Sequence[RowChange]


@dataclass(slots=True)
class Tally:
    """Counts what an import does, and for a dry run tells it by row."""

    dry_run: bool
    new: int = 0
    changed: int = 0
    rows: list[RowChange] = field(default_factory=list)

    def add(self, row: int, key: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
        """A row that is new (`before` is None) or changed."""
        self.new += before is None
        self.changed += before is not None
        if self.dry_run and len(self.rows) < _MAX_TOLD:
            known = before or {}
            other = {name: value for name, value in after.items() if before is None or known[name] != value}
            self.rows.append(RowChange(row, key, before is None, {name: known[name] for name in other if known}, other))

    def done(self, rows: int) -> Imported:
        """What the import of so many rows did, or would do."""
        unchanged = rows - self.new - self.changed
        if self.dry_run:
            return DryRun(self.new, self.changed, unchanged, tuple(self.rows))
        return Imported(self.new, self.changed, unchanged)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in our columns; `called` gives, where the table is of another system, its name for each of our columns that it has.
    `numbers` are the rows' own, where some between them were empty.
    """

    rows: list[dict[str, str]]
    called: Mapping[str, str]
    numbers: Sequence[int] = ()

    def numbered(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row with its number; rows count from 1, the heading not counted."""
        return zip(self.numbers or range(1, len(self.rows) + 1), self.rows, strict=True)


@dataclass(slots=True)
class Problems:
    """Collects what is wrong in a table; rows count from 1, the heading not counted. `called` gives, for a column of ours, its
    name in the table of another system.
    """

    called: Mapping[str, str] = field(default_factory=dict)
    found: list[Problem] = field(default_factory=list)

    def add(self, row: int, column: str, message: Text, *, expected: object = None, given: object = None) -> None:
        """Name a problem of one cell."""
        column = self.called.get(column, column)
        place = Text(f"baris {row}, kolom {column}: {message.id}", f"row {row}, column {column}: {message.en}")
        self.found.append(
            Problem(code="cell", message=place, pointer=f"/rows/{row}/{column}", expected=expected, given=given)
        )

    def check(self) -> None:
        """Raises InvalidInput with all problems by row (the first 200 of them), when there are any."""
        if self.found:
            by_row = sorted(self.found, key=lambda problem: int(problem.pointer.split("/")[2]))
            raise InvalidInput(*by_row[:_MAX_PROBLEMS])


def read_table(content: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8, or an XLSX file, with a heading.

    Raises InvalidInput for what can't be read, and columns missing or unknown.
    """
    return read_columns(content, required, optional).rows


def read_columns(content: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """As `read_table`, with the rows' numbers."""
    heading, table = _parsed(content)
    known = [*required, *optional]
    problems = [_column("column_missing", name, known, heading) for name in required if name not in heading]
    problems += [_column("column_unknown", name, known, name) for name in heading if name not in known]
    problems += [_column("column_twice", name, known, heading) for name in known if heading.count(name) > 1]
    if problems:
        raise InvalidInput(*problems)
    return Table(_checked(heading, table, known), {}, table.numbers)


def as_table(content: bytes | Table, table: ImportTable) -> Table:
    """A file with our own columns, read, or what a mapping has read already. Raises InvalidInput as `read_table`."""
    if isinstance(content, Table):
        return content
    return read_columns(content, table.required, table.optional)


def read_mapped(content: bytes, mapping: ImportMapping) -> Table:
    """The rows of another system's CSV or XLSX file, as a program's mapping reads them; columns that it doesn't name stay unread.

    Raises InvalidInput as `read_table`, and for every cell that the mapping can't convert. What a conversion raises beside
    ValueError goes through.
    """
    heading, table = _parsed(content)
    theirs = list(mapping.columns)
    problems = [_column("column_missing", name, theirs, heading) for name in theirs if name not in heading]
    problems += [_column("column_twice", name, theirs, heading) for name in theirs if heading.count(name) > 1]
    if problems:
        raise InvalidInput(*problems)
    called = {ours: name for name, ours in mapping.columns.items()}
    collected = Problems(called)
    made: list[dict[str, str]] = []
    for number, row in zip(table.numbers, _checked(heading, table, theirs), strict=True):
        ours = dict(mapping.constants)
        for name, column in mapping.columns.items():
            convert = mapping.convert.get(column)
            try:
                ours[column] = row[name] if convert is None else _text(convert(row[name]))
            except ValueError as error:
                collected.add(number, column, _said(error), given=row[name])
        made.append(ours)
    collected.check()
    return Table(made, called, table.numbers)


def _parsed(content: bytes) -> tuple[list[str], Table]:
    if len(content) > _MAX_BYTES:
        raise invalid(
            "too_large",
            Text("berkas lebih besar dari 20 MB", "the file is larger than 20 MB"),
            "/file",
            _MAX_BYTES,
            len(content),
        )
    if is_workbook(content):
        heading, found = read_sheet(content)
        cells = [_by_heading(heading, row.cells) for row in found]
        return heading, Table(cells, {}, [row.number for row in found])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise invalid(
            "encoding",
            Text(
                f"berkas bukan UTF-8 (byte ke-{error.start}); simpan ulang sebagai CSV UTF-8",
                f"the file isn't UTF-8 (byte {error.start}); save it again as CSV UTF-8",
            ),
            "/file",
            "UTF-8",
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        heading = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = heading
        rows = list(reader)
    except csv.Error as error:
        raise invalid(
            "csv",
            Text(
                f"CSV tidak terbaca pada baris {reader.reader.line_num}: {error}",
                f"the CSV can't be read at line {reader.reader.line_num}: {error}",
            ),
            "/file",
        ) from error
    return heading, Table(rows, {}, range(1, len(rows) + 1))


def _by_heading(heading: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """A sheet's row by column; under no heading there is nothing but what is too much."""
    row = dict.fromkeys(heading, "") | dict(zip(heading, cells, strict=False))
    beyond = "".join(cells[len(heading) :])
    return row | {"": beyond} if beyond else row


_COLUMN = {
    "column_missing": Text("kolom {name} tidak ada", "column {name} is missing"),
    "column_unknown": Text("kolom {name} tidak dikenal", "column {name} isn't known"),
    "column_twice": Text("kolom {name} muncul dua kali", "column {name} stands twice"),
}


def _column(code: str, name: str, known: Sequence[str], given: object) -> Problem:
    return Problem(
        code=code, message=_COLUMN[code].filled(name=name), pointer="/rows/0", expected=list(known), given=given
    )


def _checked(heading: Sequence[str], table: Table, read: Sequence[str]) -> list[dict[str, str]]:
    """The rows without white space around the cells; the columns to `read` hold text of a sane length."""
    collected = Problems()
    for number, row in table.numbered():
        if row.get("") or None in row.values():
            message = Text(f"baris harus berisi {len(heading)} kolom", f"the row must have {len(heading)} columns")
            collected.add(number, "*", message, expected=len(heading))
            continue
        for name in read:
            value = row.get(name, "")
            if len(value.strip()) > _MAX_CELL or "\0" in value:
                message = Text(
                    f"paling banyak {_MAX_CELL} karakter, tanpa karakter NUL",
                    f"at most {_MAX_CELL} characters, and none of them NUL",
                )
                collected.add(number, name, message, expected={"maxLength": _MAX_CELL}, given=len(value))
            elif is_error(value):
                message = Text(f"sel menunjukkan kesalahan {value}", f"the cell shows the error {value}")
                collected.add(number, name, message, given=value)
    collected.check()
    return [{name: (value or "").strip() for name, value in row.items()} for row in table.rows]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a conversion must return text, it returned {value!r}")
    return value.strip()


def _said(error: ValueError) -> Text:
    said = error.args[0] if error.args else None
    if isinstance(said, Text):
        return said
    words = str(error).strip() or "tidak terbaca"
    return Text(words, words)


def cell(problems: Problems, row: int, column: str, value: str, parse: Callable[[str], Any], expected: str) -> Any:
    """One cell, parsed; None and a problem when `parse` raises ValueError."""
    try:
        return parse(value)
    except ValueError:
        problems.add(
            row,
            column,
            Text(f"harus {expected}, diberikan {value!r}", f"must be {expected}, given {value!r}"),
            expected=expected,
            given=value,
        )
        return None


def yes_or_no(value: str) -> bool:
    """`true`/`false`, `ya`/`tidak`, `1`/`0`, or empty for false. Raises ValueError for anything else."""
    known: Mapping[str, bool] = {
        "true": True,
        "ya": True,
        "1": True,
        "false": False,
        "tidak": False,
        "0": False,
        "": False,
    }
    try:
        return known[value.lower()]
    except KeyError as error:
        raise ValueError(value) from error


def whole(value: str, most: int = _MAX_WHOLE) -> int:
    """A whole number from zero to `most`. Raises ValueError for anything else."""
    if not value.isascii() or not value.isdigit() or len(value) > len(str(most)) or int(value) > most:
        raise ValueError(value)
    return int(value)
