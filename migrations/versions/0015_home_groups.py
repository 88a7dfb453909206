"""home groups

Revision ID: 0015
Revises: 0014
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Each shop has one home group: the oldest group that it has."""
    with op.batch_alter_table("fan_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_home", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("linked_chat_id", sa.BigInteger(), nullable=True))
        batch_op.create_index(
            "uq_fan_group_home",
            ["community_id"],
            unique=True,
            sqlite_where=sa.text("is_home"),
            postgresql_where=sa.text("is_home"),
        )
    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.add_column(sa.Column("home_told_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute(
        "UPDATE fan_group SET is_home = true WHERE id IN "
        "(SELECT MIN(id) FROM fan_group WHERE NOT is_channel GROUP BY community_id)"
    )


def downgrade() -> None:
    """Forget which group is home."""
    with op.batch_alter_table("community", schema=None) as batch_op:
        batch_op.drop_column("home_told_at")
    with op.batch_alter_table("fan_group", schema=None) as batch_op:
        batch_op.drop_index("uq_fan_group_home", sqlite_where=sa.text("is_home"), postgresql_where=sa.text("is_home"))
        batch_op.drop_column("linked_chat_id")
        batch_op.drop_column("is_home")
