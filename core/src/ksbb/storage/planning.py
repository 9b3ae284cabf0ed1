"""Queries for which PostgreSQL has to know the values before it chooses a way to the rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from ksbb.storage.prepared import postgres_driver

_BY_VALUES = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL random_page_cost = 1.1"


@asynccontextmanager
async def planned_by_values(connection: AsyncConnection) -> AsyncIterator[None]:
    """Have the queries of the block planned for the values they are asked with.

    After some executions a statement gets one plan for all values, which takes a small city for the province, and a status that
    nobody has for a common one. And an index is taken to lie on a disk whose head must travel, so that the walk through all rows
    in their order seems cheaper than the right index. Both are right for acts, and wrong for lists. Nothing to do on SQLite, nor
    within a transaction.
    """
    driver = None if connection.dialect.name == "sqlite" else postgres_driver(connection)
    if driver is None or not driver.is_usable:
        yield
        return
    await driver.begin(_BY_VALUES)
    try:
        yield
    except BaseException:
        await driver.roll_back()
        raise
    await driver.commit()
