"""Runs the migrations on the connection that `ksbb.storage.migrate` opened: on SQLite inside its transaction, on PostgreSQL each
revision in one of its own.
"""

from alembic import context

from ksbb.storage.migrate import configuration_of

context.configure(
    connection=context.config.attributes["connection"], transaction_per_migration=True, **configuration_of()
)
with context.begin_transaction():
    context.run_migrations()
