"""topics of forum groups

Revision ID: 0023
Revises: 0022
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Let a room remember the topic of its cards. Until staff choose one they come to General, as before."""
    with op.batch_alter_table("fan_group") as fan_group:
        fan_group.add_column(sa.Column("topic_id", sa.BigInteger(), nullable=True))
        fan_group.add_column(sa.Column("topic_name", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        fan_group.add_column(sa.Column("topic_closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Forget the topics: everything comes to General again."""
    with op.batch_alter_table("fan_group") as fan_group:
        fan_group.drop_column("topic_closed_at")
        fan_group.drop_column("topic_name")
        fan_group.drop_column("topic_id")
