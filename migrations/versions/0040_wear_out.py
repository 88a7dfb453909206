"""wear-out: which kinds rest where, and when a shop's kinds are judged next; polls can be found by their id

Revision ID: 0040
Revises: 0039
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
POLL = sa.text("poll_id IS NOT NULL")
PRIVATE = sa.text("wears IS NOT NULL AND chat_id > 0")


def upgrade() -> None:
    """Add the tables empty. What was shown before is of no kind that wears out."""
    op.add_column("shown", sa.Column("poll_id", TEXT(), nullable=True))
    op.create_index("ix_shown_poll_id", "shown", ["poll_id"], sqlite_where=POLL, postgresql_where=POLL)
    op.create_index(
        "ix_shown_private", "shown", ["community_id", "subject_id"], sqlite_where=PRIVATE, postgresql_where=PRIVATE
    )
    op.create_index(op.f("ix_answered_at"), "answered", ["at"])
    op.create_index(op.f("ix_answered_user_id"), "answered", ["user_id"])
    op.create_table(
        "rest",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("room_id", ID, nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("since", INSTANT(), nullable=False),
        sa.Column("until", INSTANT(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("usual_answers", sa.Integer(), nullable=False),
        sa.Column("usual_reach", sa.Integer(), nullable=False),
        sa.CheckConstraint("since <= until", name=op.f("ck_rest_since_before_until")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_rest_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rest")),
        sa.UniqueConstraint("community_id", "room_id", "kind", name=op.f("uq_rest_community_id_room_id_kind")),
    )
    op.create_table(
        "wear_round",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("due_at", INSTANT(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_wear_round_community_id_community")),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_wear_round")),
    )
    op.create_index(op.f("ix_wear_round_due_at"), "wear_round", ["due_at"])


def downgrade() -> None:
    """Drop them: nothing rests, and nobody's vote finds its poll."""
    op.drop_table("wear_round")
    op.drop_table("rest")
    op.drop_index(op.f("ix_answered_user_id"), table_name="answered")
    op.drop_index(op.f("ix_answered_at"), table_name="answered")
    op.drop_index("ix_shown_private", table_name="shown")
    op.drop_index("ix_shown_poll_id", table_name="shown")
    op.drop_column("shown", "poll_id")
