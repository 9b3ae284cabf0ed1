"""`ksbb allocate`: a proposal from the command line, in the name of the people who decide."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ksbb.cli.running import platform_of
from ksbb.domain.rights import Actor, Role
from ksbb.domain.targets import TargetKind
from ksbb.settings import load_settings
from ksbb.storage import tables
from ksbb.testing import FakeClock, Step, World
from ksbb.testing.world import SUBDISTRICT
from ksbb.usecases import targets

ELSEWHERE = f"{SUBDISTRICT}-RW099"
"""A target without any need."""


def in_world(work: Callable[[World], Awaitable[Any]]) -> Any:
    """Do something in a world on the data folder's database."""

    async def act() -> Any:
        async with platform_of(load_settings()) as platform:
            clock = FakeClock(platform.clock.now())
            return await work(await World.seed(platform, clock))

    return asyncio.run(act())


async def _email(world: World, actor: Actor) -> str:
    table = tables.accounts
    async with world.platform.database.read() as connection:
        query = table.select().where(table.c.id == actor.account_id)
        return str((await connection.execute(query)).one().email)


@pytest.fixture
def assessors(ready: Any) -> tuple[str, str]:  # noqa: ARG001 - sets the data folder up
    """Approved commitments of 60 and 40 packages, and the e-mail addresses of two assessors."""

    async def work(world: World) -> tuple[str, str]:
        for quantity in (60, 40):
            await world.drive(Step.APPROVED, lines=world.lines("pangan", quantity=quantity))
        second = await world.account(Role.ASSESSOR)
        await world.act(
            world.secretariat,
            targets.register,
            code=ELSEWHERE,
            kind=TargetKind.RW,
            name="RW tanpa kebutuhan",
            area_code=SUBDISTRICT,
            synthetic=True,
        )
        return await _email(world, world.assessor), await _email(world, second)

    found: tuple[str, str] = in_world(work)
    return found


def number(ksbb: Any) -> str:
    """The number of the latest run."""
    return str(json.loads(ksbb("allocate", "list", "--json").out)[0]["number"])


def test_propose_show_approve_verify(ready: Any, assessors: tuple[str, str]) -> None:
    proposed = ready("allocate", "propose", "--program", "pangan")
    assert proposed.code == 0, proposed.err
    run = number(ready)
    lines = proposed.out.splitlines()
    assert lines[:3] == [
        f"{run}: done, 4 of 4 aid types",
        "staple_food, open: 100 of 100 placed, 2 drops at 2 targets",
        "    still needed 200; weighted, short by 200 before and 100 after, 98.7 % of the optimum without lots",
    ]
    assert lines[-1] == f"next: ksbb allocate show {run}, ksbb allocate approve {run} --as EMAIL"
    shown = ready("allocate", "show", run, "--lang", "en")
    assert "31.71.06.1002-RW001" in shown.out
    assert "Sasaran contoh 1 (31.71.06.1002-RW001) gets " in shown.out
    why = ready("allocate", "show", run, "--target", "31.71.06.1002-RW002", "--lang", "en").out.splitlines()
    assert why[0].startswith("Sasaran contoh 2 (31.71.06.1002-RW002), staple_food: ")
    for code, said in (
        (ELSEWHERE, f"{ELSEWHERE} has no need of what {run} proposes.\n"),
        ("RW-TIDAK-ADA", ""),
    ):
        assert ready("allocate", "show", run, "--target", code).out == said
    approved = ready("allocate", "approve", run, "--as", assessors[0])
    drops = len(json.loads(ready("allocate", "show", run, "--json").out)["drops"])
    assert approved.out == f"staple_food: {drops} allocations made, 0 not possible any more\n"
    again = ready("allocate", "approve", run, "--as", assessors[0])
    assert (again.code, again.err) == (
        1,
        f"Error: {run} has no open proposal to decide: staple_food is carried_out\n",
    )
    verified = ready("allocate", "verify", run)
    assert (verified.code, verified.out.splitlines()) == (
        0,
        [
            "holds  staple_food: inputs and plan are as they were stored",
            "holds  staple_food: the shares are optimal and every rule is kept (proven without the solver)",
            "holds  staple_food: the proposal is the plan, but for what people edited with a reason, within the limits",
            "holds  staple_food: computed again, the plan is identical",
        ],
    )


def test_two_people_above_the_threshold(
    ready: Any, assessors: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSBB_ALLOCATION__TWO_PEOPLE_ABOVE_UNITS", "50")
    ready("allocate", "propose", "--program", "pangan", "--aid-type", "staple_food")
    run = number(ready)
    first = ready("allocate", "approve", run, "--as", assessors[0])
    assert first.out == "staple_food: approved by 1; a second person must approve, too\n"
    same = ready("allocate", "approve", run, "--as", assessors[0])
    assert (same.code, "you approved this proposal already" in same.err) == (1, True)
    second = ready("allocate", "approve", run, "--as", assessors[1])
    assert "allocations made, 0 not possible any more" in second.out


def test_reject(ready: Any, assessors: tuple[str, str]) -> None:
    ready("allocate", "propose", "--program", "pangan")
    run = number(ready)
    assert (
        ready("allocate", "reject", run, "--as", assessors[0], "--reason", "data lama").out == "staple_food: rejected\n"
    )
    assert ready("allocate", "list").out.splitlines()[-1] == "next: ksbb allocate show RUN"


@pytest.mark.usefixtures("assessors")
def test_verify_says_what_was_bent(ready: Any) -> None:
    ready("allocate", "propose", "--program", "pangan")

    async def bend() -> None:
        async with platform_of(load_settings()) as platform, platform.database.write() as connection:
            await connection.execute(tables.proposal_drops.update().values(quantity=1))

    asyncio.run(bend())
    bent = ready("allocate", "verify", number(ready), "--no-replay")
    assert bent.code == 1
    assert (
        "FAILS  staple_food: the proposal is the plan, but for what people edited with a reason, within the limits"
        in bent.out
    )
    assert "and nobody edited it" in bent.out


def test_nothing_yet(ready: Any) -> None:
    assert ready("allocate", "list").out == "No runs yet. next: ksbb allocate propose --program PROGRAM\n"
    nothing = ready("allocate", "propose", "--program", "pangan")
    assert (nothing.code, nothing.out.splitlines()[1]) == (0, "Nothing is left to place.")
    unknown = ready("allocate", "show", "PANGAN-ALOKASI-1999-0001")
    assert (unknown.code, "allocation run PANGAN-ALOKASI-1999-0001 was not found" in unknown.err) == (1, True)


@pytest.mark.usefixtures("assessors")
def test_an_account_that_is_not_there(ready: Any) -> None:
    ready("allocate", "propose", "--program", "pangan")
    refused = ready("allocate", "approve", number(ready), "--as", "siapa@example.org")
    assert (refused.code, "active account siapa@example.org was not found" in refused.err) == (1, True)
