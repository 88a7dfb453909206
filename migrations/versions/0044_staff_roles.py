"""roles that the owner gives to people of the home group

Revision ID: 0044
Revises: 0041
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Add the table empty: until now nobody but administrators helped."""
    op.create_table(
        "staff_role",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", TEXT(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.Column("ended_at", INSTANT(), nullable=True),
        sa.CheckConstraint("role IN ('host', 'operator')", name=op.f("ck_staff_role_role_known")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_staff_role_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_role")),
        sa.UniqueConstraint("community_id", "user_id", name=op.f("uq_staff_role_community_id_user_id")),
    )
    op.create_index("ix_staff_role_user_id", "staff_role", ["user_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("staff_role")
