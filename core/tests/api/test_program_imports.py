"""Tables of other systems, read by programs' mappings: told by their rows and their columns."""

from typing import Any

import pytest
from sqlalchemy import select

from ksbb.program import ImportMapping, ImportTable, Text
from ksbb.programs import ProgramHost
from ksbb.storage import tables
from ksbb.testing import World

SCHOOLS = """No,NPSN,Nama Sekolah,Alamat,Kode Kelurahan,Jumlah Siswa
1,20100001,SDN Contoh 01,"Jalan Contoh, Gang Dua",3171061002,420
2,'20100002,SMPN Contoh 2,,31.71.06.1003,610
"""
NEEDS = """NPSN,Nama Sekolah,Siswa Tanpa Gawai,Guru Non-PNS Tanpa Komputer,Tanggal Data
20100001,SDN Contoh 01,35,2,1/8/2026
20100002,SMPN Contoh 2,60,0,01-08-2026
"""
NAME = Text("Contoh", "Example")


async def send(api: Any, actor: Any, table: str, content: str, mapping: str | None, **more: Any) -> Any:
    params = {} if mapping is None else {"mapping": mapping}
    files = {"file": ("sekolah.csv", content.encode(), "text/csv")}
    return await api.send(actor, "POST", f"/{table}/import", params=params, files=files, **more)


async def rows(world: World, table: Any) -> list[dict[str, Any]]:
    async with world.platform.database.read() as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


async def test_a_list_of_schools_and_what_they_need(world: World, api: Any) -> None:
    made = await send(api, world.secretariat, "targets", SCHOOLS, "pendidikan.school_list")
    assert (made.status_code, made.json()) == (200, {"new": 2, "changed": 0, "unchanged": 0})
    stored = {row["code"]: row for row in await rows(world, tables.targets)}
    assert {
        code: (stored[code]["kind"], stored[code]["name"], stored[code]["area_code"], stored[code]["synthetic"])
        for code in ("NPSN-20100001", "NPSN-20100002")
    } == {
        "NPSN-20100001": ("school", "SDN Contoh 01", "31.71.06.1002", False),
        "NPSN-20100002": ("school", "SMPN Contoh 2", "31.71.06.1003", False),
    }
    again = await send(api, world.secretariat, "targets", SCHOOLS, "pendidikan.school_list")
    assert again.json() == {"new": 0, "changed": 0, "unchanged": 2}
    for mapping in ("pendidikan.student_device_needs", "pendidikan.teacher_computer_needs"):
        made = await send(api, world.secretariat, "needs", NEEDS, mapping)
        assert (made.status_code, made.json()["new"]) == (200, 2), made.text
    ids = {stored[code]["id"]: code for code in ("NPSN-20100001", "NPSN-20100002")}
    needs = {
        (ids[row["target_id"]], row["aid_type"]): (row["quantity"], row["source"], row["as_of"].isoformat())
        for row in await rows(world, tables.needs)
        if row["target_id"] in ids
    }
    assert needs == {
        ("NPSN-20100001", "student_device"): (35, "ekspor daftar sekolah", "2026-08-01"),
        ("NPSN-20100002", "student_device"): (60, "ekspor daftar sekolah", "2026-08-01"),
        ("NPSN-20100001", "teacher_computer"): (2, "ekspor daftar sekolah", "2026-08-01"),
        ("NPSN-20100002", "teacher_computer"): (0, "ekspor daftar sekolah", "2026-08-01"),
    }


async def test_wrong_cells_are_told_by_their_own_rows_and_columns(world: World, api: Any) -> None:
    content = SCHOOLS.replace("20100001", "2010001").replace("31.71.06.1003", "Pegangsaan")
    answer = await send(api, world.secretariat, "targets", content, "pendidikan.school_list")
    assert answer.status_code == 422
    assert [(one["pointer"], one["message"], one["given"]) for one in answer.json()["errors"]] == [
        ("/rows/1/NPSN", "row 1, column NPSN: an NPSN has 8 digits, given '2010001'", "2010001"),
        (
            "/rows/2/Kode Kelurahan",
            "row 2, column Kode Kelurahan: a sub-district's code (Kemendagri) is like 31.71.06.1002 / 3171061002, given "
            "'Pegangsaan'",
            "Pegangsaan",
        ),
    ]
    content = SCHOOLS.replace("SDN Contoh 01", " ").replace("31.71.06.1003", "99.99.99.9999")
    answer = await send(api, world.secretariat, "targets", content, "pendidikan.school_list")
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == [
        ("/rows/1/Nama Sekolah", "row 1, column Nama Sekolah: is required"),
        ("/rows/2/Kode Kelurahan", "row 2, column Kode Kelurahan: isn't a known sub-district code"),
    ]
    answer = await send(api, world.secretariat, "needs", NEEDS, "pendidikan.student_device_needs")
    assert [(one["pointer"], one["message"]) for one in answer.json()["errors"]] == [
        (f"/rows/{number}/NPSN", f"row {number}, column NPSN: the target isn't known") for number in (1, 2)
    ]


async def test_columns_that_are_missing_are_theirs(world: World, api: Any) -> None:
    content = SCHOOLS.replace("NPSN", "Nomor").replace("No,", "Nama Sekolah,")
    answer = await send(api, world.secretariat, "targets", content, "pendidikan.school_list")
    assert [(one["code"], one["message"], one["expected"]) for one in answer.json()["errors"]] == [
        (code, f"column {name}", ["NPSN", "Nama Sekolah", "Kode Kelurahan"])
        for code, name in (("column_missing", "NPSN is missing"), ("column_twice", "Nama Sekolah stands twice"))
    ]


@pytest.mark.parametrize("mapping", ["pendidikan.student_device_needs", "pendidikan", "nothing.at_all", "pendidikan."])
async def test_an_unknown_mapping_names_the_known_ones(world: World, api: Any, mapping: str) -> None:
    answer = await send(api, world.secretariat, "targets", SCHOOLS, mapping)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "code": "mapping_unknown",
            "pointer": "/query/mapping",
            "message": f"the mapping {mapping} isn't known; for this import there are: pendidikan.school_list",
            "expected": ["pendidikan.school_list"],
            "given": mapping,
        }
    ]


async def test_who_may_not_import_converts_nothing(world: World, api: Any) -> None:
    for actor, status in ((None, 401), (world.collaborator, 403)):
        answer = await send(api, actor, "targets", "rubbish", "pendidikan.school_list")
        assert answer.status_code == status


async def test_a_repetition_is_told_the_same(world: World, api: Any) -> None:
    first = await send(api, world.secretariat, "targets", SCHOOLS, "pendidikan.school_list", key="schools-1")
    again = await send(api, world.secretariat, "targets", SCHOOLS, "pendidikan.school_list", key="schools-1")
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")


async def test_a_conversion_that_fails_is_its_programs_failure(
    world: World, api: Any, programs: ProgramHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def divide(_: str) -> str:
        raise ZeroDivisionError("division by zero")

    mapping = ImportMapping(
        id="broken",
        title=NAME,
        source="a test",
        table=ImportTable.TARGETS,
        columns={"a": "code", "b": "name", "c": "area_code"},
        constants={"kind": "school"},
        convert={"code": divide},
    )
    program = programs.require("pendidikan").program
    with monkeypatch.context() as patch:
        patch.setattr(type(program), "import_mappings", (mapping,))
        answer = await send(api, world.secretariat, "targets", "a,b,c\n1,2,3\n", "pendidikan.broken")
    assert answer.status_code == 502
    assert answer.json()["detail"] == (
        "program pendidikan (import mapping broken) failed; the service's log says why, name the X-Request-Id when you "
        "report it"
    )


async def test_mappings_stand_on_their_programs_page(api: Any) -> None:
    mappings = (await api.get(None, "/programs/pendidikan")).json()["brings"]["import_mappings"]
    assert [one["id"] for one in mappings] == [
        "pendidikan.school_list",
        "pendidikan.student_device_needs",
        "pendidikan.teacher_computer_needs",
    ]
    assert mappings[0] == {
        "id": "pendidikan.school_list",
        "title": {"id": "Daftar sekolah", "en": "List of schools"},
        "source": "ekspor daftar sekolah",
        "table": "targets",
        "columns": {"NPSN": "code", "Nama Sekolah": "name", "Kode Kelurahan": "area_code"},
        "constants": {"kind": "school"},
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "X"}, "import mapping 'X': id must match ^[a-z][a-z0-9_]{1,39}$"),
        (
            {"constants": {"kind": "school", "colour": "red"}},
            "import mapping 'x1': targets have no columns ['colour']; they have ['code', 'kind', 'name', 'area_code', "
            "'households', 'contact_office', 'ziswaf_entitled', 'synthetic']",
        ),
        ({"constants": {"kind": "school", "code": "1"}}, "import mapping 'x1': the columns ['code'] are given twice"),
        ({"constants": {}}, "import mapping 'x1': nothing gives the columns ['kind'], which targets need"),
        ({"convert": {"kind": str}}, "import mapping 'x1': converts ['kind'], which no column gives"),
    ],
)
def test_a_mapping_is_checked_when_it_is_made(changes: dict[str, Any], said: str) -> None:
    given: dict[str, Any] = {
        "id": "x1",
        "title": NAME,
        "source": "a test",
        "table": ImportTable.TARGETS,
        "columns": {"a": "code", "b": "name", "c": "area_code"},
        "constants": {"kind": "school"},
    }
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        ImportMapping(**{**given, **changes})
    assert str(caught.value) == said
