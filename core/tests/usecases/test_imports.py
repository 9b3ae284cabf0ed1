"""Tables that people bring: every wrong cell is named at once, nothing is half stored, and a second time changes nothing."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, select

from ksbb.domain.errors import Forbidden, InvalidInput, Problem
from ksbb.storage import tables
from ksbb.testing import Step, World
from ksbb.testing.databases import SETUP
from ksbb.testing.world import SUBDISTRICT
from ksbb.usecases import areas, needs, targets
from ksbb.usecases.csv_import import Imported, read_table
from ksbb.usecases.desk import Desk

TARGETS = "code,kind,name,area_code,households,contact_office,ziswaf_entitled,synthetic"
NEEDS = "target_code,program_id,aid_type,quantity,source,as_of"
OTHER = "31.71.06.1003"
Import = Callable[[Desk, bytes], Awaitable[Imported]]


def table_of(heading: str, *rows: str) -> bytes:
    return "\n".join([heading, *rows]).encode()


async def problems_of(world: World, act: Import, content: bytes) -> list[tuple[str, str, str]]:
    """What an import is refused for; it must leave every table as it was."""
    before = [await rows_of(world, table) for table in (tables.targets, tables.needs, tables.coverage, tables.events)]
    with pytest.raises(InvalidInput) as caught:
        await world.act(world.secretariat, act, content)
    after = [await rows_of(world, table) for table in (tables.targets, tables.needs, tables.coverage, tables.events)]
    assert after == before
    return [(problem.code, problem.pointer, problem.message.en) for problem in caught.value.problems]


async def rows_of(world: World, table: Table) -> list[dict[str, Any]]:
    async with world.platform.database.read() as connection:
        found = await connection.execute(select(table).order_by(*table.primary_key))
        return [dict(row) for row in found.mappings()]


async def test_targets_are_new_then_changed_then_the_same(world: World) -> None:
    first = table_of(
        TARGETS,
        f"{SUBDISTRICT}-RW101,rw,RW 101,{SUBDISTRICT},120,021-555,ya,",
        f'PANTI-01,orphanage,"Panti ""Kasih"",\nPegangsaan",{SUBDISTRICT},,,,true',
    )
    assert await world.act(world.secretariat, targets.import_targets, first) == Imported(2, 0, 0)
    stored = {row["code"]: row for row in await rows_of(world, tables.targets)}
    rw, home = stored[f"{SUBDISTRICT}-RW101"], stored["PANTI-01"]
    assert (rw["kind"], rw["households"], rw["contact_office"], rw["ziswaf_entitled"], rw["synthetic"]) == (
        "rw",
        120,
        "021-555",
        True,
        False,
    )
    assert (home["name"], home["households"], home["synthetic"], home["version"]) == (
        'Panti "Kasih",\nPegangsaan',
        None,
        True,
        1,
    )
    assert await world.act(world.secretariat, targets.import_targets, first) == Imported(0, 0, 2)
    changed = first.replace(b",120,", b",130,") + f"\nPANTI-02,orphanage,Panti Dua,{OTHER},,,,".encode()
    assert await world.act(world.secretariat, targets.import_targets, changed) == Imported(1, 1, 1)
    again = {row["code"]: row for row in await rows_of(world, tables.targets)}
    assert again[rw["code"]] == rw | {"households": 130, "version": 2}
    assert again["PANTI-01"] == home
    kinds = Counter(row["kind"] for row in await rows_of(world, tables.events) if row["stream"] == f"target:{rw['id']}")
    assert kinds == {"target_registered": 1, "target_changed": 1}


async def test_every_wrong_cell_of_targets_is_named(world: World) -> None:
    content = table_of(
        TARGETS,
        f"{SUBDISTRICT}-RW101,rw,RW 101,{SUBDISTRICT},120,,ya,",
        f"{SUBDISTRICT}-RW1,rw,,{SUBDISTRICT},-5,,mungkin,",
        "PANTI-01,castle,Panti,31.71.06,,,,",
        f"{SUBDISTRICT}-RW101,rw,RW 101,{SUBDISTRICT},9999999,,,",
        f"{SUBDISTRICT}-RW101,rw,{'x' * 200},{SUBDISTRICT},1,,,",
    )
    assert await problems_of(world, targets.import_targets, content) == [
        ("cell", "/rows/2/households", "row 2, column households: must be 0, 1, 2 …, given '-5'"),
        ("cell", "/rows/2/ziswaf_entitled", "row 2, column ziswaf_entitled: must be true / false, given 'mungkin'"),
        ("cell", "/rows/2/name", "row 2, column name: is required"),
        ("cell", "/rows/2/code", f"row 2, column code: must be like {SUBDISTRICT}-RW001"),
        (
            "cell",
            "/rows/3/kind",
            "row 3, column kind: must be rw, orphanage, nursing_home, boarding_school, disability_home, school, "
            "enterprise, market_location, job_seeker_group, training_centre, waste_bank, dwelling_group, studio, "
            "community_garden, given 'castle'",
        ),
        ("cell", "/rows/3/area_code", "row 3, column area_code: isn't a known sub-district code"),
        ("cell", "/rows/4/households", "row 4, column households: must be 0, 1, 2 …, given '9999999'"),
        ("cell", "/rows/5/code", "row 5, column code: the code stands twice"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"",
            [
                ("column_missing", "/rows/0", f"column {name} is missing")
                for name in ("code", "kind", "name", "area_code")
            ],
        ),
        (
            b"code,kind,name,area_code,colour,code\n",
            [
                ("column_unknown", "/rows/0", "column colour isn't known"),
                ("column_twice", "/rows/0", "column code stands twice"),
            ],
        ),
        (
            b"code;kind;name;area_code\n",
            [
                *(
                    ("column_missing", "/rows/0", f"column {name} is missing")
                    for name in ("code", "kind", "name", "area_code")
                ),
                ("column_unknown", "/rows/0", "column code;kind;name;area_code isn't known"),
            ],
        ),
        (
            "code,kind,name,area_code\nx,rw,Kampung é,31".encode("latin-1"),
            [("encoding", "/file", "the file isn't UTF-8 (byte 38); save it again as CSV UTF-8")],
        ),
        (
            "code,kind,name,area_code\n".encode("utf-16"),
            [("encoding", "/file", "the file isn't UTF-8 (byte 0); save it again as CSV UTF-8")],
        ),
        (
            b'code,kind,name,area_code\nx,rw,"open',
            [("csv", "/file", "the CSV can't be read at line 2: unexpected end of data")],
        ),
        (
            b"code,kind,name,area_code\na,rw,A,31,more\nb,rw\n",
            [
                ("cell", "/rows/1/*", "row 1, column *: the row must have 4 columns"),
                ("cell", "/rows/2/*", "row 2, column *: the row must have 4 columns"),
            ],
        ),
        (
            b"code,kind,name,area_code\na,rw," + b"n" * 201 + b",31\nb,rw,B\0,31\n",
            [
                ("cell", "/rows/1/name", "row 1, column name: at most 200 characters, and none of them NUL"),
                ("cell", "/rows/2/name", "row 2, column name: at most 200 characters, and none of them NUL"),
            ],
        ),
        (b"x" * (20 * 1024 * 1024 + 1), [("too_large", "/file", "the file is larger than 20 MB")]),
    ],
    ids=["empty", "columns", "semicolons", "latin-1", "utf-16", "open-quote", "ragged", "too-long", "too-large"],
)
def test_a_table_that_cannot_be_read(content: bytes, expected: list[tuple[str, str, str]]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_table(content, ["code", "kind", "name", "area_code"])
    assert [(one.code, one.pointer, one.message.en) for one in caught.value.problems] == expected


@pytest.mark.parametrize("content", ["\ufeffcode,name\r\n a , A \r\n", '"code","name"\n"a","A"\n', "name,code\nA,a"])
def test_what_spreadsheets_write(content: str) -> None:
    assert read_table(content.encode(), ["code"], ["name"]) == [{"code": "a", "name": "A"}]


def test_at_most_200_problems_are_told() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_table(b"code,name\n" + b"a\n" * 300, ["code", "name"])
    assert len(caught.value.problems) == 200


async def test_needs_are_new_then_changed_then_the_same(world: World) -> None:
    await world.drive(Step.CONFIRMED)
    one, other = world.targets["pangan"]
    rows = [
        f"{one.code},pangan,staple_food,40,Pendataan,2026-08-01",
        f"{other.code},pangan,staple_food,100,Data contoh,2026-08-03",
    ]
    content = table_of(NEEDS, *rows)
    assert await world.act(world.secretariat, needs.import_needs, content) == Imported(0, 1, 1)
    assert await world.act(world.secretariat, needs.import_needs, content) == Imported(0, 0, 2)
    stored = {row["target_id"]: row for row in await rows_of(world, tables.needs) if row["aid_type"] == "staple_food"}
    changed = stored[one.id]
    assert (changed["quantity"], changed["accepted"], changed["source"], changed["as_of"], changed["version"]) == (
        40,
        10,
        "Pendataan",
        date(2026, 8, 1),
        2,
    )
    covered = [row for row in await rows_of(world, tables.coverage) if row["aid_type"] == "staple_food"]
    assert [(row["targets"], row["need"], row["promised"], row["accepted"]) for row in covered] == [(2, 140, 0, 10)]


async def test_every_wrong_cell_of_needs_is_named(world: World) -> None:
    await world.drive(Step.ALLOCATED)
    one = world.targets["pangan"][0]
    content = table_of(
        NEEDS,
        f"{one.code},pangan,staple_food,9,Pendataan,2026-08-01",
        f"{one.code},pangan,staple_food,50,Pendataan,2026-08-01",
        "unknown,pangan,staple_food,x,,01/08/2026",
        f"{one.code},makanan,staple_food,1,Pendataan,2026-08-01",
        f"{one.code},pangan,rice,1,Pendataan,2026-08-01",
        f"{one.code},umkm,training,1,Pendataan,2026-08-01",
        f"{one.code},pangan,ready_meal,1000000000001,Pendataan,2026-08-01",
    )
    assert await problems_of(world, needs.import_needs, content) == [
        ("cell", "/rows/1/quantity", "row 1, column quantity: at least 10: that much is promised or accepted"),
        ("cell", "/rows/2/target_code", "row 2, column target_code: this need stands twice"),
        ("cell", "/rows/3/target_code", "row 3, column target_code: the target isn't known"),
        ("cell", "/rows/3/quantity", "row 3, column quantity: must be 0, 1, 2 …, given 'x'"),
        ("cell", "/rows/3/as_of", "row 3, column as_of: must be YYYY-MM-DD, given '01/08/2026'"),
        ("cell", "/rows/3/source", "row 3, column source: is required"),
        (
            "cell",
            "/rows/4/program_id",
            "row 4, column program_id: program makanan is not known; did you mean pangan?",
        ),
        (
            "cell",
            "/rows/5/aid_type",
            "row 5, column aid_type: program pangan has no aid type rice; it has: staple_food, ready_meal, "
            "eid_package, holiday_allowance",
        ),
        (
            "cell",
            "/rows/6/target_code",
            "row 6, column target_code: program umkm serves enterprise, market_location, not rw",
        ),
        ("cell", "/rows/7/quantity", "row 7, column quantity: must be 0, 1, 2 …, given '1000000000001'"),
    ]


@pytest.mark.parametrize("act", [targets.import_targets, needs.import_needs])
async def test_an_import_needs_the_right_before_it_tells_anything(world: World, act: Import) -> None:
    for actor in (world.collaborator, world.aggregator, world.auditor):
        with pytest.raises(Forbidden) as caught:
            await world.act(actor, act, b"nothing that could be read \xff")
        assert caught.value.problems[0].code == "right_missing"


async def test_an_import_reaches_as_far_as_the_right(world: World) -> None:
    """A row in another area refuses the whole file."""
    local = await world.account(world.assessor.grants[0].role, area_code=SUBDISTRICT)
    rows = [
        f"PANTI-0{number},orphanage,Panti {number},{area},,,," for number, area in enumerate((SUBDISTRICT, OTHER), 1)
    ]
    before = await rows_of(world, tables.targets)
    with pytest.raises(Forbidden):
        await world.act(local, targets.import_targets, table_of(TARGETS, *rows))
    assert await rows_of(world, tables.targets) == before
    assert await world.act(local, targets.import_targets, table_of(TARGETS, rows[0])) == Imported(1, 0, 0)


async def test_the_areas_of_jakarta(world: World) -> None:
    stored = await rows_of(world, tables.areas)
    assert Counter(row["level"] for row in stored) == {"province": 1, "city": 6, "district": 44, "subdistrict": 267}
    assert {row["code"]: row["bps_code"] for row in stored if row["level"] in {"province", "city"}} == {
        "31": "31",
        "31.01": "3101",
        "31.71": "3173",
        "31.72": "3175",
        "31.73": "3174",
        "31.74": "3171",
        "31.75": "3172",
    }
    codes = {row["code"] for row in stored}
    assert all(row["parent_code"] in codes for row in stored if row["parent_code"])
    assert [row["code"] for row in stored if row["parent_code"] is None] == ["31"]
    again = await world.act(SETUP, areas.import_areas, areas.jakarta())
    assert again == Imported(0, 0, 318)


async def test_areas_of_another_city(world: World) -> None:
    content = b"code,name,bps_code\n32.73.01,Sukasari,\n32,Jawa Barat,32\n32.73,Kota Bandung,3273\n31,DK Jakarta,31\n"
    assert await world.act(SETUP, areas.import_areas, content) == Imported(3, 1, 0)
    stored = {
        row["code"]: (row["level"], row["name"], row["parent_code"]) for row in await rows_of(world, tables.areas)
    }
    assert stored["32.73.01"] == ("district", "Sukasari", "32.73")
    assert stored["31"] == ("province", "DK Jakarta", None)
    wrong = b"code,name\n33.74,Semarang\n3374,Semarang\n34,\n34,DIY\n"
    with pytest.raises(InvalidInput) as caught:
        await world.act(SETUP, areas.import_areas, wrong)
    problems: tuple[Problem, ...] = caught.value.problems
    assert [problem.message.en for problem in problems] == [
        "row 1, column code: parent area 33 doesn't exist",
        "row 2, column code: not a Kemendagri code",
        "row 3, column name: is required",
        "row 4, column code: the code stands twice",
    ]
