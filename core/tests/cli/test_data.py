"""`ksbb import`, `ksbb export`, `ksbb programs`, `ksbb users`: tables in and out, with errors by row and column."""

import asyncio
import csv
import io
import json
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from ksbb.programs import load_programs
from ksbb.settings import PROGRAM_IDS, load_settings
from ksbb.statistics.export import DATASETS
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, Step, World
from ksbb.usecases.platform import Platform

TARGETS = """code,kind,name,area_code,households
31.71.06.1002-RW001,rw,RW 001 Pegangsaan,31.71.06.1002,240
SEKOLAH-1,school,Sekolah contoh,31.71.06.1002,
"""
NEEDS = """target_code,program_id,aid_type,quantity,source,as_of
31.71.06.1002-RW001,pangan,staple_food,240,Data RW,2026-08-01
SEKOLAH-1,pendidikan,student_device,40,Data sekolah,2026-08-01
"""


def stored(query: str) -> list[tuple[Any, ...]]:
    """What a query finds in the data folder."""
    connection = sqlite3.connect("ksbb-data/ksbb.sqlite3")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_import_areas(ready: Any) -> None:
    assert ready("import", "areas").out == "0 new, 0 changed, 318 unchanged\n"
    Path("areas.csv").write_text("code,name\n33,Jawa Tengah\n33.74,Kota Semarang\n31.71,Jakarta Pusat Raya\n")
    assert ready("import", "areas", "areas.csv").out == "2 new, 1 changed, 0 unchanged\n"
    Path("areas.csv").write_text("code,name\n34.71,Kota Yogyakarta\nYogya,\n")
    said = ready("import", "areas", "areas.csv")
    assert said.code == 1
    assert "row 2, column code: not a Kemendagri code (/rows/2/code)" in said.err
    assert stored("SELECT count(*) FROM areas") == [(320,)]


def test_import_targets_and_needs(ready: Any) -> None:
    Path("targets.csv").write_text(TARGETS)
    Path("needs.csv").write_text(NEEDS)
    assert ready("import", "targets", "targets.csv", "--synthetic").out == "2 new, 0 changed, 0 unchanged\n"
    assert ready("import", "targets", "targets.csv", "--synthetic").out == "0 new, 0 changed, 2 unchanged\n"
    assert stored("SELECT DISTINCT synthetic FROM targets") == [(1,)]
    assert ready("import", "needs", "needs.csv").out == "2 new, 0 changed, 0 unchanged\n"
    Path("needs.csv").write_text(NEEDS.replace(",40,", ",44,"))
    assert ready("import", "needs", "needs.csv").out == "0 new, 1 changed, 1 unchanged\n"
    assert stored("SELECT quantity FROM needs ORDER BY quantity") == [(44,), (240,)]


def test_a_programs_mapping_reads_another_systems_table(ready: Any) -> None:
    Path("sekolah.csv").write_text(
        "NPSN,Nama Sekolah,Kode Kelurahan,Siswa Tanpa Gawai,Tanggal Data\n20100001,SDN Contoh 01,3171061002,35,1/8/2026\n"
    )
    listed = ("import", "targets", "sekolah.csv", "--mapping", "pendidikan.school_list")
    assert ready(*listed).out == "1 new, 0 changed, 0 unchanged\n"
    needed = ("import", "needs", "sekolah.csv", "--mapping", "pendidikan.student_device_needs")
    assert ready(*needed).out == "1 new, 0 changed, 0 unchanged\n"
    assert stored("SELECT t.code, n.quantity, n.source FROM needs n JOIN targets t ON t.id = n.target_id") == [
        ("NPSN-20100001", 35, "ekspor daftar sekolah")
    ]
    Path("sekolah.csv").write_text("NPSN,Nama Sekolah,Kode Kelurahan\n2010,SDN Contoh 01,3171061002\n")
    said = ready(*listed)
    assert said.code == 1
    assert said.err.splitlines()[1] == "  row 1, column NPSN: an NPSN has 8 digits, given '2010' (/rows/1/NPSN)"
    said = ready("import", "targets", "sekolah.csv", "--mapping", "pendidikan.schools")
    assert said.code == 1
    assert "the mapping pendidikan.schools isn't known; for this import there are: pendidikan.school_list" in said.err


def test_wrong_cells_of_targets(ready: Any) -> None:
    Path("targets.csv").write_text(
        "code,kind,name,area_code,households\n"
        "31.71.06.1002-RW001,rw,RW 001,31.71.06.1002,many\n"
        "31.71.06.1002-RW002,castle,,31.71.06.1002,3\n"
        "RW003,rw,RW 003,99.99,3\n"
        "31.71.06.1002-RW004,rw,RW 004,31.71.06.1002,4\n"
    )
    said = ready("import", "targets", "targets.csv")
    assert (said.code, said.out) == (1, "")
    title, *places = said.err.splitlines()
    assert title == "Invalid input:"
    assert places[0] == "  row 1, column households: must be 0, 1, 2 …, given 'many' (/rows/1/households)"
    assert places[1].startswith("  row 2, column kind: must be ")
    assert places[1].endswith(", given 'castle' (/rows/2/kind)")
    assert places[2:] == [
        "  row 2, column name: is required (/rows/2/name)",
        "  row 3, column area_code: isn't a known sub-district code (/rows/3/area_code)",
    ]
    assert stored("SELECT count(*) FROM targets") == [(0,)]


def test_wrong_cells_of_needs(ready: Any) -> None:
    Path("targets.csv").write_text(TARGETS)
    ready("import", "targets", "targets.csv")
    Path("needs.csv").write_text(
        "target_code,program_id,aid_type,quantity,source,as_of\n"
        "RW999,pangan,staple_food,1,x,2026-08-01\n"
        "SEKOLAH-1,pangan,staple_food,1,x,2026-08-01\n"
        "SEKOLAH-1,pendidikan,tractor,-1,,yesterday\n"
    )
    said = ready("import", "needs", "needs.csv")
    assert said.code == 1
    assert [line.split(":")[0].strip() for line in said.err.splitlines()] == [
        "Invalid input",
        "row 1, column target_code",
        "row 2, column target_code",
        "row 3, column quantity",
        "row 3, column as_of",
        "row 3, column source",
        "row 3, column aid_type",
    ]
    assert stored("SELECT count(*) FROM needs") == [(0,)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"code,kind,name\n", "  column area_code is missing (/rows/0)"),
        (b"code,kind,name,area_code,colour\n", "  column colour isn't known (/rows/0)"),
        (b"code,kind,name,area_code\n\xff\n", "  the file isn't UTF-8 (byte 25); save it again as CSV UTF-8 (/file)"),
        (b"code,kind,name,area_code\na,b\n", "  row 1, column *: the row must have 4 columns (/rows/1/*)"),
    ],
)
def test_files_that_are_no_table(ready: Any, content: bytes, message: str) -> None:
    Path("targets.csv").write_bytes(content)
    said = ready("import", "targets", "targets.csv")
    assert (said.code, said.err) == (1, f"Invalid input:\n{message}\n")


def test_a_file_that_is_missing(ready: Any) -> None:
    said = ready("import", "needs", "nowhere.csv")
    assert said.code == 2
    assert "File 'nowhere.csv' does not exist." in said.err


async def _fill() -> None:
    settings = load_settings()
    database = Database(settings.database_url)
    clock = FakeClock()
    platform = Platform(database, load_programs(settings), clock)
    world = await World.seed(platform, clock)
    await world.drive(Step.CLOSED)
    await database.close()


def test_export_every_dataset(ready: Any) -> None:
    asyncio.run(_fill())
    private = [value for row in stored("SELECT name, email FROM accounts") for value in row]
    private += [row[0] for row in stored("SELECT recipient_name FROM handovers")]
    for dataset in sorted(DATASETS):
        table = ready("export", dataset)
        assert (table.code, table.err) == (0, "")
        rows = list(csv.DictReader(io.StringIO(table.out)))
        as_json = json.loads(ready("export", dataset, "--format", "json").out)
        assert len(rows) == len(as_json) > 0
        assert list(rows[0]) == list(as_json[0])
        for row, same in zip(rows, as_json, strict=True):
            assert row == {name: "" if value is None else str(value) for name, value in same.items()}
        for name in private:
            assert name not in table.out
        if dataset not in ("aid_types", "areas", "coverage"):
            assert {row["synthetic"] for row in rows} == {"True"}


def test_export_to_a_file(ready: Any) -> None:
    said = ready("export", "areas", "--output", "areas.csv")
    assert (said.out, said.err) == ("", "318 rows written to areas.csv\n")
    assert ready("export", "areas").out == Path("areas.csv").read_text()
    assert ready("import", "areas", "areas.csv").code == 1
    said = ready("export", "weather")
    assert said.code == 2
    assert "'weather' is not one of" in said.err


def test_programs_list(ksbb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ksbb.toml").write_text("[programs]\nenabled = ['pangan', 'umkmm']\n[programs.pangan]\nmeal_hours = 3\n")
    said = ksbb("programs", "list", "--json")
    assert (said.code, said.err) == (0, said.err)
    listed = {row["id"]: row for row in json.loads(said.out)}
    assert listed["pangan"] == {
        "id": "pangan",
        "state": "active",
        "distribution": "ksbb-pangan",
        "version": version("ksbb-pangan"),
        "reason": None,
        "remedy": None,
    }
    assert listed["umkmm"]["state"] == "missing"
    assert listed["umkmm"]["reason"]["en"] == "program umkmm is not installed; did you mean umkm?"
    assert {listed[name]["state"] for name in PROGRAM_IDS if name != "pangan"} == {"disabled"}
    monkeypatch.setenv("COLUMNS", "60")
    shown = ksbb("programs", "list").out
    assert (
        "umkmm: program umkmm is not installed; did you mean umkm?\n"
        "  → correct programs.enabled, then restart; if umkmm is right, install its package\n"
    ) in shown


def test_users_and_their_tokens(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_PASSWORD", "long enough to be safe")
    said = ready(
        "users", "add", "Penilai@example.org", "--name", "Penilai", "--role", "assessor", "--program", "pangan"
    )
    ((account_id, hashed),) = stored("SELECT id, password_hash FROM accounts")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"penilai@example.org added with assessor; id {account_id}\n"
    assert hashed.startswith("$argon2id$")
    token = ready("users", "token", "penilai@example.org", "--name", "bot", "--scope", "assess", "--days", "30")
    assert (token.code, token.err) == (0, "")
    assert len(token.out.strip()) > 30
    assert token.out.strip() not in str(stored("SELECT * FROM tokens"))
    twice = ready("users", "add", "penilai@example.org", "--name", "Penilai", "--role", "assessor")
    assert (twice.code, twice.err) == (
        1,
        "Conflict with the present state:\n  penilai@example.org is in use (/email)\n",
    )
    nobody = ready("users", "token", "nobody@example.org", "--name", "bot", "--scope", "assess")
    assert (nobody.code, nobody.err.splitlines()[0]) == (1, "Not found:")
    monkeypatch.setenv("KSBB_PASSWORD", "short")
    short = ready("users", "add", "b@example.org", "--name", "B", "--role", "auditor")
    assert short.err == "Invalid input:\n  a password has at least 12 characters (/password)\n"
    wrong = ready("users", "add", "b@example.org", "--name", "B", "--role", "king")
    assert wrong.code == 2


def test_needs_in_a_dry_run_and_estimated_and_rolled(ready: Any) -> None:
    Path("targets.csv").write_text(TARGETS)
    told = ready("import", "targets", "targets.csv", "--dry-run")
    assert told.out.splitlines() == [
        "row 1: 31.71.06.1002-RW001: new: kind rw, name RW 001 Pegangsaan, area_code 31.71.06.1002, households 240, "
        "ziswaf_entitled False, synthetic False",
        "row 2: SEKOLAH-1: new: kind school, name Sekolah contoh, area_code 31.71.06.1002, ziswaf_entitled False, "
        "synthetic False",
        "dry run, nothing is stored: 2 new, 0 changed, 0 unchanged",
    ]
    assert stored("SELECT count(*) FROM targets") == [(0,)]
    ready("import", "targets", "targets.csv")
    Path("needs.csv").write_text(NEEDS)
    assert ready("needs", "import", "needs.csv").out == "2 new, 0 changed, 0 unchanged\n"
    Path("needs.csv").write_text(NEEDS.replace(",40,", ",44,"))
    assert ready("needs", "import", "needs.csv", "--dry-run").out.splitlines() == [
        "row 2: SEKOLAH-1/pendidikan/student_device: changed: quantity 40 → 44",
        "dry run, nothing is stored: 0 new, 1 changed, 1 unchanged",
    ]
    estimate = ("needs", "estimate", "--program", "pangan", "--aid-type", "staple_food")
    control = (
        "warning: published 600000 (2,4 juta warga rentan di Jakarta (pernyataan KSBB) ÷ 4 orang × 1 paket per "
        "minggu): difference -599944"
    )
    assert ready(*estimate, "--dry-run").out.splitlines() == [
        "dry run, nothing is stored: 0 new, 1 changed, 0 unchanged; sum 56",
        control,
    ]
    assert ready(*estimate).out.splitlines() == ["0 new, 1 changed, 0 unchanged; sum 56", control]
    Path("pupils.csv").write_text("target_code,pupils_without_device\nSEKOLAH-1,\n")
    pupils = ("needs", "estimate", "--program", "pendidikan", "--aid-type", "student_device", "--figures", "pupils.csv")
    assert ready(*pupils).out.splitlines()[-1] == "left out: SEKOLAH-1: the formula can't tell from what is known"
    answer = json.loads(ready(*pupils, "--json").out)
    assert (answer["sum"], answer["left_out"][0]["target_code"]) == (0, "SEKOLAH-1")
    assert ready("needs", "roll").out == "0 periods ended\n"
    connection = sqlite3.connect("ksbb-data/ksbb.sqlite3")
    with connection:
        connection.execute("UPDATE needs SET period = '2025' WHERE aid_type = 'student_device'")
    connection.close()
    first = int(ready("needs", "roll").out.split()[0])
    assert first >= 1
    assert ready("needs", "roll").out == "0 periods ended\n"
    assert stored("SELECT count(*) FROM need_periods WHERE state = 'past'") == [(first,)]
