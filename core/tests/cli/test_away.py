"""What the command line says of programs that are away, and of schemas that don't fit what was kept."""

import asyncio
import csv
import io
import json
import re
from typing import Any

import pytest
from sqlalchemy import update

from ksbb.programs import load_programs
from ksbb.settings import load_settings
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, Step, World
from ksbb.usecases.platform import Platform


def fill(*steps: Step) -> None:
    """A world with a commitment of the food program at each of these steps."""

    async def drive() -> None:
        settings = load_settings()
        database, clock = Database(settings.database_url), FakeClock()
        world = await World.seed(Platform(database, load_programs(settings), clock), clock)
        for step in steps:
            await world.drive(step)
        await database.close()

    asyncio.run(drive())


def change(statement: Any) -> None:
    """Change the database behind everybody's back."""

    async def execute() -> None:
        database = Database(load_settings().database_url, pool_size=0)
        async with database.write() as connection:
            await connection.execute(statement)
        await database.close()

    asyncio.run(execute())


def told(ksbb: Any) -> dict[str, tuple[str, str, str]]:
    """What `ksbb doctor` says of the records and the outbox."""
    lines = json.loads(ksbb("doctor", "--json").out)
    wanted = ("aid schema", "records of", "outbox")
    return {
        line["what"]: (line["health"], line["message"], line["remedy"])
        for line in lines
        if line["what"].startswith(wanted)
    }


def test_what_waits_for_a_program(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(Step.SUBMITTED, Step.DRAFTED, Step.CLOSED)
    monkeypatch.setenv("KSBB_PROGRAMS__ENABLED", "umkm")
    assert told(ready) == {
        # The report's PDF doesn't need the program
        "outbox": ("warning", *told(ready)["outbox"][1:]),
        "aid schemas": ("ok", "as they were kept", ""),
        "records of pangan": (
            "warning",
            "2 commitments are open, 2 items wait for it, and the program is disabled",
            "add pangan to programs.enabled, then restart",
        ),
    }
    assert re.match(r"1 items wait, the oldest is due since \d+ d", told(ready)["outbox"][1])
    rows = json.loads(ready("engine", "status", "--json").out)
    assert [(row["consumer"], row["status"], row["items"]) for row in rows] == [
        ("handover_report", "pending", 1),
        ("pangan-assess", "away", 2),
    ]
    said = ready("engine", "status").out
    assert "pangan-assess" in said
    assert said.endswith("What is away waits for its program; see why: ksbb programs list\n")


def test_nothing_is_said_of_a_program_that_left_nothing_open(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(Step.CLOSED)
    change(update(tables.outbox).values(status="done"))
    monkeypatch.setenv("KSBB_PROGRAMS__ENABLED", "umkm")
    assert told(ready) == {"outbox": ("ok", "nothing waits", ""), "aid schemas": ("ok", "as they were kept", "")}


def test_schemas_that_do_not_fit(ready: Any) -> None:
    fill(Step.DRAFTED)
    change(update(tables.aid_schemas).values(schema={"type": "object"}))
    assert told(ready)["aid schema pangan staple_food"] == (
        "fault",
        "changed at /$schema, but its version is still 1: nobody can commit such aid",
        "let the program's author raise schema_version to 2, or install the earlier version of the program",
    )
    change(update(tables.aid_schemas).values(version=7))
    assert told(ready)["aid schema pangan staple_food"] == (
        "warning",
        "lines were written by version 7, the program has version 1: such drafts can't be submitted",
        "install the newer version of the program again",
    )


def test_aid_types_are_exported_by_the_names_that_were_kept(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(Step.CLOSED)
    monkeypatch.setenv("KSBB_PROGRAMS__ENABLED", "umkm")
    (row,) = csv.DictReader(io.StringIO(ready("export", "aid_types").out))
    assert row == {
        "program_id": "pangan",
        "aid_type": "staple_food",
        "schema_version": "1",
        "name_id": "Paket sembako",
        "name_en": row["name_en"],
        "unit_id": "paket",
        "unit_en": "package",
    }
    (line,) = csv.DictReader(io.StringIO(ready("export", "commitments").out))
    assert (line["aid_type"], line["schema_version"], line["status"]) == ("staple_food", "1", "closed")


def test_a_replay_says_at_once_that_a_program_is_away(ready: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KSBB_PROGRAMS__ENABLED", "umkm")
    said = ready("replay", "--program", "pangan")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith(
        "Unavailable:\n  program pangan is disabled; installed, but not in programs.enabled (add pangan to programs.enabled, then "
        "restart) (/program_id)\n"
    )
