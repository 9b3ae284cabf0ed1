"""Find commitments by where they came from."""

from ksbb.storage.migrations import create_index

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index while people write."""
    create_index("ix_commitments_origin", "commitments", ["origin"])
