# ruff: noqa: E501, PLR0915 - one statement per table, constraints as one text
"""${message.capitalize()}. The way back is the backup: there is no downgrade."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Make all tables and indexes."""
    ${"\n".join(line for line in upgrades.splitlines() if "###" not in line).strip()}
