"""Tables that people bring: CSV read into rows, with every error named by row and column at once."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ksbb.domain.errors import InvalidInput, Problem, invalid
from ksbb.domain.text import Text
from ksbb.program import ImportMapping, ImportTable

_MAX_PROBLEMS = 200
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
class Table:
    """Rows in our columns, read from another system's table; `called` gives its name for each of our columns that it has."""

    rows: list[dict[str, str]]
    called: Mapping[str, str]


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
        """Raises InvalidInput with all problems (the first 200 of them), when there are any."""
        if self.found:
            raise InvalidInput(*self.found[:_MAX_PROBLEMS])


def read_table(content: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 with a heading. Raises InvalidInput for another encoding, or columns missing or unknown."""
    heading, rows = _parsed(content)
    known = [*required, *optional]
    problems = [_column("column_missing", name, known, heading) for name in required if name not in heading]
    problems += [_column("column_unknown", name, known, name) for name in heading if name not in known]
    problems += [_column("column_twice", name, known, heading) for name in known if heading.count(name) > 1]
    if problems:
        raise InvalidInput(*problems)
    return _checked(heading, rows, known)


def as_table(content: bytes | Table, table: ImportTable) -> Table:
    """A file with our own columns, read, or what a mapping has read already. Raises InvalidInput as `read_table`."""
    if isinstance(content, Table):
        return content
    return Table(read_table(content, table.required, table.optional), {})


def read_mapped(content: bytes, mapping: ImportMapping) -> Table:
    """The rows of another system's CSV file, as a program's mapping reads them; columns that it doesn't name stay unread.

    Raises InvalidInput as `read_table`, and for every cell that the mapping can't convert. What a conversion raises beside
    ValueError goes through.
    """
    heading, rows = _parsed(content)
    theirs = list(mapping.columns)
    problems = [_column("column_missing", name, theirs, heading) for name in theirs if name not in heading]
    problems += [_column("column_twice", name, theirs, heading) for name in theirs if heading.count(name) > 1]
    if problems:
        raise InvalidInput(*problems)
    called = {ours: name for name, ours in mapping.columns.items()}
    collected = Problems(called)
    made: list[dict[str, str]] = []
    for number, row in enumerate(_checked(heading, rows, theirs), start=1):
        ours = dict(mapping.constants)
        for name, column in mapping.columns.items():
            convert = mapping.convert.get(column)
            try:
                ours[column] = row[name] if convert is None else _text(convert(row[name]))
            except ValueError as error:
                collected.add(number, column, _said(error), given=row[name])
        made.append(ours)
    collected.check()
    return Table(made, called)


def _parsed(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    if len(content) > _MAX_BYTES:
        raise invalid(
            "too_large",
            Text("berkas lebih besar dari 20 MB", "the file is larger than 20 MB"),
            "/file",
            _MAX_BYTES,
            len(content),
        )
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
        return heading, list(reader)
    except csv.Error as error:
        raise invalid(
            "csv",
            Text(
                f"CSV tidak terbaca pada baris {reader.reader.line_num}: {error}",
                f"the CSV can't be read at line {reader.reader.line_num}: {error}",
            ),
            "/file",
        ) from error


_COLUMN = {
    "column_missing": Text("kolom {name} tidak ada", "column {name} is missing"),
    "column_unknown": Text("kolom {name} tidak dikenal", "column {name} isn't known"),
    "column_twice": Text("kolom {name} muncul dua kali", "column {name} stands twice"),
}


def _column(code: str, name: str, known: Sequence[str], given: object) -> Problem:
    return Problem(
        code=code, message=_COLUMN[code].filled(name=name), pointer="/rows/0", expected=list(known), given=given
    )


def _checked(heading: Sequence[str], rows: Sequence[dict[str, str]], read: Sequence[str]) -> list[dict[str, str]]:
    """The rows without white space around the cells; the columns to `read` hold text of a sane length."""
    collected = Problems()
    for number, row in enumerate(rows, start=1):
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
    collected.check()
    return [{name: (value or "").strip() for name, value in row.items()} for row in rows]


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
