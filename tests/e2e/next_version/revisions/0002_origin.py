"""Where a commitment came from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("commitments", sa.Column("origin", sa.Text(), nullable=True))
