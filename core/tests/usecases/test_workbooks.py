"""Workbooks that people bring: told by their content, read as they look, refused where that isn't clear."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from ksbb.domain.errors import InvalidInput
from ksbb.testing import World
from ksbb.usecases import needs, targets
from ksbb.usecases.csv_import import DryRun, Imported, RowChange, read_table

HEADING = ("code", "name")
NEEDS = ("target_code", "program_id", "aid_type", "quantity", "source", "as_of", "tier", "period")


def book_of(*rows: Sequence[Any], merge: str = "", hidden_first: bool = False) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    if hidden_first:
        sheet.append(["not", "this"])
        sheet.sheet_state = "hidden"
        sheet = book.create_sheet("data")
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def changed_part(content: bytes, name: str, change: Any) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = source.read(part)
            target.writestr(part.filename, change(data) if part.filename == name else data)
    return written.getvalue()


def refused(content: bytes) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_table(content, HEADING)
    return [(one.code, one.pointer, one.message.en) for one in caught.value.problems]


@pytest.mark.parametrize("hidden_first", [False, True])
def test_cells_are_read_as_they_look(*, hidden_first: bool) -> None:
    content = book_of(
        HEADING,
        (12.0, "  text "),
        (7, True),
        (0.5, date(2026, 8, 1)),
        (1e20, datetime(2026, 8, 1, 13, 30)),  # noqa: DTZ001 - a sheet knows no zones
        (None, "only a name"),
        hidden_first=hidden_first,
    )
    assert read_table(content, HEADING) == [
        {"code": "12", "name": "text"},
        {"code": "7", "name": "true"},
        {"code": "0.5", "name": "2026-08-01"},
        {"code": "1e+20", "name": "2026-08-01T13:30:00"},
        {"code": "", "name": "only a name"},
    ]


async def test_needs_from_a_workbook_with_the_sheets_own_rows(world: World) -> None:
    one = world.targets["pangan"][0]
    row = (one.code, "pangan", "staple_food", 40.0, "Pendataan", date(2026, 8, 1), "high", date(2027, 1, 1))
    content = book_of(NEEDS, row, (), (*row[:3], "many", *row[4:6], "huge", "soon"))
    with pytest.raises(InvalidInput) as caught:
        await world.act(world.secretariat, needs.import_needs, content)
    assert [problem.message.en for problem in caught.value.problems] == [
        "row 3, column quantity: must be 0, 1, 2 …, given 'many'",
        "row 3, column period: must be 2026, 2026-11, 2026-W48, given 'soon'",
        "row 3, column tier: must be normal, vulnerable, high, extreme, given 'huge'",
    ]
    now = (*row[:7], "2026-08")
    assert await world.act(world.secretariat, needs.import_needs, book_of(NEEDS, (), now)) == Imported(0, 1, 0)
    assert await world.act(world.secretariat, needs.import_needs, book_of(NEEDS, now)) == Imported(0, 0, 1)


async def test_a_dry_run_of_targets_tells_the_rows_and_stores_nothing(world: World) -> None:
    one = world.targets["pangan"][0]
    heading = ("code", "kind", "name", "area_code", "households", "synthetic")
    content = book_of(
        heading,
        (one.code, "rw", one.name, one.area_code, 260, "ya"),
        ("PANTI-01", "orphanage", "Panti", one.area_code, None, "ya"),
    )
    told = await world.act(world.secretariat, targets.import_targets, content, dry_run=True)
    fresh = {
        "kind": "orphanage",
        "name": "Panti",
        "area_code": one.area_code,
        "households": None,
        "contact_office": "",
        "ziswaf_entitled": False,
        "synthetic": True,
    }
    assert told == DryRun(
        1,
        1,
        0,
        (
            RowChange(1, one.code, new=False, before={"households": 250}, after={"households": 260}),
            RowChange(2, "PANTI-01", new=True, before={}, after=fresh),
        ),
    )
    assert await world.act(world.secretariat, targets.import_targets, content, dry_run=True) == told
    assert await world.act(world.secretariat, targets.import_targets, content) == Imported(1, 1, 0)


def test_what_a_sheet_only_shows_is_refused() -> None:
    assert refused(book_of(HEADING, ("a", "A"), ("b", "B"), merge="B2:B3")) == [
        ("cells_merged", "/file", "cells are merged (B2:B3); unmerge them and fill each one")
    ]
    assert refused(book_of(HEADING, ("a", "=1+1"))) == [
        (
            "formula_without_value",
            "/file",
            "formulas without a result (B2); open and save it with Excel, or paste them as values",
        )
    ]


def test_of_a_formula_its_result_is_read() -> None:
    content = changed_part(
        book_of(HEADING, ("a", "=1+1")), "xl/worksheets/sheet1.xml", lambda data: data.replace(b"<v />", b"<v>2</v>")
    )
    assert read_table(content, HEADING) == [{"code": "a", "name": "2"}]


def test_errors_and_cells_beside_the_table_are_named_by_row() -> None:
    assert refused(book_of(HEADING, ("a", "#REF!"), (), ("b", "B", "more"))) == [
        ("cell", "/rows/1/name", "row 1, column name: the cell shows the error #REF!"),
        ("cell", "/rows/3/*", "row 3, column *: the row must have 2 columns"),
    ]


def test_columns_are_checked_as_in_csv() -> None:
    assert refused(book_of(("code", "colour"))) == [
        ("column_missing", "/rows/0", "column name is missing"),
        ("column_unknown", "/rows/0", "column colour isn't known"),
    ]


def test_a_workbook_that_unpacks_to_too_much() -> None:
    bomb = changed_part(
        book_of(HEADING, ("a", "A")), "xl/worksheets/sheet1.xml", lambda data: data + b" " * (49 * 1024 * 1024)
    )
    assert len(bomb) < 100_000
    assert refused(bomb) == [
        ("workbook_too_large", "/file", "the workbook unpacks to more than 48 MB; save it as CSV UTF-8")
    ]


def test_a_sheet_that_claims_to_be_endless() -> None:
    far = changed_part(
        book_of(HEADING, ("a", "A")),
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b'<row r="2"', b'<row r="999999999999"').replace(b'"A2"', b'"A9"'),
    )
    assert read_table(far, HEADING) == []
    low = changed_part(
        book_of(HEADING, ("a", "A")),
        "xl/worksheets/sheet1.xml",
        lambda data: (
            data.replace(b'<row r="2"', b'<row r="100002"')
            .replace(b'"A2"', b'"A100002"')
            .replace(b'"B2"', b'"B100002"')
        ),
    )
    assert [code for code, _, _ in refused(low)] == ["too_many_rows"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and then nothing",
        changed_part(book_of(HEADING), "xl/workbook.xml", lambda data: data[:40]),
        changed_part(book_of(HEADING, ("a", "A")), "xl/worksheets/sheet1.xml", lambda data: data[:-40]),
    ],
    ids=["no-zip", "cut-book", "cut-sheet"],
)
def test_a_damaged_workbook(content: bytes) -> None:
    ((code, pointer, message),) = refused(content)
    assert (code, pointer) == ("workbook", "/file")
    assert message.startswith("the file is no Excel workbook (.xlsx) that can be read: ")


def test_other_packed_files_and_old_workbooks() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert [code for code, _, _ in refused(written.getvalue())] == ["workbook"]
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == [
        (
            "workbook_old",
            "/file",
            "an old Excel file (.xls) or one with a password; save it as .xlsx without a password, or as CSV UTF-8",
        )
    ]


def test_entities_that_multiply_are_refused() -> None:
    lines = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = changed_part(
        book_of(HEADING, ("a", "A")),
        "xl/worksheets/sheet1.xml",
        lambda data: b'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">' + lines + b"]>" + data.replace(b"<v>", b"<v>&a9;", 1),
    )
    assert refused(bomb) == [("workbook", "/file", "the file is no Excel workbook (.xlsx) that can be read: <!DOCTYPE")]
