"""posts and attention: what a shop says, what becomes of it, and what the attention budget says of each message

Revision ID: 0034
Revises: 0033
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sqlmodel.sql.sqltypes.UTCDateTime
TEXT = sqlmodel.sql.sqltypes.AutoString
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FOLDED = sa.text("ruling = 'fold' AND card_id IS NULL")
HAS_CAUSE = sa.text("cause IS NOT NULL")
RULINGS = ("waiting", "send", "hold", "fold", "drop")
REASONS = (
    *("within", "staff", "service", "stream", "asked", "quiet_hours", "most", "most_promotional", "gap", "stream_gap"),
    *("fan_day", "fan_week", "night", "paused", "no_consent", "withdrawn", "no_contact", "not_wanted", "too_late"),
    *("quiet_room", "worn_out", "cancelled"),
)
CLASSES = ("asked_for", "service", "stream_start", "promotion")
STATES = ("waiting", "telling", "done", "cancelled", "taken_back")


def upgrade() -> None:
    """Add the tables empty. Shops have the bounds of the policy, and nobody has said yes to promotion."""
    _make_posts()
    _make_attention()
    op.add_column("outbox", sa.Column("verdict_id", ID, nullable=True))
    op.add_column("shown", sa.Column("verdict_id", ID, nullable=True))
    op.add_column("shown", sa.Column("wears", TEXT(), nullable=True))
    op.add_column("shown", sa.Column("answers", sa.Integer(), server_default="0", nullable=False))
    op.add_column("shown", sa.Column("lost", sa.Integer(), server_default="0", nullable=False))
    for name in ("promotion_since", "promotion_asked_at", "promotion_reminded_at"):
        op.add_column("member", sa.Column(name, INSTANT(), nullable=True))


def _make_posts() -> None:
    op.create_table(
        "post",
        _id(),
        *_of_a_shop("post"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starter", TEXT(), nullable=True),
        sa.Column("content", JSON, nullable=True),
        sa.Column("blanks", JSON, nullable=False),
        sa.Column("pillar", TEXT(), nullable=True),
        sa.Column("season", TEXT(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("on_shelf", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("cause", TEXT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_post_community_id_number")),
        sa.UniqueConstraint("community_id", "starter", name=op.f("uq_post_community_id_starter")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_post_community_id_cause")),
    )
    _index_causes("post")
    op.create_table(
        "sending",
        _id(),
        *_of_a_shop("sending"),
        sa.Column("post_id", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=True),
        sa.Column("pillar", TEXT(), nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("due_at", INSTANT(), nullable=False),
        sa.Column("not_after", INSTANT(), nullable=True),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("cursor", ID, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("cause", TEXT(), nullable=True),
        sa.CheckConstraint(_listed("state", STATES), name=op.f("ck_sending_state")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_sending_post_id_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending")),
        sa.UniqueConstraint("posting_id", name=op.f("uq_sending_posting_id")),
        sa.UniqueConstraint("community_id", "cause", name=op.f("uq_sending_community_id_cause")),
    )
    op.create_index(op.f("ix_sending_community_id"), "sending", ["community_id"])
    op.create_index("ix_sending_state_due_at", "sending", ["state", "due_at"])
    op.create_index("ix_sending_post_id_due_at", "sending", ["post_id", "due_at"])
    _index_causes("sending")
    op.create_table(
        "post_copy",
        _id(),
        *_of_a_shop("post_copy"),
        sa.Column("sending_id", ID, nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", ID, nullable=True),
        sa.Column("topic_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("more_ids", JSON, nullable=False),
        sa.Column("sent_at", INSTANT(), nullable=True),
        sa.Column("edited_at", INSTANT(), nullable=True),
        sa.Column("gone_at", INSTANT(), nullable=True),
        sa.Column("problem", TEXT(), nullable=True),
        sa.ForeignKeyConstraint(["sending_id"], ["sending.id"], name=op.f("fk_post_copy_sending_id_sending")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_copy")),
        sa.UniqueConstraint("sending_id", "chat_id", name=op.f("uq_post_copy_sending_id_chat_id")),
    )
    op.create_index("ix_post_copy_chat_id_message_id", "post_copy", ["chat_id", "message_id"])
    op.create_table(
        "persona",
        *_of_a_shop("persona", key=True),
        sa.Column("notes", TEXT(), nullable=False),
        sa.Column("emoji", TEXT(), nullable=False),
        sa.Column("sign_off", TEXT(), nullable=False),
        sa.Column("pillars", JSON, nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_persona")),
    )
    op.create_table(
        "week",
        *_of_a_shop("week", key=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("pace", TEXT(), nullable=True),
        sa.Column("days_off", JSON, nullable=False),
        sa.Column("paused_at", INSTANT(), nullable=True),
        sa.Column("paused_until", INSTANT(), nullable=True),
        sa.Column("promotions_paused_until", INSTANT(), nullable=True),
        sa.Column("planned_until", sa.Date(), nullable=True),
        sa.Column("warned_at", INSTANT(), nullable=True),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_week")),
    )


def _make_attention() -> None:
    op.create_table(
        "verdict",
        _id(),
        *_of_a_shop("verdict"),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("shown_class", TEXT(), nullable=False),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("by_staff", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("counts", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ruling", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=True),
        sa.Column("until", INSTANT(), nullable=True),
        sa.Column("made_at", INSTANT(), nullable=False),
        sa.Column("decided_at", INSTANT(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("card_id", ID, nullable=True),
        sa.CheckConstraint(_listed("ruling", RULINGS), name=op.f("ck_verdict_ruling")),
        sa.CheckConstraint(_listed("reason", REASONS), name=op.f("ck_verdict_reason")),
        sa.CheckConstraint(_listed("shown_class", CLASSES), name=op.f("ck_verdict_shown_class")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
    )
    op.create_index("ix_verdict_chat_id_decided_at", "verdict", ["chat_id", "decided_at"])
    op.create_index("ix_verdict_community_id_decided_at", "verdict", ["community_id", "decided_at"])
    op.create_index("ix_verdict_folded", "verdict", ["community_id"], sqlite_where=FOLDED, postgresql_where=FOLDED)
    op.create_table(
        "attention_bounds",
        *_of_a_shop("attention_bounds", key=True),
        sa.Column("quiet_from", TEXT(), nullable=False),
        sa.Column("quiet_until", TEXT(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("most_promotional", sa.Integer(), nullable=False),
        sa.Column("gap_minutes", sa.Integer(), nullable=False),
        sa.Column("contact", TEXT(), nullable=True),
        sa.CheckConstraint(
            "most >= 0 AND most_promotional >= 0 AND gap_minutes >= 0",
            name=op.f("ck_attention_bounds_not_negative"),
        ),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_attention_bounds")),
    )
    op.create_table(
        "consent",
        _id(),
        *_of_a_shop("consent"),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("said", TEXT(), nullable=False),
        sa.Column("at", INSTANT(), nullable=False),
        sa.Column("words", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("way", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_consent_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_member_id_at", "consent", ["member_id", "at"])
    op.create_table(
        "answered",
        sa.Column("shown_id", ID, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_of_a_shop("answered"),
        sa.Column("at", INSTANT(), nullable=False),
        sa.PrimaryKeyConstraint("shown_id", "user_id", name=op.f("pk_answered")),
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", ID, nullable=False)


def _of_a_shop(table: str, *, key: bool = False) -> tuple[SchemaItem, ...]:
    name = op.f(f"fk_{table}_community_id_community")
    column = (
        sa.Column("community_id", ID, autoincrement=False, nullable=False)
        if key
        else sa.Column("community_id", ID, nullable=False)
    )
    return (column, sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=name))


def _listed(column: str, values: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _index_causes(table: str) -> None:
    op.create_index(f"ix_{table}_has_cause", table, ["made_at"], sqlite_where=HAS_CAUSE, postgresql_where=HAS_CAUSE)


def downgrade() -> None:
    """Drop them: what was said about promotion is lost, so nobody is sent any."""
    for name in ("promotion_since", "promotion_asked_at", "promotion_reminded_at"):
        op.drop_column("member", name)
    for name in ("verdict_id", "wears", "answers", "lost"):
        op.drop_column("shown", name)
    op.drop_column("outbox", "verdict_id")
    for table in ("answered", "consent", "attention_bounds", "verdict", "week", "persona"):
        op.drop_table(table)
    for table in ("post_copy", "sending", "post"):
        op.drop_table(table)
