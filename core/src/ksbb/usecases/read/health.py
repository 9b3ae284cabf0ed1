"""Whether the database answers."""

from sqlalchemy import text

from ksbb.storage.database import Database, is_passing


async def database_answers(database: Database) -> bool:
    """Whether the database answers a query. Raises what isn't a passing trouble of the database."""
    try:
        async with database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        if not is_passing(error):
            raise
        return False
    return True
