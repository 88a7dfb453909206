"""lapsing coins

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lapse_round",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("step", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("month", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("after_member_id", ID, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.CheckConstraint("step IN ('notice', 'lapse')", name=op.f("ck_lapse_round_step")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_lapse_round_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", "step", "month", name=op.f("pk_lapse_round")),
    )


def downgrade() -> None:
    """Take it down."""
    op.drop_table("lapse_round")
