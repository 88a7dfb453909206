"""streams, airings, reminders, attendance

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
OPEN = sa.text("state IN ('planned', 'live')")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "stream",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("first_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("repeat", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("weekly", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("length_minutes", sa.Integer(), nullable=False),
        sa.Column("remind", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("repeat IN ('once', 'weekly')", name=op.f("ck_stream_repeat")),
        sa.CheckConstraint("state IN ('open', 'cancelled')", name=op.f("ck_stream_state")),
        sa.CheckConstraint("length_minutes > 0", name=op.f("ck_stream_length_positive")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_stream_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_stream_community_id_number")),
    )

    op.create_table(
        "airing",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("stream_id", ID, nullable=False),
        sa.Column("planned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("word", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("word_key", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("replay_url", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("on_air_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("moved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("posted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'live', 'ended', 'cancelled')", name=op.f("ck_airing_state")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_airing_community_id_community")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_airing_stream_id_stream")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airing")),
        sa.UniqueConstraint("stream_id", "planned_at", name=op.f("uq_airing_stream_id_planned_at")),
    )
    with op.batch_alter_table("airing", schema=None) as batch_op:
        batch_op.create_index("ix_airing_community_id_starts_at", ["community_id", "starts_at"], unique=False)
        batch_op.create_index(
            "ix_airing_open",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('planned', 'live')"),
            postgresql_where=sa.text("state IN ('planned', 'live')"),
        )

    op.create_table(
        "reminder_round",
        sa.Column("airing_id", ID, autoincrement=False, nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=True),
        sa.Column("not_after", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("after_member_id", ID, nullable=False),
        sa.Column("done_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["airing_id"], ["airing.id"], name=op.f("fk_reminder_round_airing_id_airing")),
        sa.PrimaryKeyConstraint("airing_id", "key", name=op.f("pk_reminder_round")),
    )
    with op.batch_alter_table("reminder_round", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reminder_round_unfinished",
            ["airing_id"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "subscription",
        sa.Column("stream_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("off_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_subscription_member_id_member")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_subscription_stream_id_stream")),
        sa.PrimaryKeyConstraint("stream_id", "member_id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_member_id"), ["member_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("airing_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("how", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("mended_day", sa.Date(), nullable=True),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("how IN ('tap', 'word')", name=op.f("ck_attendance_how")),
        sa.ForeignKeyConstraint(["airing_id"], ["airing.id"], name=op.f("fk_attendance_airing_id_airing")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_attendance_member_id_member")),
        sa.PrimaryKeyConstraint("airing_id", "member_id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("member_id", "cause", name=op.f("uq_attendance_member_id_cause")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_member_id"), ["member_id"], unique=False)

    op.add_column("community", sa.Column("streams_made", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take them down."""
    op.drop_column("community", "streams_made")
    op.drop_table("attendance")
    op.drop_table("subscription")
    op.drop_table("reminder_round")
    op.drop_table("airing")
    op.drop_table("stream")
