"""which of several processes handles an update

Revision ID: 0048
Revises: 0047
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0048"
down_revision: str | None = "0047"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column empty: what waits belongs to nobody."""
    op.add_column("inbox", sa.Column("worker", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("inbox", "worker")
