"""Alembic migrations; `ksbb.storage.migrate` applies them, `python -m ksbb.storage.migrations` writes the first one."""
