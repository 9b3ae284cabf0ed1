"""Workbooks that people bring: the first visible sheet of an XLSX file as rows of text."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any

from ksbb.domain.errors import InvalidInput, Problem, invalid
from ksbb.domain.text import Text

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

_MAX_UNPACKED = 48 * 1024 * 1024
_MAX_PARTS = 500
_MAX_ROWS = 100_000
_MAX_COLUMNS = 100
_SHEET_ROWS = 1_048_576
"""Rows of a sheet in Excel; a file that claims more isn't read further."""
_MOST_NAMED = 5
_READ = re.compile(
    r"^(\[Content_Types\]\.xml|_rels/\.rels|xl/(_rels/)?workbook\.xml(\.rels)?|xl/(sharedStrings|styles)\.xml|xl/worksheets/[^/]+\.xml)$"
)
"""The parts of a workbook that values are read from; pictures, charts, macros and links to elsewhere stay unread."""
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:]{1,20})\"")
_UNCALCULATED = re.compile(
    rb"<c\s[^>]*?r=\"([A-Z0-9]{1,12})\"[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_EXACT = 10**15
"""Below it a spreadsheet's numbers are exact."""
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that isn't empty; `number` counts from 1 below the heading, so that row 1 is the sheet's row 2."""

    number: int
    cells: list[str]


def is_workbook(content: bytes) -> bool:
    """Whether a file is packed as workbooks are, by its content; old Excel files and locked ones too."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))


def read_sheet(content: bytes) -> tuple[list[str], list[SheetRow]]:
    """The heading and the rows of the first visible sheet: numbers without `.0`, days as YYYY-MM-DD, of formulas what they gave.

    Raises InvalidInput for what is no workbook or unpacks to too much, for merged cells, and formulas without a value.
    """
    packed = _unpacked(content)
    heading: list[str] = []
    rows: list[SheetRow] = []
    for number, cells in _rows_of(packed):
        if number == 0:
            heading = cells
        elif any(cells):
            if number > _MAX_ROWS:
                raise invalid(
                    "too_many_rows",
                    Text(
                        f"lembar berisi lebih dari {_MAX_ROWS} baris; bagi menjadi beberapa berkas",
                        f"the sheet has more than {_MAX_ROWS} rows; divide it into several files",
                    ),
                    "/file",
                    _MAX_ROWS,
                )
            rows.append(SheetRow(number, cells))
    while heading and not heading[-1]:
        heading.pop()
    return heading, rows


def _unpacked(content: bytes) -> io.BytesIO:
    """The parts that are read, packed anew without compression: what comes after can't unpack to more than was counted here."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise invalid(
            "workbook_old",
            Text(
                "berkas Excel lama (.xls) atau berkata sandi; simpan sebagai .xlsx tanpa kata sandi, atau CSV UTF-8",
                "an old Excel file (.xls) or one with a password; save it as .xlsx without a password, or as CSV UTF-8",
            ),
            "/file",
            ".xlsx",
        )
    packed = io.BytesIO()
    left = _MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w") as target:
            parts = [part for part in source.infolist() if _READ.match(part.filename)]
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise _not_readable("xl/workbook.xml?")
            for part in parts[:_MAX_PARTS]:
                with source.open(part) as file:
                    data = file.read(left + 1)
                left -= len(data)
                if left < 0:
                    raise invalid(
                        "workbook_too_large",
                        Text(
                            f"berkas Excel ini lebih dari {_MAX_UNPACKED >> 20} MB setelah dibuka; simpan sebagai CSV UTF-8",
                            f"the workbook unpacks to more than {_MAX_UNPACKED >> 20} MB; save it as CSV UTF-8",
                        ),
                        "/file",
                        _MAX_UNPACKED,
                    )
                if b"<!DOCTYPE" in data:
                    raise _not_readable("<!DOCTYPE")
                target.writestr(part.filename, data)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _not_readable(str(error)) from error
    packed.seek(0)
    return packed


def _rows_of(packed: io.BytesIO) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first visible sheet that have cells, each with its number; the heading is 0."""
    import openpyxl  # noqa: PLC0415 - only workbooks need it

    try:
        book = openpyxl.load_workbook(packed, read_only=True, data_only=True, keep_links=False)
        sheet = next(one for one in book.worksheets if one.sheet_state == "visible")
        _refuse_unclear(packed, sheet)
        sheet.reset_dimensions()  # what a file says of its size isn't always so
        for number, row in enumerate(islice(sheet.iter_rows(values_only=True), _SHEET_ROWS)):
            if row:
                yield number, [_text(value) for value in row[:_MAX_COLUMNS]]
    except InvalidInput:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part leads to
        raise _not_readable(f"{type(error).__name__}: {error}") from error


def _refuse_unclear(packed: io.BytesIO, sheet: "ReadOnlyWorksheet") -> None:
    """Raises InvalidInput where the sheet shows a value that its cells don't have."""
    with zipfile.ZipFile(packed) as parts:
        raw = parts.read(sheet._worksheet_path)  # type: ignore[attr-defined]  # noqa: SLF001 - openpyxl names it nowhere else
    merged, uncalculated = _MERGED.findall(raw), _UNCALCULATED.findall(raw)
    problems = []
    if merged:
        places = _named(merged)
        problems.append(
            Problem(
                code="cells_merged",
                message=Text(
                    f"sel digabung ({places}); batalkan penggabungan dan isi setiap sel",
                    f"cells are merged ({places}); unmerge them and fill each one",
                ),
                pointer="/file",
            )
        )
    if uncalculated:
        places = _named(uncalculated)
        problems.append(
            Problem(
                code="formula_without_value",
                message=Text(
                    f"rumus tanpa hasil ({places}); buka dan simpan dengan Excel, atau tempel sebagai nilai",
                    f"formulas without a result ({places}); open and save it with Excel, or paste them as values",
                ),
                pointer="/file",
            )
        )
    if problems:
        raise InvalidInput(*problems)


def _named(places: Sequence[bytes]) -> str:
    named = ", ".join(place.decode() for place in places[:_MOST_NAMED])
    return named if len(places) <= _MOST_NAMED else f"{named}, …"


def _text(value: Any) -> str:
    """A cell as a person would write it into CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value).strip()


def is_error(value: str) -> bool:
    """Whether a cell shows an error of Excel's, such as #REF!."""
    return value in _ERRORS


def _not_readable(why: str) -> InvalidInput:
    return invalid(
        "workbook",
        Text(
            f"berkas ini bukan buku kerja Excel (.xlsx) yang terbaca: {why}",
            f"the file is no Excel workbook (.xlsx) that can be read: {why}",
        ),
        "/file",
        ".xlsx",
    )
