"""`python -m tests.faults [kills|outbox|outage|poison|database|race|drain|all]`: the long versions, with their figures."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

import click

from . import database, drain, kills, outage, outbox, poison, race
from .fleet import Fleet, fleet
from .report import Result
from .world import Seeded

WHAT = ("kills", "outbox", "outage", "poison", "database", "race", "drain")


@click.command()
@click.argument("what", type=click.Choice([*WHAT, "all"]), default="all")
@click.option(
    "--kills", "number", type=click.IntRange(min=1), default=None, help="Kills (1,000 of acts, 200 of the outbox)."
)
@click.option("--rounds", type=click.IntRange(min=1), default=None, help="Rounds (1,000 of the race, 10 of draining).")
def main(what: str, number: int | None, rounds: int | None) -> None:
    """Show the guarantees by real processes and real kills. Ends with 1 when one doesn't hold."""
    runs: dict[str, Sequence[Callable[[], Awaitable[Result]]]] = {
        "kills": (lambda: kills.run(number or 1000), kills.control),
        "outbox": (lambda: _on_fleet(lambda crew, seeded: outbox.run(crew, seeded, number or 200)),),
        "outage": (lambda: _on_fleet(outage.run),),
        "poison": (lambda: _on_fleet(poison.run),),
        "database": (
            database.away,
            database.read_only,
            database.full_postgres,
            database.full_sqlite,
            database.half_migrated,
        ),
        "race": (lambda: race.run(rounds or 1000),),
        "drain": (lambda: drain.run(rounds or 10),),
    }
    failed = False
    for name in WHAT if what == "all" else (what,):
        for run in runs[name]:
            began = time.monotonic()
            result = asyncio.run(_run(run))
            result.show()
            click.echo(f"        took {time.monotonic() - began:.0f} s")
            failed = failed or bool(result.failures)
    sys.exit(failed)


async def _on_fleet(run: Callable[[Fleet, Seeded], Awaitable[Result]]) -> Result:
    async with fleet() as (crew, seeded):
        return await run(crew, seeded)


async def _run(run: Callable[[], Awaitable[Result]]) -> Result:
    return await run()


if __name__ == "__main__":
    main()
