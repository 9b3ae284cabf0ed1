"""A world of the first version."""

import pytest_asyncio

from ksbb.programs import host_of
from ksbb.storage.database import Database
from ksbb.testing import FakeClock, World
from ksbb.usecases.platform import Platform

from .kebun import kebun


@pytest_asyncio.fixture
async def world(database: Database, clock: FakeClock) -> World:
    """A world of the first version."""
    return await World.seed(Platform(database, host_of((kebun(1),), {}), clock), clock, "kebun")
