"""for whom things are, questions at the welcome, rules that give tags

Revision ID: 0043
Revises: 0041
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FOR_SOME = ("campaign", "raffle", "packet", "item", "gift_offer")
"""Tables of what can be for some fans only."""
COUNTS = "'claimed', 'redeemed', 'bought', 'attended', 'checkin', 'invited', 'spent'"
STATES = "'on', 'taking_off', 'off'"


def upgrade() -> None:
    """Everything that stands is for all fans; nothing is asked, no rule holds."""
    for table in FOR_SOME:
        op.add_column(table, sa.Column("segment", TEXT(), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "welcome_question",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", TEXT(), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.Column("removed_at", INSTANT(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_welcome_question_community_id_community")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welcome_question")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_welcome_question_community_id_number")),
    )
    op.create_table(
        "welcome_answer",
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("question_id", ID, autoincrement=False, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=True),
        sa.Column("at", INSTANT(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_welcome_answer_member_id_member")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["welcome_question.id"], name=op.f("fk_welcome_answer_question_id_welcome_question")
        ),
        sa.PrimaryKeyConstraint("member_id", "question_id", name=op.f("pk_welcome_answer")),
    )
    op.create_index("ix_welcome_answer_question_id", "welcome_answer", ["question_id", "choice"])
    op.create_table(
        "tag_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("community_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tag", TEXT(), nullable=False),
        sa.Column("tag_key", TEXT(), nullable=False),
        sa.Column("counts", TEXT(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("title", TEXT(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("checked_at", INSTANT(), nullable=True),
        sa.Column("looked_to", ID, server_default="0", nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.CheckConstraint(f"counts IN ({COUNTS})", name=op.f("ck_tag_rule_counts_known")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_tag_rule_state_known")),
        sa.CheckConstraint("times > 0", name=op.f("ck_tag_rule_times_positive")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_tag_rule_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_rule")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_tag_rule_community_id_number")),
    )


def downgrade() -> None:
    """Drop the tables. What was for some fans is for all."""
    for table in ("tag_rule", "welcome_answer", "welcome_question"):
        op.drop_table(table)
    for table in FOR_SOME:
        op.drop_column(table, "segment")
