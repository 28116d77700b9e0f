"""Alembic's entry point: migrate over the connection that `smsdialog.store.migrate` hands over."""

from alembic import context

from smsdialog.store.indexes import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
