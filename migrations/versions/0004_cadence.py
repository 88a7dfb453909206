"""the weekly calendar

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "slot",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("weekdays", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('morning')", name=op.f("ck_slot_kind")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_slot_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("community_id", "kind", name=op.f("uq_slot_community_id_kind")),
    )

    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("kind IN ('morning')", name=op.f("ck_posting_kind")),
        sa.CheckConstraint("state IN ('posted', 'skipped')", name=op.f("ck_posting_state")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_posting_community_id_community")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_posting_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("community_id", "kind", "day", name=op.f("uq_posting_community_id_kind_day")),
        sa.UniqueConstraint("slot_id", "day", name=op.f("uq_posting_slot_id_day")),
    )
    # Shops that are there get the morning card too; `/setup morning=off` takes it away.
    op.execute(
        "INSERT INTO slot (community_id, kind, at, weekdays, active) "
        "SELECT id, 'morning', '09:00', '1234567', true FROM community"
    )


def downgrade() -> None:
    """Take them down."""
    op.drop_table("posting")
    op.drop_table("slot")
