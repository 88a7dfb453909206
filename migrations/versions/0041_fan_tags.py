"""tags that a shop keeps of its fans

Revision ID: 0041
Revises: 0040
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Add the table empty."""
    op.create_table(
        "fan_tag",
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("tag_key", TEXT(), nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("tag", TEXT(), nullable=False),
        sa.Column("origin", TEXT(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT(), nullable=False),
        sa.CheckConstraint("origin IN ('staff', 'welcome', 'rule', 'file')", name=op.f("ck_fan_tag_origin_known")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_fan_tag_community_id_community")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_fan_tag_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "tag_key", name=op.f("pk_fan_tag")),
    )
    op.create_index("ix_fan_tag_tag", "fan_tag", ["community_id", "tag_key", "member_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("fan_tag")
