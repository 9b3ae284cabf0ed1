"""A process with an engine, as an operator would run it: `engine_process.py DATA DATABASE_URL`.

Writes `ready`, then `drained` when the outbox is worked off, then waits for its stdin to close and stops.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import ksbb_pangan
from ksbb.cli.running import quiet_logs
from ksbb.flows.context import EngineContext
from ksbb.flows.engine import Engine
from ksbb.programs import host_of
from ksbb.storage.database import Database
from ksbb.testing.clock import FakeClock
from ksbb.usecases.platform import Platform


async def main(data: Path, url: str) -> None:
    """Run the engine over the outbox once."""
    quiet_logs()
    pangan = ksbb_pangan.PROGRAM
    stalls = replace(pangan.flows[0], name="assess", entrypoint="troubled_flows:stalling")
    host = host_of([replace(pangan, id="stalling", flows=(stalls,))], {})
    database = Database(url)
    platform = Platform(database, host, FakeClock(datetime(2026, 8, 3, 3, tzinfo=UTC)))
    engine = Engine(EngineContext(platform=platform, host=host, public_url="https://ksbb.example"), data)
    engine.start()
    await engine.ready()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await engine.drain()
    sys.stdout.write("drained\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    engine.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
