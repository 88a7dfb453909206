"""what members did, on which days they were active, and what was shown

Revision ID: 0026
Revises: 0025
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Make the tables. Nothing is known of the time before."""
    op.create_table(
        "note",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("act", TEXT(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("room_id", ID, nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("thing", TEXT(), nullable=True),
        sa.Column("thing_id", ID, nullable=True),
        sa.CheckConstraint("times > 0", name=op.f("ck_note_times_positive")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_note_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_member_id_at", "note", ["member_id", "at"])
    op.create_table(
        "active_day",
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("room_id", ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("wrote", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_active_day_member_id_member")),
        sa.PrimaryKeyConstraint("member_id", "room_id", "day", name=op.f("pk_active_day")),
    )
    op.create_index(op.f("ix_active_day_day"), "active_day", ["day"])
    op.create_table(
        "room_activity",
        sa.Column("room_id", ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("fans", sa.Integer(), nullable=False),
        sa.CheckConstraint("fans >= 0", name=op.f("ck_room_activity_fans_not_negative")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_room_activity_community_id_community")
        ),
        sa.PrimaryKeyConstraint("room_id", "day", name=op.f("pk_room_activity")),
    )
    op.create_table(
        "shown",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("shown_class", TEXT(), nullable=False),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "shown_class IN ('asked_for', 'service', 'stream_start', 'promotion')", name=op.f("ck_shown_shown_class")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_shown_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown")),
    )
    op.create_index("ix_shown_chat_id_at", "shown", ["chat_id", "at"])
    with op.batch_alter_table("fan_group") as room:
        room.add_column(sa.Column("heard_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Forget all that. The sums of each day stay."""
    with op.batch_alter_table("fan_group") as room:
        room.drop_column("heard_at")
    for table in ("shown", "room_activity", "active_day", "note"):
        op.drop_table(table)
