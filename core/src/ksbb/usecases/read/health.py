"""Whether the database answers."""

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ksbb.storage.database import Database


async def database_answers(database: Database) -> bool:
    """Whether the database answers a query."""
    try:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True
