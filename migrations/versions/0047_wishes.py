"""what the buyer of a favour wishes; ended packets and heart goals of a shop, the newest first

Revision ID: 0047
Revises: 0045
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0047"
down_revision: str | None = "0045"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Add the column empty, and the indexes."""
    op.add_column("purchase", sa.Column("wish", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
    op.create_index("ix_packet_community_id_id", "packet", ["community_id", "id"])
    op.create_index("ix_heart_goal_community_id_id", "heart_goal", ["community_id", "id"])


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_heart_goal_community_id_id", "heart_goal")
    op.drop_index("ix_packet_community_id_id", "packet")
    op.drop_column("purchase", "wish")
