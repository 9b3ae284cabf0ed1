"""The short versions of the guarantees, for every change; `python -m tests.faults all` runs the long ones."""

from typing import Any

import pytest

from . import database, drain, kills, outage, outbox, poison, race
from .fleet import fleet
from .report import Result


def holds(result: Result) -> Result:
    """The result, with its figures in the test's output. Raises AssertionError with all that didn't hold."""
    result.show()
    assert result.failures == []
    return result


@pytest.mark.xdist_group("faults-kills")
async def test_an_acknowledged_act_is_never_lost_and_never_doubled() -> None:
    result = holds(await kills.run(18))
    assert (result.figures["lost"], result.figures["doubled"], result.figures["kills"]) == (0, 0, 18)


@pytest.mark.xdist_group("faults-race")
async def test_clients_without_idempotency_keys_double_acts() -> None:
    holds(await kills.control())


@pytest.mark.xdist_group("faults-fleet")
async def test_dispatchers_workers_and_prefect_may_die() -> None:
    """One set of processes for all three: its start takes longer than what is done with it."""
    async with fleet() as (crew, seeded):
        holds(await outbox.run(crew, seeded, 5))
        holds(await outage.run(crew, seeded, 5))
        holds(await poison.run(crew, seeded))


@pytest.mark.xdist_group("faults-database")
@pytest.mark.parametrize(
    "run",
    [database.away, database.read_only, database.full_postgres, database.full_sqlite, database.half_migrated],
    ids=lambda run: run.__name__,
)
async def test_trouble_of_the_database(run: Any) -> None:
    holds(await run())


@pytest.mark.xdist_group("faults-race")
async def test_the_last_lot_is_given_once() -> None:
    holds(await race.run(10))


@pytest.mark.xdist_group("faults-drain")
async def test_sigterm_drains() -> None:
    holds(await drain.run(1))
