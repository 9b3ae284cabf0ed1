"""The engine of the server mode as the processes see it that don't run it: dispatchers and workers do the work."""

import asyncio
from typing import Literal

from ksbb.domain.rights import SYSTEM
from ksbb.flows.context import EngineContext
from ksbb.usecases.engine import waits_for_program
from ksbb.usecases.read.backlog import read_backlog

_POLL_SECONDS = 0.2


class EngineElsewhere:
    """Stands where an `Engine` would; there is nothing to start or to stop."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context

    def start(self) -> None:
        """Does nothing."""

    def stop(self) -> None:
        """Does nothing."""

    @property
    def standing(self) -> Literal["elsewhere"]:
        """That it runs elsewhere."""
        return "elsewhere"

    async def ready(self) -> None:
        """Returns at once: whether workers are there, only Prefect knows."""

    async def drain(self) -> int:
        """Wait until dispatchers and workers have worked off the whole outbox; how many items had to be waited for.

        Waits as long as that takes, for retries too; not for the work of programs that are away.
        """
        most = 0
        while True:
            async with self._context.platform.reading_desk(SYSTEM) as desk:
                backlog = await read_backlog(desk.unit.connection)
            left = sum(
                one.items
                for one in backlog
                if one.status == "pending" and not waits_for_program(self._context.host, one.program_id, one.consumer)
            )
            most = max(most, left)
            if not left:
                return most
            await asyncio.sleep(_POLL_SECONDS)
