"""gifts that fans send on

Revision ID: 0008
Revises: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "gift_offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("opens", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("closes", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'coupon') = (campaign_id IS NOT NULL)", name=op.f("ck_gift_offer_coupons_have_a_campaign")
        ),
        sa.CheckConstraint("kind IN ('invitation', 'coins', 'coupon', 'relay')", name=op.f("ck_gift_offer_kind")),
        sa.CheckConstraint("opens IN ('single', 'many')", name=op.f("ck_gift_offer_opens")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_gift_offer_state")),
        sa.CheckConstraint("coins >= 0", name=op.f("ck_gift_offer_coins_not_negative")),
        sa.CheckConstraint(
            "taken >= 0 AND (stock IS NULL OR taken <= stock)", name=op.f("ck_gift_offer_taken_within_stock")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_gift_offer_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_gift_offer_community_id_community")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_offer")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_gift_offer_community_id_number")),
    )
    op.create_table(
        "gift",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("offer_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("giver_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("token", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("opens", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("shared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("taken_by", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'coins', 'coupon', 'relay')", name=op.f("ck_gift_kind")),
        sa.CheckConstraint("opens IN ('single', 'many')", name=op.f("ck_gift_opens")),
        sa.CheckConstraint("state IN ('open', 'taken', 'returned', 'void')", name=op.f("ck_gift_state")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_gift_campaign_id_campaign")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_gift_community_id_community")),
        sa.ForeignKeyConstraint(["giver_id"], ["member.id"], name=op.f("fk_gift_giver_id_member")),
        sa.ForeignKeyConstraint(["offer_id"], ["gift_offer.id"], name=op.f("fk_gift_offer_id_gift_offer")),
        sa.ForeignKeyConstraint(["taken_by"], ["member.id"], name=op.f("fk_gift_taken_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
        sa.UniqueConstraint("giver_id", "cause", name=op.f("uq_gift_giver_id_cause")),
        sa.UniqueConstraint("giver_id", "day", "nth", name=op.f("uq_gift_giver_id_day_nth")),
        sa.UniqueConstraint("token", name=op.f("uq_gift_token")),
    )
    with op.batch_alter_table("gift", schema=None) as batch_op:
        batch_op.create_index(
            "ix_gift_expires",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.create_index(batch_op.f("ix_gift_offer_id"), ["offer_id"], unique=False)

    op.create_table(
        "gift_opening",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("outsider", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_gift_opening_community_id_community")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_opening_gift_id_gift")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_opening")),
        sa.UniqueConstraint("gift_id", "user_id", name=op.f("uq_gift_opening_gift_id_user_id")),
    )
    with op.batch_alter_table("gift_opening", schema=None) as batch_op:
        batch_op.create_index("ix_gift_opening_community_id_user_id", ["community_id", "user_id"], unique=False)

    op.create_table(
        "gift_sending",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("giver_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_sending_gift_id_gift")),
        sa.ForeignKeyConstraint(["giver_id"], ["member.id"], name=op.f("fk_gift_sending_giver_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_sending")),
        sa.UniqueConstraint("gift_id", "cause", name=op.f("uq_gift_sending_gift_id_cause")),
    )
    with op.batch_alter_table("gift_sending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gift_sending_giver_id"), ["giver_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("inviter_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("friend_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("joined_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("check_ins", sa.Integer(), nullable=False),
        sa.Column("watched_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("rewarded_month", sa.Date(), nullable=True),
        sa.Column("rewarded_nth", sa.Integer(), nullable=True),
        sa.CheckConstraint("inviter_id <> friend_id", name=op.f("ck_invitation_never_oneself")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_invitation_community_id_community")),
        sa.ForeignKeyConstraint(["friend_id"], ["member.id"], name=op.f("fk_invitation_friend_id_member")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_invitation_gift_id_gift")),
        sa.ForeignKeyConstraint(["inviter_id"], ["member.id"], name=op.f("fk_invitation_inviter_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("friend_id", name=op.f("uq_invitation_friend_id")),
        sa.UniqueConstraint(
            "inviter_id",
            "rewarded_month",
            "rewarded_nth",
            name=op.f("uq_invitation_inviter_id_rewarded_month_rewarded_nth"),
        ),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_gift_id"), ["gift_id"], unique=False)
        batch_op.create_index(
            "ix_invitation_watched",
            ["watched_until"],
            unique=False,
            sqlite_where=sa.text("watched_until IS NOT NULL"),
            postgresql_where=sa.text("watched_until IS NOT NULL"),
        )

    op.create_table(
        "gift_reward",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("community_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("invitation_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("stage", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("who", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("held_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'due') = (due_at IS NOT NULL)", name=op.f("ck_gift_reward_due_has_its_time")),
        sa.CheckConstraint(
            "stage IN ('joined', 'gift', 'stayed', 'grew', 'redeemed')", name=op.f("ck_gift_reward_stage")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'due', 'held', 'paid', 'cancelled', 'lapsed', 'capped', 'refused')",
            name=op.f("ck_gift_reward_state"),
        ),
        sa.CheckConstraint("who IN ('friend', 'inviter')", name=op.f("ck_gift_reward_who")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_gift_reward_amount_positive")),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_gift_reward_community_id_community")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_gift_reward_invitation_id_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_reward")),
        sa.UniqueConstraint("invitation_id", "stage", "who", name=op.f("uq_gift_reward_invitation_id_stage_who")),
    )
    with op.batch_alter_table("gift_reward", schema=None) as batch_op:
        batch_op.create_index(
            "ix_gift_reward_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'due'"),
            postgresql_where=sa.text("state = 'due'"),
        )

    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("invitation_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True)
        )


def downgrade() -> None:
    """Take them down."""
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_column("invitation_id")
    for table in ("gift_reward", "invitation", "gift_opening", "gift_sending", "gift", "gift_offer"):
        op.drop_table(table)
