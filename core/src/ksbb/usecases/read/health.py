"""Whether the database answers, and with which schema."""

from ksbb.storage.database import Database
from ksbb.storage.migrate import SchemaState, state
from ksbb.storage.trouble import trouble_of


async def schema_of(database: Database) -> SchemaState | None:
    """How the schema stands; None while the database doesn't answer. Raises what isn't a trouble of the database."""
    try:
        return await state(database)
    except Exception as error:
        if trouble_of(error) is None:
            raise
        return None
