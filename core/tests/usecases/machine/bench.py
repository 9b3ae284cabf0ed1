"""The machine's hands: every act once through the real use cases, with what it must do or be refused with.

A refused act must leave every table as it was; after an act that is done, all laws hold and the rows are those of the model.
`twist` spoils an act from outside: `stale` gives an old version, `stranger` lets somebody act who has no right to.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from ksbb.domain.errors import KsbbError
from ksbb.domain.parties import AggregatorStatus, LicenceKind
from ksbb.domain.rights import Actor
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, World
from ksbb.testing.world import NEED
from ksbb.usecases import needs, parties
from ksbb.usecases.desk import Programs
from ksbb.usecases.platform import Platform

from . import laws
from .model import Model, Pledge, Want, first
from .snapshot import TABLES, all_rows

T = TypeVar("T")
AIDS = {"pangan": ("staple_food", "ready_meal"), "persampahan": ("composter", "scale")}
"""The aid types in play; their examples pass the rules in every quantity."""


@dataclass(kw_only=True)
class Bench:
    """The platform on one database, the world in it, and the model of it.

    `visited` counts (act, `done` or the code that it was refused with) of all acts since the start.
    """

    runner: asyncio.Runner
    world: World
    seeded: laws.Rows
    model: Model = field(default_factory=Model)
    rows: laws.Rows = field(default_factory=dict)
    visited: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def open(cls, runner: asyncio.Runner, url: str, programs: Programs) -> "Bench":
        """A world with targets for two programs, and licences that outlast the year."""

        async def seed() -> tuple[World, laws.Rows]:
            clock = FakeClock()
            platform = Platform(Database(url), programs, clock)
            world = await World.seed(platform, clock)
            for program_id in AIDS:
                await world.serve(program_id)
            await world.act(
                world.secretariat,
                parties.add_licence,
                world.aggregator_party.id,
                kind=LicenceKind.FUNDRAISING_PERMIT,
                number="PUB-CONTOH-002",
                issuer="Kementerian Sosial",
                area_code="31",
                valid_from=date(2027, 1, 1),
                valid_to=date(2099, 12, 31),
                synthetic=True,
            )
            return world, await all_rows(platform.database)

        world, seeded = runner.run(seed())
        bench = cls(runner=runner, world=world, seeded=seeded)
        bench.reset()
        return bench

    def close(self) -> None:
        """Close the database."""
        self.runner.run(self.world.platform.database.close())

    def reset(self) -> None:
        """The world as it was at first, in the same database."""

        async def restore() -> None:
            self.world.platform.database.stored_for_good.clear()
            async with self.world.platform.database.write() as connection:
                for table in reversed(TABLES):
                    if self.rows.get(table.name) or not self.rows:
                        await connection.execute(table.delete())
                for table in TABLES:
                    if self.seeded[table.name]:
                        await connection.execute(table.insert(), self.seeded[table.name])

        self.world.clock.set(FakeClock().now())
        self.runner.run(restore())
        self.rows = self.seeded
        (aggregator,) = [one for one in self.seeded["parties"] if one["aggregator_status"]]
        wants = {(need["target_id"], need["aid_type"]): Want(quantity=NEED) for need in self.seeded["needs"]}
        self.model = Model(wants=wants, aggregator_version=aggregator["version"])

    def forward(self, days: int) -> None:
        """Let days pass."""
        self.world.clock.forward(timedelta(days=days))

    def targets(self, program_id: str) -> list[str]:
        """The ids of a program's targets."""
        return [target.id for target in self.world.targets[program_id]]

    def version(self, pledge: Pledge, twist: str) -> int:
        """The version that the actor holds."""
        return pledge.version - 1 if twist == "stale" else pledge.version

    def attempt(
        self,
        act: str,
        refusal: str | None,
        actor: Actor,
        usecase: Callable[..., Awaitable[T]],
        *args: Any,
        twist: str = "",
        **given: Any,
    ) -> T | None:
        """Do an act that must be refused with the code `refusal`, or done where that is None; None when refused."""
        who = self.world.auditor if twist == "stranger" else actor

        async def run() -> T:
            async with self.world.platform.desk(who) as desk:
                return await usecase(desk, *args, **given)

        done, error = self.runner.run(outcome_of(run()))
        if error is not None:
            codes = {problem.code for problem in error.problems}
            assert codes == {refusal}, f"{act}: refused with {error}, expected {refusal or 'to be done'}"
            assert self.runner.run(all_rows(self.world.platform.database)) == self.rows, (
                f"{act}: refused, and left something"
            )
            self.visited[act, refusal or ""] += 1
            return None
        assert refusal is None, f"{act}: done, expected to be refused with {refusal}"
        self.visited[act, "done"] += 1
        return done

    def settle(self, pledge: Pledge | None = None, **changes: Any) -> None:
        """After an act that was done: the model follows, the laws hold, and the rows are those of the model."""
        if pledge is not None:
            pledge.version += 1
            for name, value in changes.items():
                setattr(pledge, name, value)
        before = self.rows
        self.rows = self.runner.run(all_rows(self.world.platform.database))
        laws.check(self.rows, self.world.platform.programs)
        self._compare()
        old = {row["id"]: row["version"] for row in before["commitments"]}
        assert all(row["version"] >= old.get(row["id"], 1) for row in self.rows["commitments"])

    def _compare(self) -> None:
        stored = laws.by_id(self.rows["commitments"])
        assert {one.id: (one.status, one.assessment, one.version) for one in self.model.pledges} == {
            key: (row["status"], row["assessment"], row["version"]) for key, row in stored.items()
        }
        assert {line.id: one.columns(line) for one in self.model.pledges for line in one.lines} == {
            row["id"]: {name: row[name] for name in laws.QUANTITIES} for row in self.rows["commitment_lines"]
        }
        assert {
            key: (want.quantity, want.promised, want.accepted, want.version) for key, want in self.model.wants.items()
        } == {
            (row["target_id"], row["aid_type"]): (row["quantity"], row["promised"], row["accepted"], row["version"])
            for row in self.rows["needs"]
        }
        assert {one.id: one.status for pledge in self.model.pledges for one in pledge.deliveries} == {
            row["id"]: row["status"] for row in self.rows["handovers"]
        }
        (aggregator,) = [row for row in self.rows["parties"] if row["aggregator_status"]]
        assert (aggregator["aggregator_status"], aggregator["version"]) == (
            self.model.aggregator_status,
            self.model.aggregator_version,
        )

    def want(self, program_id: str, target_id: str, aid_type: str, quantity: int, twist: str = "") -> None:
        """Set a need."""
        found = self.model.wants[target_id, aid_type]
        refusal = first(
            (twist == "stranger", "right_missing"),
            (twist == "stale", "stale_version"),
            (quantity < 0, "negative"),
            (quantity < found.promised + found.accepted, "need_below_promises"),
        )
        given = needs.NeedInput(
            target_id=target_id,
            program_id=program_id,
            aid_type=aid_type,
            quantity=quantity,
            source="Pendataan",
            as_of=date(2026, 8, 3),
        )
        version = found.version - (twist == "stale")
        if self.attempt(
            "set_need", refusal, self.world.assessor, needs.set_need, given, expected_version=version, twist=twist
        ):
            found.quantity, found.version = quantity, found.version + 1
            self.settle()

    def license(self, to: str, reason: str, twist: str = "") -> None:
        """Suspend the aggregator, or reinstate it."""
        ways = {("active", "suspended"), ("suspended", "active")}
        refusal = first(
            (twist == "stranger", "right_missing"),
            (twist == "stale", "stale_version"),
            ((self.model.aggregator_status, to) not in ways, "wrong_status"),
            (not reason, "reason_missing"),
        )
        if self.attempt(
            "suspend" if to == "suspended" else "reinstate",
            refusal,
            self.world.secretariat,
            parties.change_aggregator_status,
            self.world.aggregator_party.id,
            to=AggregatorStatus(to),
            reason=reason,
            expected_version=self.model.aggregator_version - (twist == "stale"),
            twist=twist,
        ):
            self.model.aggregator_status = to
            self.model.aggregator_version += 1
            self.settle()


async def outcome_of(act: Awaitable[T]) -> tuple[T | None, KsbbError | None]:
    """What an act makes, or what it is refused with."""
    try:
        return await act, None
    except KsbbError as error:
        return None, error
