"""A city to measure in: many targets with large needs and several donors, so that cases meet each other no more than in life.

What cases do share they share here too: the numbers of a program and year, and the statistics of a day.
"""

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.bench.child import WORKERS

from ksbb.domain.parties import CollaboratorClass
from ksbb.domain.rights import Role
from ksbb.domain.targets import Target, TargetKind
from ksbb.programs import ProgramHost, load_programs
from ksbb.settings import Settings
from ksbb.storage import tables
from ksbb.storage.database import Database
from ksbb.testing import PASSWORD, FakeClock, World
from ksbb.testing.databases import prepare
from ksbb.usecases import needs, parties, targets
from ksbb.usecases.platform import Platform

PROGRAM = "pangan"
TARGETS = 60
PLENTY = 10**9
"""What each target needs, in whole units: no run ever serves it."""
_DONORS = (
    CollaboratorClass.ENTERPRISE,
    CollaboratorClass.GOVERNMENT_AGENCY,
    CollaboratorClass.SOCIAL_ORGANISATION,
    CollaboratorClass.COMMUNITY,
    CollaboratorClass.INDIVIDUAL,
)


def present_clock() -> FakeClock:
    """A clock that stands at the start of the run, so that tokens and licences are in force now."""
    return FakeClock(datetime.now(UTC))


def hosted(folder: Path) -> ProgramHost:
    """The programs with their default settings."""
    return load_programs(Settings(data_dir=folder))


async def fill(url: str, host: ProgramHost, clock: FakeClock, kind: type[World] = World) -> list[World]:
    """Migrate the empty database at `url` and people it; one world per donor, all in the same city.

    The caller closes the database of the worlds' platform.
    """
    await prepare(url)
    platform = Platform(Database(url, pool_size=WORKERS), host, clock)
    first = await kind.seed(platform, clock, PROGRAM)
    first.witness = await first.account(Role.WITNESS, area_code="31")
    first.targets[PROGRAM] = (*first.targets[PROGRAM], *await _targets(first))
    worlds = [first]
    for donor_class in _DONORS[1:]:
        async with platform.desk(first.secretariat) as desk:
            donor = await parties.register_collaborator(
                desk, name=f"Donatur contoh {donor_class}", collaborator_class=donor_class, synthetic=True
            )
        account = await first.account(Role.COLLABORATOR, party_id=donor.id)
        worlds.append(replace(first, collaborator_party=donor, collaborator=account))
    return worlds


async def _targets(world: World) -> list[Target]:
    """Targets spread over the sub-districts of the whole city, each in need of plenty of each aid type."""
    program = world.platform.programs.require(PROGRAM).program
    table = tables.areas
    async with world.platform.desk(world.secretariat) as desk:
        query = select(table.c.code).where(table.c.level == "subdistrict").order_by(table.c.code)
        codes = list((await desk.unit.connection.execute(query)).scalars())
        made = []
        for number, code in enumerate(itertools.islice(codes, 0, None, max(len(codes) // TARGETS, 1)), start=1):
            target = await targets.register(
                desk,
                code=f"{code}-RW{number:03d}",
                kind=TargetKind.RW,
                name=f"Sasaran {number}",
                area_code=code,
                households=250,
                synthetic=True,
            )
            for aid_type in program.aid_types:
                need = needs.NeedInput(
                    target_id=target.id,
                    program_id=PROGRAM,
                    aid_type=aid_type.id,
                    quantity=PLENTY,
                    source="Data contoh",
                    as_of=date(2026, 1, 1),
                )
                await needs.set_need(desk, need, expected_version=None)
            made.append(target)
    return made


def in_turns(
    worlds: list[World], life: Callable[[World, Target], AsyncIterator[None]]
) -> Callable[[], AsyncIterator[None]]:
    """Begin one life after another: the next donor, for the next of the targets in plenty of need."""
    givers = itertools.cycle(worlds)
    served = itertools.cycle(worlds[0].targets[PROGRAM][2:])
    return lambda: life(next(givers), next(served))


async def set_password(connection: AsyncConnection, account_id: str) -> None:
    """Let a made-up account sign in as the accounts of a world do."""
    table = tables.accounts
    await connection.execute(
        update(table)
        .where(table.c.id == account_id)
        .values(password_hash=PasswordHasher().hash(PASSWORD), email=f"{Role.COLLABORATOR}-{account_id}@example.org")
    )
