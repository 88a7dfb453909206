"""when tiers change next, who rose, and tags of members

Revision ID: 0027
Revises: 0026
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "'checkin', 'message', 'stream', 'redeem', 'order', 'friend', 'answer', 'feedback'"
TIERS = "'new', 'fan', 'loyal', 'core'"


def upgrade() -> None:
    """Add columns and tables. Whoever did something before is settled at their next check-in, or by the clock."""
    with op.batch_alter_table("member") as member:
        for name in ("tier_falls_on", "tier_look_on", "tier_due_on", "tier_warned_of"):
            member.add_column(sa.Column(name, sa.Date(), nullable=True))
        member.add_column(sa.Column("tier_untold", sa.String(), nullable=True))
        member.add_column(sa.Column("tag_wanted", sa.Boolean(), server_default=sa.false(), nullable=False))
        member.create_check_constraint(op.f("ck_member_tier_untold"), "tier_untold IN ('rise', 'fall')")
        member.create_index(
            "ix_member_tier_due_on",
            ["community_id", "tier_due_on"],
            sqlite_where=sa.text("tier_due_on IS NOT NULL"),
            postgresql_where=sa.text("tier_due_on IS NOT NULL"),
        )
    op.create_table(
        "tier_pending",
        sa.Column("member_id", ID, sa.ForeignKey("member.id", name=op.f("fk_tier_pending_member_id_member"))),
        sa.Column(
            "community_id",
            ID,
            sa.ForeignKey("community.id", name=op.f("fk_tier_pending_community_id_community")),
            nullable=False,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_tier_pending")),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_tier_pending_kind")),
    )
    op.create_index(op.f("ix_tier_pending_community_id"), "tier_pending", ["community_id"])
    _create_rises()
    op.create_table(
        "shown_tag",
        sa.Column("member_id", ID, sa.ForeignKey("member.id", name=op.f("fk_shown_tag_member_id_member"))),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "chat_id", name=op.f("pk_shown_tag")),
    )
    # A date in the past lets the next check-in settle the tier; the clock does so for those who have something to lose.
    op.execute("UPDATE member SET tier_look_on = '2000-01-01'")
    op.execute(
        "INSERT INTO tier_pending (member_id, community_id, kind)"
        " SELECT id, community_id, 'checkin' FROM member WHERE tier != 'new'"
    )


def _create_rises() -> None:
    op.create_table(
        "tier_rise",
        sa.Column("id", ID, nullable=False),
        sa.Column(
            "community_id",
            ID,
            sa.ForeignKey("community.id", name=op.f("fk_tier_rise_community_id_community")),
            nullable=False,
        ),
        sa.Column(
            "member_id", ID, sa.ForeignKey("member.id", name=op.f("fk_tier_rise_member_id_member")), nullable=False
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("present", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("told_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("nudged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_rise")),
        sa.UniqueConstraint("member_id", "day", "tier", name=op.f("uq_tier_rise_member_id_day_tier")),
        sa.CheckConstraint(f"tier IN ({TIERS})", name=op.f("ck_tier_rise_tier")),
    )
    for name, where in (
        ("ix_tier_rise_untold", "told_at IS NULL"),
        ("ix_tier_rise_unthanked", "tier = 'core' AND nudged_at IS NULL"),
    ):
        op.create_index(
            name, "tier_rise", ["community_id"], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    """Drop tables and columns. Tags that the bot set stay in the groups."""
    for table in ("shown_tag", "tier_rise", "tier_pending"):
        op.drop_table(table)
    with op.batch_alter_table("member") as member:
        member.drop_index("ix_member_tier_due_on")
        member.drop_constraint(op.f("ck_member_tier_untold"), type_="check")
        for name in (
            "tag_wanted",
            "tier_untold",
            "tier_warned_of",
            "tier_due_on",
            "tier_look_on",
            "tier_falls_on",
        ):
            member.drop_column(name)
