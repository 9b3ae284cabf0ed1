"""Commitments for a server to work on: `python -m tests.broken.seed STEP PROGRAM=QUANTITY …` in a data folder that is set up.

Says the ids as JSON, and whose accounts sign in.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime

from ksbb.cli.running import no_logs
from ksbb.programs import load_programs
from ksbb.settings import load_settings
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, Step, World
from ksbb.usecases.platform import Platform


async def seed(step: Step, wanted: list[tuple[str, int]]) -> dict[str, object]:
    """Drive a commitment for each program and quantity to a step."""
    settings = load_settings()
    database = Database(settings.database_url)
    clock = FakeClock(datetime.now(UTC))
    world = await World.seed(Platform(database, load_programs(settings), clock), clock)
    made = []
    for program_id, quantity in wanted:
        lines = world.lines(program_id, quantity=quantity)
        driven = await world.drive(step, program_id=program_id, lines=lines)
        made.append(driven.commitment.id)
    await database.close()
    people = {"collaborator": world.collaborator, "assessor": world.assessor, "admin": world.admin}
    return {"commitments": made, **{role: f"{role}-{one.account_id}@example.org" for role, one in people.items()}}


if __name__ == "__main__":
    no_logs()
    pairs = [argument.split("=") for argument in sys.argv[2:]]
    answer = asyncio.run(seed(Step(sys.argv[1]), [(program_id, int(quantity)) for program_id, quantity in pairs]))
    sys.stdout.write(json.dumps(answer))
