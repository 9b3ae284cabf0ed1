"""A seeded world in a database of its own: people with access tokens, and targets whose needs never end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import jwt

import ksbb_ketenagakerjaan
import ksbb_pangan
from ksbb.domain.rights import Actor, Role
from ksbb.programs import host_of
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, World
from ksbb.testing.databases import make_database, prepare
from ksbb.usecases import needs
from ksbb.usecases.allocate import lock_need
from ksbb.usecases.commit import LineInput
from ksbb.usecases.platform import Platform

from .foreign import ksbb_poison
from .processes import SECRET

PROGRAMS = ("pangan", "ketenagakerjaan")
"""What cases are about: a program with assessments only, and one whose handovers open follow-ups as well."""
HOST = host_of([ksbb_pangan.PROGRAM, ksbb_ketenagakerjaan.PROGRAM, ksbb_poison.PROGRAM], {})
"""Those, and one that is at fault."""
FITTING: Mapping[str, Mapping[str, int]] = {"ketenagakerjaan": {"batches": 1, "seats_per_batch": 10}}
"""What differs from an aid type's example, so that it fits a quantity of ten."""
ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class Seeded:
    """A world and the database it stands in."""

    world: World
    url: str

    def token(self, actor: Actor) -> str:
        """An access token of an actor, valid for a day."""
        until = datetime.now(UTC) + timedelta(days=1)
        return jwt.encode({"sub": actor.account_id, "exp": int(until.timestamp())}, SECRET, "HS256")

    @property
    def people(self) -> Mapping[str, Actor]:
        """The actors by role."""
        return {role.value: getattr(self.world, role.value) for role in Role if role is not Role.SYSTEM}


async def seed(server_url: str, name: str, *, need: int = ENDLESS) -> Seeded:
    """Make a database on a PostgreSQL server and a world in it; each target needs `need` units of each aid type."""
    url = server_url if server_url.startswith("sqlite") else await make_database(server_url, name)
    await prepare(url)
    database = Database(url)
    # Acts are done by the machine's clock later: what stands in the world has to be older
    clock = FakeClock(datetime.now(UTC) - timedelta(minutes=1))
    world = await World.seed(Platform(database, HOST, clock), clock)
    for program_id in (*PROGRAMS, ksbb_poison.PROGRAM.id):
        await world.serve(program_id)
        await _enlarge(world, program_id, need)
    await database.close()
    return Seeded(world, url)


def lines(world: World, program_id: str) -> list[LineInput]:
    """One line of ten units that the program's rules let pass."""
    (line,) = world.lines(program_id)
    return [replace(line, attributes={**line.attributes, **FITTING.get(program_id, {})})]


@asynccontextmanager
async def opened(seeded: Seeded) -> AsyncIterator[World]:
    """The world with a connection to its database, for acts in this process."""
    database = Database(seeded.url)
    old = seeded.world.platform
    try:
        yield replace(seeded.world, platform=Platform(database, old.programs, old.clock))
    finally:
        await database.close()


async def _enlarge(world: World, program_id: str, quantity: int) -> None:
    aid_types = world.platform.programs.require(program_id).program.aid_types
    async with world.platform.desk(world.secretariat) as desk:
        for target in world.targets[program_id]:
            for aid_type in aid_types:
                found = await lock_need(desk, target.id, program_id, aid_type.id)
                assert found is not None
                given = needs.NeedInput(
                    target_id=target.id,
                    program_id=program_id,
                    aid_type=aid_type.id,
                    quantity=quantity,
                    source="Data contoh",
                    as_of=desk.today,
                )
                await needs.set_need(desk, given, expected_version=found.version)
