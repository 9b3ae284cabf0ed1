"""The platform as a whole: the database, the programs and the clock that every act needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ksbb.domain.allocation import DEFAULT_RULES, AllocationRules
from ksbb.domain.rights import Actor
from ksbb.storage.database import Database
from ksbb.storage.unit import Unit, open_unit
from ksbb.usecases.desk import Desk, Programs


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Platform:
    """What acts are done on. Made once per process by the composition root."""

    database: Database
    programs: Programs
    clock: Clock
    rules: AllocationRules = DEFAULT_RULES

    @asynccontextmanager
    async def desk(self, actor: Actor) -> AsyncIterator[Desk]:
        """A desk for acts: its unit of work is committed when the block ends and rolled back whole when it raises."""
        async with open_unit(self.database) as unit:
            yield Desk(unit=unit, actor=actor, now=self.clock.now(), programs=self.programs, rules=self.rules)

    @asynccontextmanager
    async def reading_desk(self, actor: Actor) -> AsyncIterator[Desk]:
        """A desk that only reads; nothing that is done at it is kept."""
        async with self.database.read() as connection:
            yield Desk(
                unit=Unit(connection, reads_only=True),
                actor=actor,
                now=self.clock.now(),
                programs=self.programs,
                rules=self.rules,
            )
