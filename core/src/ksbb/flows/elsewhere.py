"""The engine of the server mode as the processes see it that don't run it: dispatchers and workers do the work."""

import asyncio
from typing import Literal

from sqlalchemy import func, select

from ksbb.domain.rights import SYSTEM
from ksbb.flows.context import EngineContext
from ksbb.storage import tables

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

        Waits as long as that takes, for retries too.
        """
        table = tables.outbox
        most = 0
        while True:
            async with self._context.platform.reading_desk(SYSTEM) as desk:
                query = select(func.count()).where(table.c.status == "pending")
                left = int((await desk.unit.connection.execute(query)).scalar_one())
            most = max(most, left)
            if not left:
                return most
            await asyncio.sleep(_POLL_SECONDS)
