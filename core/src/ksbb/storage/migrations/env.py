"""Runs the migrations on the connection that `ksbb.storage.migrate` opened, inside its transaction."""

from alembic import context

from ksbb.storage.migrate import configuration_of

context.configure(connection=context.config.attributes["connection"], **configuration_of())
with context.begin_transaction():
    context.run_migrations()
