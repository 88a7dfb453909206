"""heart goals

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "heart_goal",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("airing_id", ID, nullable=False),
        sa.Column("hearts", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('running', 'cancelled')", name=op.f("ck_heart_goal_state")),
        sa.CheckConstraint("hearts >= 0", name=op.f("ck_heart_goal_hearts_not_negative")),
        sa.ForeignKeyConstraint(["airing_id"], ["airing.id"], name=op.f("fk_heart_goal_airing_id_airing")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_heart_goal_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heart_goal")),
    )
    with op.batch_alter_table("heart_goal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heart_goal_airing_id"), ["airing_id"], unique=False)
        batch_op.create_index(
            "uq_heart_goal_running",
            ["airing_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
    op.create_table(
        "heart_step",
        sa.Column("goal_id", ID, autoincrement=False, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("hearts", sa.Integer(), nullable=False),
        sa.Column("gives", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reached_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'unlocked', 'failed')", name=op.f("ck_heart_step_state")),
        sa.ForeignKeyConstraint(["goal_id"], ["heart_goal.id"], name=op.f("fk_heart_step_goal_id_heart_goal")),
        sa.PrimaryKeyConstraint("goal_id", "nth", name=op.f("pk_heart_step")),
        sa.UniqueConstraint("goal_id", "hearts", name=op.f("uq_heart_step_goal_id_hearts")),
    )
    op.create_table(
        "heart",
        sa.Column("goal_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("hearts", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["goal_id"], ["heart_goal.id"], name=op.f("fk_heart_goal_id_heart_goal")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_heart_member_id_member")),
        sa.PrimaryKeyConstraint("goal_id", "member_id", name=op.f("pk_heart")),
    )
    with op.batch_alter_table("heart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heart_member_id"), ["member_id"], unique=False)
    op.create_table(
        "heart_crowd",
        sa.Column("goal_id", ID, autoincrement=False, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["goal_id"], ["heart_goal.id"], name=op.f("fk_heart_crowd_goal_id_heart_goal")),
        sa.PrimaryKeyConstraint("goal_id", "chat_id", "message_id", name=op.f("pk_heart_crowd")),
    )


def downgrade() -> None:
    """Take them down."""
    op.drop_table("heart_crowd")
    op.drop_table("heart")
    op.drop_table("heart_step")
    op.drop_table("heart_goal")
